import { readStatus, type Status } from '../../app/read-status.ts'
import type { Doors, ExitCode, GlobalOptions, Output } from '../doors.ts'
import { json, short, when } from '../present.ts'
import { table } from '../table.ts'

/** `longshore status`: how every workload stood at the last pass. Reads the state alone, also beside a running service. */
export async function runStatus(doors: Doors, options: GlobalOptions & { output: Output }): Promise<ExitCode> {
  const { app, close } = await doors.openApp({ ...options, access: 'reader' })
  try {
    const status = await readStatus(app)
    doors.print(options.output === 'json' ? json(toJson(status)) : toText(status, doors.columns))
    return 0
  } finally {
    await close()
  }
}

function toText({ hold, workloads }: Status, columns: number | null): string {
  const held = hold === null ? '' : `Everything is held since ${when(hold.since)}: ${hold.reason.sentence}\n\n`
  if (workloads.length === 0) return `${held}No workload was seen so far. Run \`longshore plan\` to look.`
  const rows = workloads.map((row) => [
    row.id,
    row.image,
    row.state,
    short(row.digest),
    row.candidate === row.digest ? '-' : short(row.candidate),
    row.reason.sentence,
  ])
  return held + table(['WORKLOAD', 'IMAGE', 'STATE', 'RUNS', 'WANTS', 'WHY'], rows, columns)
}

function toJson({ hold, workloads, rollouts }: Status) {
  return {
    hold: hold && { code: hold.reason.code, reason: hold.reason.sentence, since: hold.since },
    workloads: workloads.map(({ id, image, state, reason, digest, candidate, mode, decidedAt }) => ({
      id,
      image,
      state,
      code: reason.code,
      reason: reason.sentence,
      digest,
      candidate,
      mode,
      decidedAt,
    })),
    rollouts: rollouts.map(({ id, workload, stage, step, order, digest, createdAt }) => ({
      id,
      workload,
      stage,
      step,
      order,
      digest,
      createdAt,
    })),
  }
}
