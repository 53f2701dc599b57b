import { createLiveness } from '../../app/passes/liveness.ts'
import { runPass } from '../../app/passes/run-pass.ts'
import { runService } from '../../app/passes/run-service.ts'
import { startBeat } from '../beat.ts'
import type { Doors, ExitCode, GlobalOptions, Output } from '../doors.ts'
import { formatDuration } from '../../lib/duration.ts'
import { keepHeapSmall } from '../../lib/small-heap.ts'
import { pullLine } from '../pull-line.ts'
import { reportPass } from '../report-pass.ts'

interface RunOptions extends GlobalOptions {
  readonly output: Output
  readonly once?: boolean
}

/** `longshore run`: the service, or with `--once` one full pass that waits for its rollouts. */
export async function runRun(doors: Doors, options: RunOptions): Promise<ExitCode> {
  const { showProgress } = doors
  keepHeapSmall()
  const { app, queue, serveControl, servePublic, serveMetrics, close } = await doors.openApp({
    ...options,
    access: 'owner',
    replacesState: true,
    ...(showProgress && { onPullProgress: (workload, progress) => showProgress(pullLine(workload, progress)) }),
  })
  try {
    if (options.once === true) return reportPass(doors, options.output, await runPass(app, queue, doors.stop))
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
    let metrics: Awaited<ReturnType<typeof serveMetrics>> = null
    try {
      metrics = await serveMetrics()
      if (metrics !== null) app.log.info({ address: metrics.address }, `metrics at ${metrics.address}/metrics`)
      listener = await servePublic(liveness.late)
      if (listener?.address) app.log.info({ address: listener.address }, `listening at ${listener.address}`)
      await Promise.all([runService(app, queue, doors.stop, liveness), listener?.followEvents(doors.stop)])
    } finally {
      endBeat()
      await Promise.all([listener?.close(), metrics?.close()])
      await control.close()
    }
    app.log.info({}, 'longshore has stopped; what was under way goes on at the next start')
    return 0
  } finally {
    await queue.close()
    await close()
  }
}
