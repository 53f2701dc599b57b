import { AppError } from '../../errors.ts'
import type { Digest } from '../../image/digest.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { ApplyContext } from '../target.ts'
import type { EngineDeps } from './engine-deps.ts'
import { keepRepository, keepTag } from './keep-tag.ts'
import { pullFailure, refusedOf } from './pull-failure.ts'
import { canonicalDigests } from './image-facts.ts'

/** J1: the candidate's image lies on the engine, complete and under the digest that was decided. */
export function pull(deps: EngineDeps, rollout: Rollout, context: ApplyContext): Promise<void> {
  const { repository, digest, fromImage } = rollout
  return pullDigest(deps, { repository, digest, like: fromImage }, context)
}

/**
 * R: the old image lies on the engine. Our tag keeps it from `docker image prune`, but not from one with `--all` while no
 * container has it, as once Compose has replaced all of them.
 */
export async function pullOld(deps: EngineDeps, rollout: Rollout, context: ApplyContext): Promise<void> {
  const { repository, fromDigest: digest, fromImage, fromReference, toImage } = rollout
  const isThere = async () => (await deps.engine.inspectImage(fromImage, context.signal)) !== null
  if (await isThere()) return
  const gone = `the image that ran before as ${fromReference} is gone from the engine`
  if (digest === null) throw new AppError('TARGET_NOT_FOUND', `${gone}, and no registry is known to have it`)
  const pullAuth = await context.signIn?.()
  await pullDigest(deps, { repository, digest, like: toImage ?? '' }, { ...context, ...(pullAuth && { pullAuth }) })
  if (!(await isThere())) throw new AppError('TARGET_PULL_FAILED', `${gone}, and what its registry has is another`)
}

interface Wanted {
  readonly repository: string
  readonly digest: Digest
  /** Engine id of an image for the platform that is meant; empty for the engine's own. */
  readonly like: string
}

async function pullDigest(deps: EngineDeps, wanted: Wanted, context: ApplyContext): Promise<void> {
  const reference = `${wanted.repository}@${wanted.digest}`
  await deps.pulls(reference, () => pullOnce(deps, wanted, reference, context))
}

async function pullOnce(
  { engine }: EngineDeps,
  { repository, digest, like }: Wanted,
  reference: string,
  { signal, onPullProgress, pullAuth, pullPace }: ApplyContext,
): Promise<void> {
  const isThere = async () => {
    const image = await engine.inspectImage(reference, signal)
    const [wanted = ''] = canonicalDigests([reference])
    return image !== null && canonicalDigests(image.RepoDigests ?? []).includes(wanted)
  }
  if (await isThere()) return
  const platform = await foreignPlatform(engine, like, signal)
  const leftMs = pullPace?.leftMs() ?? 0
  if (leftMs > 0) {
    throw new AppError('TARGET_PULL_FAILED', 'the registry asked to wait', { retryAfterMs: leftMs })
  }
  try {
    const request = { repository, reference: digest, platform, auth: pullAuth ?? null }
    await engine.pull(request, onPullProgress ?? (() => undefined), signal)
  } catch (error) {
    const failure = pullFailure(error)
    // Before the turn of whoever waits for the same image.
    if (failure instanceof AppError && failure.retryAfterMs !== undefined) {
      pullPace?.refused(failure.retryAfterMs, refusedOf(failure))
    }
    throw failure
  }
  if (!(await isThere())) {
    throw new AppError('TARGET_PULL_FAILED', `the engine reported no error, but does not have ${reference}`)
  }
}

/** The platform of an image where the user chose another than the engine's own; null otherwise. */
async function foreignPlatform(
  engine: EngineDeps['engine'],
  image: string,
  signal: AbortSignal,
): Promise<string | null> {
  // Nothing ran before, so nobody chose another.
  if (image === '') return null
  const [host, found] = await Promise.all([engine.version(signal), engine.inspectImage(image, signal)])
  if (!found?.Os || !found.Architecture) return null
  if (found.Os === host.os && found.Architecture === host.architecture) return null
  return [found.Os, found.Architecture, found.Variant].filter(Boolean).join('/')
}

/** The old image keeps a tag of ours, so that no clean-up of what has no tag takes the way back. */
export async function protect({ engine }: EngineDeps, rollout: Rollout, { signal }: ApplyContext): Promise<void> {
  await engine.tagImage(rollout.fromImage, keepRepository, keepTag(rollout.workload, rollout.fromImage), signal)
}

/** The user's tag names what it named before us, unless somebody moved it since. */
export async function tagBack({ engine }: EngineDeps, rollout: Rollout, { signal }: ApplyContext): Promise<void> {
  const { repository, tag, toImage, tagBefore, fromImage, workload } = rollout
  const now = await engine.inspectImage(`${repository}:${tag}`, signal)
  if (now === null || toImage === null || now.Id !== toImage || tagBefore === toImage) return
  if (tagBefore !== null) {
    const isThere = (await engine.inspectImage(tagBefore, signal)) !== null
    return engine.tagImage(isThere ? tagBefore : fromImage, repository, tag, signal)
  }
  // The engine takes the last tag of an image that a container uses only by force; another tag of ours avoids that.
  await engine.tagImage(toImage, keepRepository, keepTag(workload, toImage), signal)
  await engine.removeImageReference(`${repository}:${tag}`, signal)
}
