import { agesCountFrom } from '../selection/ages-count-from.ts'
import { toAppError } from '../../errors.ts'
import type { Digest } from '../../image/digest.ts'
import type { ImageDescription, Urgency } from '../../registries/registry.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { TagObservation } from '../../store/store.ts'
import type { App } from '../app.ts'
import { readTargetStanding } from '../brake/target-standing.ts'
import { decide } from './decide.ts'
import { mayHaveFailed } from './failed-job.ts'
import { decision, type Decision } from './decision.ts'
import type { DecideInput } from './decide-input.ts'
import { describeImage } from '../scans/describe-image.ts'
import { definitionFrom, type EarlierDecision } from './earlier-decision.ts'
import { readGroup } from '../groups/read-group.ts'
import { lastWordAt } from './last-word-at.ts'
import { withNote } from './noted.ts'
import { prepared } from './prepared.ts'
import { hasRun } from '../rollouts/revisions.ts'
import { runsDigest } from '../workloads/running-image.ts'
import { chooseForWorkload } from '../selection/choose-for-workload.ts'
import type { ListChoice } from '../selection/list-choice.ts'
import { withChosenTag } from '../selection/with-chosen-tag.ts'
import { busySet } from '../sets/busy-set.ts'
import { isFollowing } from '../sets/decide-follow.ts'
import { withFollowers } from '../sets/followers.ts'
import { holdOn } from '../sets/hold-on.ts'
import { repositoryOf, type WatchableWorkload, type WatchedWorkload } from '../workloads/watched-workloads.ts'

/** Rollouts of a workload that a decision looks back on. */
const rolloutsMax = 50

export interface DecideOptions {
  readonly ignoresBackoff: boolean
  readonly signal: AbortSignal
  /** For what registries are asked: `background` where a poll led to it; `wanted` when left out. */
  readonly urgency?: Urgency
  /** Spares a close look at the target where it was just taken. */
  readonly earlier?: EarlierDecision | null
  /** Spares choosing among all tags where that was just done. */
  readonly choice?: ListChoice | null
  /** Id of a rollout under way, which counts as if it had never begun. */
  readonly without?: string
}

/** Gathers what a decision depends on, and decides. Reads only, but for keeping what lies under a digest. */
export async function decideWorkload(
  app: App,
  watched: WatchedWorkload,
  observation: TagObservation | null,
  options: DecideOptions,
): Promise<Decision> {
  const busy = await busySet(app.store, watched.workload)
  if (busy !== null) return busy
  return withNote(watched.workload, await decideUnnoted(app, watched, observation, options))
}

async function decideUnnoted(
  app: App,
  watched: WatchedWorkload,
  observation: TagObservation | null,
  options: DecideOptions,
): Promise<Decision> {
  if (watched.kind === 'unwatchable') return watched.decision
  const { store } = app
  const { id } = watched.workload
  const { registry, repository } = repositoryOf(watched)
  const { ignoresBackoff, without } = options
  const group = await readGroup(app, watched.settings.group, id)
  try {
    const underWay = (await store.rolloutsUnderWay()).filter((each) => each.workload === id && each.id !== without)
    const found = await look(app, watched, observation, underWay.length > 0, options)
    const restoredAt = await agesCountFrom(store, watched.policy)
    const known = { ...watched, ...found, group, ignoresBackoff, restoredAt, now: app.clock.now() }
    const decided = decide({ ...known, ...nothingToGuard, rollouts: underWay })
    if (decided.state !== 'outdated' && decided.state !== 'held' && !mayHaveFailed(watched.workload, decided)) {
      return group?.stays === undefined ? decided : withNote({ note: group.stays }, decided)
    }
    const rollouts = (await store.rollouts(id, rolloutsMax)).filter((each) => each.id !== without)
    const guarded = decide({
      ...known,
      sightings: await store.sightings(registry, repository, found.tag, rolloutsMax),
      description: isFollowing(decided)
        ? null
        : await describeWhenNew(app, watched, found.observation, rollouts, options),
      row: await store.workload(id),
      rollouts,
      quarantines: await store.quarantine(id),
      hold: await holdOn(store, watched.workload),
      pauses: await store.pauses(),
      lastWordAt: await lastWordAt(store, id),
      target: await readTargetStanding(app, id, decided.candidate),
    })
    const { earlier = null, signal } = options
    const definition = earlier === null ? null : definitionFrom(earlier, watched, guarded, app.clock)
    return await withFollowers(
      app,
      watched.workload,
      await prepared(withChosenTag(watched, guarded), guarded, signal, definition),
      signal,
    )
  } catch (error) {
    const { code, message } = toAppError(error)
    if (!code.startsWith('REGISTRY_') && !code.startsWith('MANIFEST_')) throw error
    // What the tag names is known here: it is only not whole.
    return decision(
      code === 'MANIFEST_INCOMPLETE' ? 'held' : 'unknown',
      code,
      message,
      watched.override?.digest ?? observation?.digest ?? null,
    )
  }
}

/** What the tag names that is to run; where the policy chooses it, it is chosen here. Nothing is while a rollout is under way. */
async function look(
  app: App,
  watched: WatchableWorkload,
  observation: TagObservation | null,
  isUnderWay: boolean,
  options: DecideOptions,
): Promise<Pick<DecideInput, 'tag' | 'observation' | 'choice'>> {
  if (!watched.isListed || isUnderWay) return { tag: watched.tag, observation, choice: null }
  const choice = options.choice ?? (await chooseForWorkload(app, watched, options.signal, options))
  const tag = choice.choice?.selection.chosen?.tag ?? watched.tag
  return { tag, observation: choice.observation, choice }
}

/** Guards only hold candidates back: while there is none, what they look at need not be read. */
const nothingToGuard = {
  sightings: [],
  description: null,
  row: null,
  quarantines: [],
  hold: null,
  pauses: [],
  lastWordAt: null,
  target: null,
} as const

/** What lies under a digest is asked for only when it is not the one that runs: an unchanged image costs no GET. */
async function describeWhenNew(
  app: App,
  watched: WatchableWorkload,
  observation: TagObservation | null,
  rollouts: readonly Rollout[],
  { signal, urgency }: DecideOptions,
): Promise<ImageDescription | null> {
  const { override } = watched
  const seen: Digest | null = observation?.failure === null ? observation.digest : null
  const digest = override?.digest ?? seen
  // A way back must not wait for a registry.
  if (override?.digest != null && hasRun(rollouts, override.digest)) return null
  if (digest === null || runsDigest(watched.workload, watched.reference, digest, null)) return null
  return describeImage(app, repositoryOf(watched), digest, watched.workload.platform, signal, urgency)
}
