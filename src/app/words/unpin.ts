import { toAppError } from '../../errors.ts'
import { tagOf } from '../../image/reference.ts'
import type { Policy } from '../../policies/policy.ts'
import type { HistoryEntry, Override } from '../../store/store.ts'
import type { App } from '../app.ts'
import type { Answer, By } from './control.ts'
import { lookUpTag } from '../scans/look-up-image.ts'
import { setOverride } from './set-override.ts'
import { findId, findSubjectIfAny, type Subject } from '../workloads/subject.ts'
import { wordEntry } from './word-entry.ts'
import { checkBy } from './words.ts'

/**
 * Ends a pin. The workload goes back to the tag that it followed before, and to whatever that names by now; one whose
 * policy chooses a tag goes on from the tag that it runs.
 * @throws WORKLOAD_NOT_FOUND, WORKLOAD_AMBIGUOUS, REQUEST_INVALID
 */
export async function unpin(app: App, workload: string, by: By): Promise<Answer> {
  checkBy(by)
  const id = await findId(app, workload)
  const override = await app.store.override(id)
  if (override?.kind === 'deploy' && override.insteadOf !== null) return forgetPin(app, override, by)
  if (override?.kind !== 'pin') {
    app.nudges.send({ kind: 'decide', workload: id })
    return { sentence: `${id} is not pinned`, workload: id }
  }
  const subject = await findSubjectIfAny(app, id)
  const tag = override.tagBefore
  if (subject === null || isSomebodyElses(subject, override.tag)) {
    await app.store.clearOverride(override, { history: unpinned(app, id, by) })
    app.nudges.send({ kind: 'decide', workload: id })
    return { sentence: `${id} is not pinned any more`, workload: id }
  }
  const { policy } = subject
  if (policy !== null && policy.spec.order !== 'digest') return handBack(app, subject, policy, tag, by)
  const note = await lookAgain(app, subject, tag)
  await setOverride(app, { subject, by, kind: 'unpin', wish: { kind: 'return', tag, digest: null } })
  return { sentence: `${id} is not pinned any more; it follows ${tag} again${note}`, workload: id }
}

/** A policy that knows where to go decides again, from whatever the workload runs. */
async function handBack(app: App, subject: Subject, { spec }: Policy, tag: string, by: By): Promise<Answer> {
  const { id, reference } = subject
  const sentence = 'unpinned'
  await setOverride(app, { subject, by, kind: 'unpin', wish: { kind: 'return', tag, digest: null }, sentence })
  app.nudges.send({ kind: 'scan', repository: reference, at: app.clock.elapsed() })
  const from = `its policy, ${spec.text}, goes on from ${tagOf(reference)}`
  return { sentence: `${id} is not pinned any more; ${from}`, workload: id }
}

const unpinned = ({ clock }: App, id: string, by: By): HistoryEntry =>
  wordEntry(clock, by, 'unpin', id, { code: 'UNPINNED', sentence: 'unpinned' })

/** What was asked for in place of the pin goes on, and does not give way to that again if it fails. */
async function forgetPin(app: App, override: Override, by: By): Promise<Answer> {
  const { workload, tag, actor } = override
  await app.store.clearOverride(override, {
    history: unpinned(app, workload, by),
    next: { ...override, insteadOf: null },
  })
  app.nudges.send({ kind: 'decide', workload })
  return { sentence: `${workload} is not pinned any more; it is still to run ${tag}, as ${actor} asked`, workload }
}

/** Somebody made it anew under a tag that neither we nor the pin put there: theirs is what it follows from now on. */
function isSomebodyElses({ reference, row, seenImage }: Subject, pinned: string): boolean {
  const isChanged = row !== null && seenImage !== null && row.baselineImage !== seenImage
  return isChanged && tagOf(reference) !== pinned
}

/** What the tag named before the pin may be long past. But no pin is kept because of what a registry says. */
async function lookAgain(app: App, subject: Subject, tag: string): Promise<string> {
  try {
    return (await lookUpTag(app, subject.reference, tag)).note
  } catch (error) {
    return `; ${toAppError(error).message}`
  }
}
