import { parseReference } from '../image/reference.ts'
import type { HookResult } from '../rollout/hooks.ts'
import type { Reason, Rollout } from '../rollout/rollout.ts'
import type { Target } from '../targets/target.ts'
import type { App } from './app.ts'
import { tellHookEnd } from './apply-hook.ts'
import { targetDefaults } from './groups/group-settings.ts'
import { tellGroup } from './groups/read-group.ts'
import { pruneImages } from './prune-images.ts'
import { rollOut } from './roll-out.ts'
import { withdrawn } from './withdrawn.ts'

/** Drives a rollout with what the app brings, tells how it ended, and clears up the images that it left over. */
export async function driveRollout(app: App, target: Target, rollout: Rollout, stop: AbortSignal): Promise<Rollout> {
  const { store, clock, onProgress, onJournal, runHere } = app
  const deps = {
    target,
    store,
    clock,
    withdrawn: (each: Rollout) => withdrawn(store, each),
    pullAuth: (each: Rollout, signal: AbortSignal) => app.pullAuth(parseReference(each.repository), signal),
    onEnded: (each: Rollout) => tellEnd(app, each),
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
  await tellGroup(app, rested)
  if (rested.stage === 'ended') await pruneImages(app, target, rollout.workload, rollout.keepImages)
  return rested
}

function tellEnd(app: App, { workload, outcome, reason, gapMs, digest }: Rollout): void {
  const level = outcome === 'succeeded' ? 'info' : outcome === 'needs-human' ? 'error' : 'warn'
  const fields = { workload, outcome, digest, gapMs }
  const gap = outcome === 'succeeded' && gapMs !== null && gapMs > 0 ? `; nothing ran for ${gapMs} ms` : ''
  app.log[level](fields, `${outcome?.replaceAll('-', ' ')}: ${reason?.sentence ?? ''}${gap}`)
}
