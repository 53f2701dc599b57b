import { tellPause } from '../../app/words/pauses.ts'
import { readStatus, type Status } from '../../app/answers/read-status.ts'
import type { Doors, ExitCode, GlobalOptions, Output } from '../doors.ts'
import { json, short, when } from '../present.ts'
import { table } from '../table.ts'

/** `longshore status`: how every workload stood at the last pass. Reads the state alone, also beside a running service. */
export async function runStatus(doors: Doors, options: GlobalOptions & { output: Output }): Promise<ExitCode> {
  const { app, close } = await doors.openApp({ ...options, access: 'reader' })
  try {
    const status = await readStatus(app)
    doors.print(options.output === 'json' ? json(toJson(status)) : toText(status, app.clock.now(), doors.columns))
    return 0
  } finally {
    await close()
  }
}

function toText(status: Status, now: number, columns: number | null): string {
  const { hold, engines, workloads } = status
  const first = [
    ...(hold === null ? [] : [`Everything is held since ${when(hold.since)}: ${hold.reason.sentence}`]),
    ...status.heldTargets.map(
      ({ target, reason, since }) =>
        `${capital(reason.sentence)} (since ${when(since)}). \`longshore release ${target}\` lets it go on.`,
    ),
    ...status.pauses.filter((each) => each.workload === null).map((each) => `${capital(tellPause(each, now))}.`),
    ...status.sourceTroubles.map(
      ({ source, reason, since }) => `${source} cannot be read since ${when(since)}: ${reason.sentence}.`,
    ),
    ...engines.filter((each) => each.limits.length > 0).map(tellEngine),
  ]
  const head = first.length === 0 ? '' : `${first.join('\n')}\n\n`
  if (workloads.length === 0) return `${head}No workload was seen so far. Run \`longshore plan\` to look.`
  const rows = workloads.map((row) => [
    row.id,
    row.image,
    [row.state, ...marks(status, row.id)].join(', '),
    short(row.digest),
    row.candidate === row.digest ? '-' : short(row.candidate),
    row.reason.sentence,
  ])
  return head + table(['WORKLOAD', 'IMAGE', 'STATE', 'RUNS', 'WANTS', 'WHY'], rows, columns)
}

/** Only of what is not supported in full: that all is well needs no line. */
const tellEngine = ({ target, engine, limits }: Status['engines'][number]): string =>
  `${target} is ${engine}: ${limits.join('; ')}.`

/** What people said about a workload, beside what was decided: a pause also holds one that is current now. */
function marks({ pins, pauses }: Status, id: string): readonly string[] {
  const isPinned = pins.some((each) => each.workload === id)
  const isPaused = pauses.some((each) => each.workload === id)
  return [...(isPinned ? ['pinned'] : []), ...(isPaused ? ['paused'] : [])]
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const pauseJson = ({ actor, reason, since, until }: Status['pauses'][number]) => ({ actor, reason, since, until })

const pinJson = ({ tag, digest, actor, reason, since }: Status['pins'][number]) => ({
  tag,
  digest,
  actor,
  reason,
  since,
})

function toJson({ hold, heldTargets, pauses, pins, engines, sourceTroubles, workloads, rollouts }: Status) {
  const pauseOf = (workload: string | null) => {
    const found = pauses.find((each) => each.workload === workload)
    return found === undefined ? null : pauseJson(found)
  }
  const pinOf = (workload: string) => {
    const found = pins.find((each) => each.workload === workload)
    return found === undefined ? null : pinJson(found)
  }
  return {
    hold: hold && { code: hold.reason.code, reason: hold.reason.sentence, since: hold.since },
    heldTargets: heldTargets.map(({ target, reason, since }) => ({
      target,
      code: reason.code,
      reason: reason.sentence,
      since,
    })),
    pause: pauseOf(null),
    engines: engines.map(({ target, engine, limits }) => ({ target, engine, limits })),
    sourceTroubles: sourceTroubles.map(({ source, reason, since }) => ({
      source,
      code: reason.code,
      reason: reason.sentence,
      since,
    })),
    workloads: workloads.map(({ id, image, state, reason, digest, candidate, mode, group, decidedAt }) => ({
      id,
      image,
      state,
      code: reason.code,
      reason: reason.sentence,
      digest,
      candidate,
      mode,
      group,
      decidedAt,
      pin: pinOf(id),
      pause: pauseOf(id),
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
