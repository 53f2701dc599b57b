import type { App } from '../app.ts'
import type { Answer, By } from './control.ts'
import { checkTag, lookUpTag } from '../scans/look-up-image.ts'
import { answerOverride, setOverride } from './set-override.ts'
import { findSubject } from '../workloads/subject.ts'
import { checkBy } from './words.ts'

/**
 * Runs a tag, and whatever it names, until released.
 * @throws WORKLOAD_*, REFERENCE_INVALID, IMAGE_NOT_FOUND, REQUEST_INVALID
 */
export async function pin(app: App, workload: string, tag: string, by: By): Promise<Answer> {
  checkBy(by)
  const subject = await findSubject(app, workload)
  checkTag(subject.reference, tag)
  const { digest, note } = await lookUpTag(app, subject.reference, tag)
  await setOverride(app, { subject, by, kind: 'pin', wish: { kind: 'pin', tag, digest: null } })
  const failed = (await app.store.quarantine(subject.id)).find((each) => each.digest === digest)
  const held = failed === undefined ? '' : `; what ${tag} names has failed here and is not tried again by itself`
  const release = `until \`longshore unpin ${subject.id}\``
  return answerOverride(app, subject, `${subject.id} is pinned to ${tag} ${release}${note}${held}`)
}
