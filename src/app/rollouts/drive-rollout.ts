import { parseReference } from '../../image/reference.ts'
import { AppError } from '../../errors.ts'
import type { Way } from '../../rollout/along.ts'
import type { HookResult } from '../../rollout/hooks.ts'
import type { Reason, Rollout } from '../../rollout/rollout.ts'
import { isOf, type Target } from '../../targets/target.ts'
import type { App } from '../app.ts'
import { tellHookEnd } from './apply-hook.ts'
import { targetDefaults } from '../groups/group-settings.ts'
import { tellGroup } from '../groups/read-group.ts'
import { clearUp } from './prune-images.ts'
import { rollOut } from './roll-out.ts'
import { unlessAway } from './state-away.ts'
import { createNewerDecision } from '../decisions/newer-decision.ts'
import { withdrawn } from '../decisions/withdrawn.ts'
import { bringAlong } from '../sets/bring-along.ts'
import { registryOf } from './wait-for-registry.ts'

/** Drives a rollout with what the app brings, tells how it ended, and clears up the images that it left over. */
export async function driveRollout(app: App, target: Target, rollout: Rollout, stop: AbortSignal): Promise<Rollout> {
  const { store, clock, onProgress, onJournal, runHere } = app
  const newerDecision = createNewerDecision(app, target, stop)
  const deps = {
    target,
    store,
    clock,
    // A word on what is brought along is for afterwards: it does not turn round what that lives in.
    withdrawn: async (each: Rollout) =>
      each.partOf === undefined ? ((await unlessAway(withdrawn(store, each))) ?? newerDecision(each)) : null,
    onNews: (workload: string, tell: () => void) =>
      app.nudges.subscribe((nudge) => {
        if (nudge.kind !== 'scan' && (nudge.workload === null || nudge.workload === workload)) tell()
      }),
    bringAlong: (each: Rollout, way: Way) =>
      bringAlong(app, each, way, (part, parkOn) => driveRollout(app, targetFor(app, part), part, parkOn), stop),
    pullAuth: (each: Rollout, signal: AbortSignal) => app.pullAuth(parseReference(each.repository), signal),
    registryOf: (each: Rollout) => registryOf(app, each),
    onEnded: (each: Rollout) => tellEnd(app, each),
    onHeldUp: ({ workload, backWait }: Rollout) =>
      app.log.error({ workload, effect: backWait?.effect }, `the way back is held up: ${backWait?.sentence}`),
    ...(app.rolloutCounts && { rolloutCounts: app.rolloutCounts }),
    onHook: (each: Rollout, result: HookResult) => tellHookEnd(app.log, each, result),
    ...(runHere && { runHere }),
    hasBrake: (name: string) => (app.limits.get(name) ?? targetDefaults).brake,
    onBraked: ({ target: name }: Rollout, { code, sentence }: Reason) => {
      app.log.error({ target: name, code }, sentence)
      app.nudges.send({ kind: 'decide', workload: null })
    },
    ...(onProgress && { onProgress }),
    ...(onJournal && { onJournal }),
  }
  const rested = await rollOut(deps, rollout, stop)
  if (rested.outcome !== null) app.keeper?.rolledOut()
  await tellGroup(app, rested)
  if (rested.stage === 'ended') await clearUp(app, target, rested)
  return rested
}

function targetFor({ targets }: Pick<App, 'targets'>, { workload }: Rollout): Target {
  const target = targets.find((each) => isOf(each, workload))
  if (target === undefined) throw new AppError('TARGET_UNAVAILABLE', `no target has ${workload}`)
  return target
}

function tellEnd(app: App, { workload, outcome, reason, gapMs, digest }: Rollout): void {
  const level = outcome === 'succeeded' ? 'info' : outcome === 'needs-human' ? 'error' : 'warn'
  const fields = { workload, outcome, digest, gapMs }
  const gap = outcome === 'succeeded' && gapMs !== null && gapMs > 0 ? `; nothing ran for ${gapMs} ms` : ''
  app.log[level](fields, `${outcome?.replaceAll('-', ' ')}: ${reason?.sentence ?? ''}${gap}`)
}
