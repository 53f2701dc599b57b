import { AppError } from '../../errors.ts'
import { familiarName, parseReference } from '../../image/reference.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { pullOld } from '../engine/apply-image.ts'
import type { ApplyContext } from '../target.ts'
import type { ComposeDeps } from './compose-deps.ts'

/** The tag that the file names is the candidate's on this engine, so that Compose takes it without asking a registry. */
export async function moveTag({ engine }: ComposeDeps, rollout: Rollout, { signal }: ApplyContext): Promise<void> {
  const { repository, digest, tag } = rollout
  const candidate = await engine.inspectImage(`${repository}@${digest}`, signal)
  if (candidate === null) throw new AppError('TARGET_NOT_FOUND', `the image ${repository}@${digest} is gone`)
  await engine.tagImage(candidate.Id, repository, tag, signal)
}

/** The tag under which the old version ran is the old image's again, which is pulled where it was cleared away. */
export async function tagOld(deps: ComposeDeps, rollout: Rollout, context: ApplyContext): Promise<void> {
  await pullOld(deps, rollout, context)
  const reference = parseReference(rollout.fromReference)
  const tag = reference.tag ?? 'latest'
  await deps.engine.tagImage(rollout.fromImage, familiarName(reference), tag, context.signal)
}
