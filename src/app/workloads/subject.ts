import { AppError, toAppError } from '../../errors.ts'
import type { Digest } from '../../image/digest.ts'
import type { Platform } from '../../image/platform.ts'
import { parseReference, type ImageReference } from '../../image/reference.ts'
import type { Policy } from '../../policies/policy.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { Override, WorkloadRow } from '../../store/store.ts'
import { isOf } from '../../targets/target.ts'
import type { App } from '../app.ts'
import { findWorkload } from './find-workload.ts'
import { runningDigest } from './running-image.ts'
import { watchedWorkloads, type WatchableWorkload, type WatchedWorkload } from './watched-workloads.ts'

/** What a person's word is about: a workload as its target shows it now or, where that cannot be asked, as it was seen last. */
export interface Subject {
  readonly id: string
  /** What runs, or ran before the rollout that is under way. */
  readonly reference: ImageReference
  readonly digest: Digest | null
  readonly platform: Platform | null
  /** Engine id of the image that was just seen running; null where nothing was, or a rollout is changing it. */
  readonly seenImage: string | null
  readonly row: WorkloadRow | null
  readonly override: Override | null
  /** Which tag it goes on to by itself; null where that cannot be told now. */
  readonly policy: Policy | null
  /** As its target shows it, where something can be rolled out to it. */
  readonly watched: WatchableWorkload | null
  /** The rollout that is under way; null without one. */
  readonly open: Rollout | null
}

/** How long a target is waited for before the word is taken on what is known. */
const lookMaxMs = 20_000

/**
 * The workload that a person means, to say what it should run.
 * @param wanted id, or a name that only one workload has
 * @param isLeftAloneToo whether it may be one that nothing can be rolled out to now, as while it does not run
 * @throws WORKLOAD_NOT_FOUND, WORKLOAD_AMBIGUOUS; WORKLOAD_LEFT_ALONE when nothing can be rolled out to it
 */
export async function findSubject(
  app: App,
  wanted: string,
  { isLeftAloneToo = false }: { readonly isLeftAloneToo?: boolean } = {},
): Promise<Subject> {
  const id = await findId(app, wanted)
  const { store } = app
  const row = await store.workload(id)
  const open = (await store.openRollouts()).find((each) => each.workload === id && each.stage !== 'kept') ?? null
  const nothingSeen = { platform: null, seenImage: null, policy: null, watched: null }
  const base = { id, row, open, override: await store.override(id), ...nothingSeen }
  if (open !== null) {
    const isDone = open.stage === 'passed'
    const reference = parseReference(isDone ? open.image : open.fromReference)
    const read = await app.policyFor({ policy: open.policy, tags: null, minAge: null })
    const policy = 'policy' in read ? read.policy : null
    return { ...base, policy, reference, digest: isDone ? open.digest : open.fromDigest }
  }
  const watched = await seenNow(app, id, row)
  if (watched === 'unseen') {
    if (row === null) throw new AppError('WORKLOAD_NOT_FOUND', `${id} was not seen so far`)
    return { ...base, reference: parseReference(row.image), digest: row.digest }
  }
  if (watched === null) throw leftAlone(id, 'it is not on its target any more, or not watched')
  if (watched.kind === 'unwatchable') {
    if (!isLeftAloneToo) throw leftAlone(id, watched.decision.reason.sentence)
    const { image, imageId, platform } = watched.workload
    return { ...base, reference: parseReference(image), digest: null, platform, seenImage: imageId }
  }
  const { workload, reference } = watched
  return {
    ...base,
    policy: watched.policy,
    watched,
    reference,
    digest: runningDigest(workload, reference),
    platform: workload.platform,
    seenImage: workload.imageId,
  }
}

/** As it is there, also where nothing can be rolled out to it now; null when it is gone, or nobody can tell. */
export async function findSubjectIfAny(app: App, id: string): Promise<Subject | null> {
  try {
    return await findSubject(app, id, { isLeftAloneToo: true })
  } catch (error) {
    if (toAppError(error).code.startsWith('STATE_')) throw error
    return null
  }
}

/** @returns the id of a workload that was seen before or is found by a look at the targets */
export async function findId(app: App, wanted: string): Promise<string> {
  try {
    return await findWorkload(app.store, wanted)
  } catch (error) {
    if (toAppError(error).code !== 'WORKLOAD_NOT_FOUND') throw error
    const signal = AbortSignal.timeout(lookMaxMs)
    const looks = app.targets.map((target) => watchedWorkloads(app, target, signal).catch(() => []))
    const found = (await Promise.all(looks)).flat().map(({ workload }) => workload)
    const rows = found.map(({ id }) => ({ id, reason: { code: 'SEEN', sentence: '' } }))
    if (rows.length === 0) throw error
    return findWorkload({ workloads: async () => rows }, wanted)
  }
}

/** @returns null when it is not there; `unseen` when its target did not answer, and it was seen before */
export async function seenNow(
  app: App,
  id: string,
  row: WorkloadRow | null,
): Promise<WatchedWorkload | 'unseen' | null> {
  try {
    for (const target of app.targets.filter((each) => isOf(each, id))) {
      const all = await watchedWorkloads(app, target, AbortSignal.timeout(lookMaxMs))
      const found = all.find(({ workload }) => workload.id === id)
      if (found !== undefined) return found
    }
    return null
  } catch (error) {
    if (row === null) throw error
    return 'unseen'
  }
}

const leftAlone = (id: string, sentence: string): AppError =>
  new AppError('WORKLOAD_LEFT_ALONE', `nothing can be rolled out to ${id} now: ${sentence}`)
