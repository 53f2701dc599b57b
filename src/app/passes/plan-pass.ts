import { byId } from '../../lib/by-id.ts'
import { toAppError } from '../../errors.ts'
import type { Digest } from '../../image/digest.ts'
import type { Definition } from '../../rollout/rollout.ts'
import type { SettingChange } from '../../targets/target.ts'
import type { App } from '../app.ts'
import { holdPlanned } from '../brake/hold-planned.ts'
import { decideByState } from '../decisions/decide-by-state.ts'
import type { Decision } from '../decisions/decision.ts'
import { describeImage } from '../scans/describe-image.ts'
import { distinct, type Failure } from '../failure.ts'
import { tellHooks } from '../rollouts/hook-words.ts'
import { forgetfulApp } from './forgetful.ts'
import { imageFor } from '../workloads/running-image.ts'
import { mannerOf } from '../workloads/manner.ts'
import { planScans } from '../scans/scan-plan.ts'
import { scanWork } from '../selection/scan-work.ts'
import { withChosenTag } from '../selection/with-chosen-tag.ts'
import { isFollowing } from '../sets/decide-follow.ts'
import { wantedImage } from '../workloads/wanted-image.ts'
import {
  repositoryOf,
  watchedWorkloads,
  type WatchableWorkload,
  type WatchedWorkload,
} from '../workloads/watched-workloads.ts'

/** What a pass would do with one workload, and why. */
export interface PlannedWorkload {
  readonly id: string
  readonly image: string
  readonly decision: Decision
  /** Set when a rollout would begin. */
  readonly rollout: {
    readonly order: 'stop-first' | 'start-first'
    readonly why: string
    /** Other workloads on the same engine whose containers were made from the same local tag, which will move. */
    readonly sharesTagWith: readonly string[]
    /** Names of the containers that cannot do without it, in the order in which they are made again with it. */
    readonly dependants: readonly string[]
    /** Ids of the workloads that follow it by rollouts of their own, however far away; it is done once they have. */
    readonly followers: readonly string[]
    /** Hooks that will run, in order, each with its moment. */
    readonly hooks: readonly string[]
    /** The one line of a file that will change; null where none does. */
    readonly edit: Definition['edit']
    /** Null when the registry would not tell what the image brings. */
    readonly changes: readonly SettingChange[] | null
  } | null
}

export interface PassPlan {
  readonly workloads: readonly PlannedWorkload[]
  readonly failures: readonly Failure[]
}

/** What a pass would do now. Looks at targets and registries, and changes nothing, our state included. */
export async function planPass(app: App, signal: AbortSignal): Promise<PassPlan> {
  const failures: Failure[] = []
  const workloads: PlannedWorkload[] = []
  const looking = forgetfulApp(app)
  const tried = async (subject: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      failures.push({ subject, error: toAppError(error) })
    }
  }
  const watched: WatchedWorkload[] = []
  for (const target of app.targets) {
    await tried(target.name, async () => void watched.push(...(await watchedWorkloads(app, target, signal))))
  }
  await tried('state', async () => {
    const deps = { ...looking, memory: looking.store }
    await Promise.all(planScans(watched).map((work) => scanWork(deps, work, signal)))
    for (const each of watched) {
      await tried(each.target.name, async () => void workloads.push(await planOne(looking, each, watched, signal)))
    }
  })
  return { workloads: byId(await holdPlanned(app, workloads, watched)), failures: distinct(failures) }
}

async function planOne(
  app: App,
  watched: WatchedWorkload,
  all: readonly WatchedWorkload[],
  signal: AbortSignal,
): Promise<PlannedWorkload> {
  const { workload } = watched
  const decision = await decideByState(app, watched, signal, true)
  const base = { id: workload.id, image: workload.image, decision }
  if (!decision.isRolloutDue || watched.kind !== 'watchable' || decision.candidate === null) {
    return { ...base, rollout: null }
  }
  const image = wantedImage(workload.image, watched.reference, withChosenTag(watched, decision).tag, null)
  const { order, why } = mannerOf(workload, watched.settings, watched.target)
  const follows = isFollowing(decision)
  const isRestart = follows && workload.follows?.how === 'restart'
  return {
    ...base,
    rollout: {
      order,
      why,
      sharesTagWith: (follows ? [] : all)
        .filter((each) => each.target.name === watched.target.name && each.workload.id !== workload.id)
        .filter((each) => each.workload.image === image)
        .map((each) => each.workload.id),
      hooks: follows ? [] : tellHooks(watched.settings.hooks),
      edit: decision.definition?.edit ?? null,
      dependants: isRestart
        ? []
        : [...(workload.dependants ?? []), ...(workload.composed ?? [])].map(({ name }) => name),
      followers: decision.followedBy ?? [],
      changes: follows ? [] : await previewChanges(app, watched, decision.candidate, signal),
    },
  }
}

async function previewChanges(
  app: App,
  watched: WatchableWorkload,
  digest: Digest,
  signal: AbortSignal,
): Promise<readonly SettingChange[] | null> {
  const { workload, target } = watched
  if (workload.isAbsent === true) return []
  const repository = repositoryOf(watched)
  const description = await describeImage(app, repository, digest, workload.platform, signal)
  const config = imageFor(workload, description)?.config ?? null
  if (config === null) return null
  try {
    const document = await app.registryFor(repository.registry).readConfig(repository, config, signal)
    return await target.previewSettings(workload, document, signal)
  } catch (error) {
    if (toAppError(error).code.startsWith('TARGET_')) throw error
    return null
  }
}
