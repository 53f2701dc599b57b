import { toAppError, type AppError } from '../../errors.ts'
import { isoTime } from '../../lib/clock.ts'
import { tryNow } from '../../rollout/back-wait.ts'
import { takeUp } from '../../rollout/machine.ts'
import { waitLeftMs } from '../../rollout/registry-wait.ts'
import { newestOf } from '../../rollout/facts.ts'
import type { InstanceFacts, Rollout } from '../../rollout/rollout.ts'
import { goBack, isUp } from '../../rollout/step.ts'
import { hasFollowers } from '../../rollout/along-steps.ts'
import type { FoundRollout } from '../../rollout/found-rollout.ts'
import { isOf, type Target } from '../../targets/target.ts'
import { isDrivenByAnother } from '../sets/parts-of.ts'
import { withoutOld, withTheirParts } from './adopt-found.ts'
import type { App } from '../app.ts'
import { driveRollout } from './drive-rollout.ts'

/**
 * Rollouts that a former process left open, ready to be driven on.
 * @param isFirst whether this process has driven nothing yet, so that every open rollout was left by another
 */
export async function openRollouts(app: App, target: Target, isFirst: boolean): Promise<readonly Rollout[]> {
  const all = await app.store.openRollouts()
  const isOurs = ({ workload }: Rollout): boolean => app.targets.some((each) => isOf(each, workload))
  const open = all.filter((each) => isOf(target, each.workload) && !isDrivenByAnother(each, all, isOurs))
  const now = app.clock.now()
  return (
    open
      .filter((each) => each.stage !== 'kept' || each.keepUntil === null || Date.parse(each.keepUntil) <= now)
      // What may be without a running version goes before what only waits for its end.
      .toSorted((one, other) => Number(one.stage === 'kept') - Number(other.stage === 'kept'))
      // One that waits for its registry is as good as it was, until that is over. What kept an old version from coming
      // back may have gone with the process before us, as after a restart of the machine.
      .map((each) => (isFirst && waitLeftMs(each, now) === 0 ? tryNow(takeUp(each)) : each))
  )
}

/** Drives one open rollout on. */
export function resumeRollout(app: App, target: Target, rollout: Rollout, stop: AbortSignal): Promise<Rollout> {
  // One that is kept only waits for its end, and may be asked often.
  app.log[rollout.stage === 'kept' ? 'debug' : 'info'](
    { workload: rollout.workload, stage: rollout.stage, step: rollout.step },
    `going on with a rollout that was left at ${rollout.step}`,
  )
  return driveRollout(app, target, rollout, stop)
}

/**
 * Looks for rollouts of ours that the state does not know: it was lost, or an older one was restored. Those that were
 * under way are taken into the state as the labels on the target tell them, so that no workload stays half replaced;
 * everything else is held until a person has looked, since pins and pauses may be gone (I9).
 */
export async function adoptFoundRollouts(app: App, target: Target, signal: AbortSignal): Promise<void> {
  const found = await target.findRollouts(signal)
  const unknown: FoundRollout[] = []
  for (const each of found) if ((await app.store.rollout(each.operation)) === null) unknown.push(each)
  if (unknown.length === 0) return
  const isLost = app.store.isNew || unknown.some((each) => each.intent !== null)
  if (isLost && (await app.store.hold()) === null) await holdEverything(app, unknown)
  const adopted: Rollout[] = []
  for (const each of unknown) {
    const rollout = await asRollout(app, target, each, signal)
    if (rollout !== null) adopted.push(rollout)
  }
  for (const rollout of withTheirParts(adopted, await app.store.openRollouts())) {
    await app.store.saveRollout(rollout, baselineOf(rollout))
    // The other ends are old news.
    if (rollout.outcome === 'needs-human') app.rolloutCounts?.note(rollout)
  }
}

/**
 * The same, where what it stumbles over keeps nobody from taking up what the state knows: a workload may be down for it.
 * @returns what it stumbled over; null when it has looked at everything
 * @throws TARGET_UNAVAILABLE since there is nothing to take up on what is away, ABORTED
 */
export async function tryToAdopt(app: App, target: Target, signal: AbortSignal): Promise<AppError | null> {
  try {
    await adoptFoundRollouts(app, target, signal)
    return null
  } catch (error) {
    const failure = toAppError(error)
    if (failure.code === 'TARGET_UNAVAILABLE' || failure.code === 'ABORTED') throw failure
    return failure
  }
}

/** What our own label accounts for was not put there by somebody else, whatever an older state says. */
const baselineOf = ({ outcome, toImage }: Rollout): { readonly baselineImage?: string } =>
  outcome === 'succeeded' && toImage !== null ? { baselineImage: toImage } : {}

async function holdEverything(app: App, unknown: readonly FoundRollout[]): Promise<void> {
  const names = [...new Set(unknown.map((each) => each.workload))].join(', ')
  const reason = {
    code: 'STATE_LOST',
    sentence: `the state does not know what was rolled out before (${names}); look, then run: longshore resume`,
  }
  const at = isoTime(app.clock)
  await app.store.setHold({ reason, since: at })
  await app.store.addHistory({
    at,
    actor: null,
    workload: null,
    rollout: null,
    kind: 'hold',
    reason,
    fromDigest: null,
    toDigest: null,
  })
  app.log.warn({ code: reason.code }, `everything is held: ${reason.sentence}`)
}

/** The rollout as it can be taken up: everything counts as attempted, so that the target's word alone decides. */
async function asRollout(
  app: App,
  target: Target,
  { intent, hasOld, isOver = false }: FoundRollout,
  signal: AbortSignal,
): Promise<Rollout | null> {
  if (intent === null) return null
  const done = { ...intent, outcome: 'succeeded', endedAt: isoTime(app.clock) } as const
  const isUnusual = intent.procedure === 'create' || intent.removesItself
  if (isOver || (!hasOld && !isUnusual)) return { ...done, stage: 'ended' }
  const facts = await target.observe(intent, signal)
  if (!hasOld) return withoutOld(intent, facts, app.clock)
  const fresh = newestOf(facts)
  const { candidateImage } = facts
  const toImage = intent.toImage ?? candidateImage
  const rollout: Rollout = {
    ...intent,
    toImage,
    attempted: ['pull', 'protect', 'capture', 'create', 'disarm-old', 'stop-old', 'rename-old', 'start-new'],
  }
  if (fresh !== null && isArmed(intent, fresh)) {
    // What lives in it may be cut off, and only a look at each tells.
    if (isUp(fresh) && hasFollowers(rollout)) return { ...rollout, stage: 'passed', reason: lostAfterGate }
    const keepUntil = new Date(app.clock.now() + intent.keepOldMs).toISOString()
    return { ...done, stage: 'kept', toImage, keepUntil }
  }
  if (fresh?.startedAt != null) return rollout
  // What its old instance lived in is gone, so there is no way back.
  if (fresh !== null && intent.follows !== null) return { ...rollout, attempted: rollout.attempted.slice(0, -1) }
  const reason = { code: 'STATE_LOST', sentence: 'the state was lost before the new version had started' }
  return goBack(rollout, 'abandoned', reason).rollout
}

const lostAfterGate = { code: 'STATE_LOST', sentence: 'it had passed its gate when the state was lost' }

/** It gets its restart policy back only after its gate has passed: what happened to it since is no matter of a rollout. */
const isArmed = ({ name, restart, stopped }: Rollout, fresh: InstanceFacts): boolean =>
  // One that is left stopped has no gate: it is done once it has the name.
  (restart !== 'no' || stopped === 'update') && fresh.restart === restart && fresh.name === name
