import { createLiveness } from '../../app/liveness.ts'
import { runPass, type PassReport } from '../../app/run-pass.ts'
import { runService } from '../../app/run-service.ts'
import { startBeat } from '../beat.ts'
import type { Doors, ExitCode, GlobalOptions, Output } from '../doors.ts'
import { formatDuration } from '../../lib/duration.ts'
import { decisionJson, failuresJson, noWorkloads, tellFailures } from '../pass.ts'
import { keepHeapSmall } from '../../lib/small-heap.ts'
import { json, short } from '../present.ts'
import { pullLine } from '../pull-line.ts'
import { table } from '../table.ts'

interface RunOptions extends GlobalOptions {
  readonly output: Output
  readonly once?: boolean
}

/** `longshore run`: the service, or with `--once` one full pass that waits for its rollouts. */
export async function runRun(doors: Doors, options: RunOptions): Promise<ExitCode> {
  const { showProgress } = doors
  keepHeapSmall()
  const { app, queue, serveControl, servePublic, close } = await doors.openApp({
    ...options,
    access: 'owner',
    ...(showProgress && { onPullProgress: (workload, progress) => showProgress(pullLine(workload, progress)) }),
  })
  try {
    if (options.once === true) return report(doors, options.output, await runPass(app, queue, doors.stop))
    const names = [...new Set(app.targets.map((each) => each.name))].join(', ')
    app.log.info(
      { targets: names },
      `watching ${names}; registries are asked every ${formatDuration(app.pollIntervalMs)}`,
    )
    const { stateFolder } = await doors.checkConfig(options)
    const liveness = createLiveness(app.clock)
    const control = await serveControl()
    const endBeat = startBeat(stateFolder, liveness.late, (line) => app.log.error({}, line))
    let listener: Awaited<ReturnType<typeof servePublic>> = null
    try {
      listener = await servePublic(liveness.late)
      if (listener !== null) app.log.info({ address: listener.address }, `listening at ${listener.address}`)
      await Promise.all([runService(app, queue, doors.stop, liveness), listener?.followEvents(doors.stop)])
    } finally {
      endBeat()
      await listener?.close()
      await control.close()
    }
    app.log.info({}, 'longshore has stopped; what was under way goes on at the next start')
    return 0
  } finally {
    await queue.close()
    await close()
  }
}

function report(doors: Doors, output: Output, pass: PassReport): ExitCode {
  doors.print(output === 'json' ? json(toJson(pass)) : toText(pass, doors.columns))
  tellFailures(doors, pass.failures)
  const bad = new Set(['rolled-back', 'failed', 'needs-human'])
  return pass.failures.length > 0 || pass.rollouts.some((each) => bad.has(each.outcome ?? '')) ? 1 : 0
}

function toText({ workloads, rollouts, failures }: PassReport, columns: number | null): string {
  if (workloads.length === 0) return noWorkloads(failures)
  const rows = workloads.map(({ id, image, decision }) => {
    const rollout = rollouts.find((each) => each.workload === id && each.outcome !== null)
    return [id, image, decision.state, rollout?.outcome ?? '-', short(decision.candidate), decision.reason.sentence]
  })
  return table(['WORKLOAD', 'IMAGE', 'STATE', 'ROLLOUT', 'DIGEST', 'WHY'], rows, columns)
}

function toJson({ workloads, rollouts, failures }: PassReport) {
  return {
    workloads: workloads.map(decisionJson),
    rollouts: rollouts.map(({ id, workload, outcome, stage, reason, order, fromDigest, digest, gapMs, logTail }) => ({
      id,
      workload,
      outcome,
      stage,
      code: reason?.code ?? null,
      reason: reason?.sentence ?? null,
      order,
      fromDigest,
      toDigest: digest,
      gapMs,
      logTail,
    })),
    failures: failuresJson(failures),
  }
}
