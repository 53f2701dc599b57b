import { byId } from '../lib/by-id.ts'
import { toAppError } from '../errors.ts'
import type { Digest } from '../image/digest.ts'
import type { Definition } from '../rollout/rollout.ts'
import type { TagObservation } from '../store/store.ts'
import type { SettingChange } from '../targets/target.ts'
import type { App } from './app.ts'
import { holdPlanned } from './brake/hold-planned.ts'
import { decideWorkload } from './decide-workload.ts'
import type { Decision } from './decision.ts'
import { describeImage } from './describe-image.ts'
import { distinct, type Failure } from './failure.ts'
import { tellHooks } from './hook-words.ts'
import { imageFor } from './running-image.ts'
import { mannerOf } from './manner.ts'
import { planScans } from './scan-plan.ts'
import { isFollowing } from './sets/decide-follow.ts'
import { scanRepository } from './scan-repository.ts'
import { wantedImage } from './wanted-image.ts'
import { repositoryOf, watchedWorkloads, type WatchableWorkload, type WatchedWorkload } from './watched-workloads.ts'

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
  const forgetful = { ...app, store: { ...app.store, saveImageDescription: async () => {} } }
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
    const observations = await scanAll(app, watched, signal)
    for (const each of watched) {
      await tried(each.target.name, async () => {
        workloads.push(await planOne(forgetful, each, watched, observations, signal))
      })
    }
  })
  return { workloads: byId(await holdPlanned(app, workloads)), failures: distinct(failures) }
}

async function scanAll(app: App, watched: readonly WatchedWorkload[], signal: AbortSignal) {
  const { store } = app
  const memory = {
    tagObservation: store.tagObservation.bind(store),
    sightings: store.sightings.bind(store),
    saveTagObservation: async () => {},
  }
  const found = await Promise.all(
    planScans(watched).map(({ repository, tags }) => scanRepository({ ...app, memory }, repository, tags, signal)),
  )
  return found.flat()
}

async function planOne(
  app: App,
  watched: WatchedWorkload,
  all: readonly WatchedWorkload[],
  observations: readonly TagObservation[],
  signal: AbortSignal,
): Promise<PlannedWorkload> {
  const { workload } = watched
  const observation = observations.find((each) => isOf(each, watched)) ?? null
  const decision = await decideWorkload(app, watched, observation, { ignoresBackoff: true, signal })
  const base = { id: workload.id, image: workload.image, decision }
  if (!decision.isRolloutDue || watched.kind !== 'watchable' || decision.candidate === null) {
    return { ...base, rollout: null }
  }
  const image = wantedImage(workload.image, watched.reference, watched.tag, null)
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
      dependants: isRestart ? [] : (workload.dependants ?? []).map(({ name }) => name),
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

function isOf(observation: TagObservation, watched: WatchedWorkload): boolean {
  if (watched.kind !== 'watchable') return false
  const { reference, tag } = watched
  return (
    observation.registry === reference.registry &&
    observation.repository === reference.repository &&
    observation.tag === tag
  )
}
