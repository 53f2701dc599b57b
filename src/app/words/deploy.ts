import { parseDigest } from '../../image/digest.ts'
import { tagOf } from '../../image/reference.ts'
import type { App } from '../app.ts'
import type { Answer, By } from './control.ts'
import { checkTag, lookUpDigest, lookUpTag } from '../scans/look-up-image.ts'
import { ownTag, replacedBy, tellImage } from './override.ts'
import { hasRun, revisionsOf, rolloutsMax } from '../rollouts/revisions.ts'
import { ownChoice } from '../selection/own-choice.ts'
import { answerOverride, setOverride } from './set-override.ts'
import { findSubject, type Subject } from '../workloads/subject.ts'
import { checkBy } from './words.ts'

/**
 * Rolls something out now, whatever holds other rollouts back but the hold on everything.
 * @param image tag, which is followed from then on, or gone on from by a policy that chooses; digest, which is pinned; null for what is wanted anyway
 * @throws WORKLOAD_*, REFERENCE_INVALID, DIGEST_INVALID, IMAGE_NOT_FOUND, REQUEST_INVALID
 */
export async function deploy(app: App, workload: string, image: string | null, by: By): Promise<Answer> {
  checkBy(by)
  const subject = await findSubject(app, workload)
  if (image === null) return deployWanted(app, subject, by)
  return image.includes(':') ? deployDigest(app, subject, image, by) : deployTag(app, subject, image, by)
}

async function deployTag(app: App, subject: Subject, tag: string, by: By): Promise<Answer> {
  checkTag(subject.reference, tag)
  const { digest, note } = await lookUpTag(app, subject.reference, tag)
  await setOverride(app, { subject, by, kind: 'deploy', wish: { kind: 'deploy', tag, digest: null }, lifts: digest })
  const pin = replacedBy('deploy', subject.override)
  const back = pin === null ? '' : `; if that fails, it is pinned to ${tellImage(pin)} again`
  const { policy } = subject
  const then =
    policy === null || policy.spec.order === 'digest'
      ? 'follows that tag from then on'
      : `its policy, ${policy.spec.text}, goes on from there`
  const sentence = `${subject.id} is to run ${tag}, and ${then}${back}${note}`
  return answerOverride(app, subject, sentence)
}

async function deployDigest(app: App, subject: Subject, text: string, by: By): Promise<Answer> {
  const digest = parseDigest(text)
  const { id, reference, platform } = subject
  const rollouts = await app.store.rollouts(id, rolloutsMax)
  const { note } = hasRun(rollouts, digest) ? { note: '' } : await lookUpDigest(app, reference, digest, platform)
  const tag = revisionsOf(rollouts).find((each) => each.digest === digest)?.tag ?? tagOf(reference)
  const wish = { kind: 'pin', tag, digest } as const
  await setOverride(app, { subject, by, kind: 'deploy', wish, lifts: digest })
  const sentence = `${id} is to run ${tellImage(wish)}, and is pinned to it until \`longshore unpin ${id}\``
  return answerOverride(app, subject, sentence + note)
}

/** The tag that it follows, or that its policy chooses now. */
async function wantedTag(app: App, { override, reference, watched, policy }: Subject): Promise<string> {
  const own = ownTag(override, reference)
  if (policy === null || policy.spec.order === 'digest') return own
  const followed = policy.followedTag(own)
  if (followed !== null) return followed
  return watched === null ? own : ownChoice(app, watched)
}

/** A pin stays and is tried afresh; without one, it is what the workload's own tag names. */
async function deployWanted(app: App, subject: Subject, by: By): Promise<Answer> {
  const { id, override, reference } = subject
  const isPinned = override?.kind === 'pin'
  const tag = isPinned ? override.tag : await wantedTag(app, subject)
  const pinned = isPinned ? override.digest : null
  const { digest, note } = pinned === null ? await lookUpTag(app, reference, tag) : { digest: pinned, note: '' }
  const wish = {
    kind: isPinned ? 'pin' : override?.kind === 'return' ? 'return' : 'deploy',
    tag,
    digest: pinned,
  } as const
  // Why it is pinned is still so, as far as the same person says so.
  const isSame = isPinned && by.reason === null && by.actor === override.actor
  const speaking = isSame ? { ...by, reason: override.reason } : by
  await setOverride(app, { subject, by: speaking, kind: 'deploy', wish, lifts: digest })
  const what = isPinned ? `what it is pinned to, ${tellImage(wish)}` : `what ${tag} names`
  return answerOverride(app, subject, `${id} is to run ${what}, now${note}`)
}
