import { AppError } from '../../errors.ts'
import { shortDigest } from '../../image/digest.ts'
import { tagOf } from '../../image/reference.ts'
import type { App } from '../app.ts'
import type { Answer, By } from './control.ts'
import { tellImage } from './override.ts'
import { revisionBefore, revisionsNamed, revisionsOf, rolloutsMax, type Revision } from '../rollouts/revisions.ts'
import { answerOverride, setOverride } from './set-override.ts'
import { findSubject, type Subject } from '../workloads/subject.ts'
import { refuseJob } from './refuse-job.ts'
import { checkBy } from './words.ts'

/** Revisions that a message names at the most. */
const namedMax = 10

/**
 * Goes back to a revision that the workload ran before, and stays there until released. A rollout that is on its way
 * turns back.
 * @param wanted digest or the beginning of its hex, or a tag; null for the revision before what runs
 * @throws WORKLOAD_*, REVISION_NOT_FOUND naming those that there are, REQUEST_INVALID
 */
export async function rollBack(app: App, workload: string, wanted: string | null, by: By): Promise<Answer> {
  checkBy(by)
  const subject = await findSubject(app, workload)
  await refuseJob(app, subject.id)
  const { tag, digest } = await findRevision(app, subject, wanted)
  const wish = { kind: 'pin', tag, digest } as const
  await setOverride(app, { subject, by, kind: 'rollback', wish, lifts: digest })
  const turns = isUnderWay(subject) && subject.open?.digest !== digest ? 'the rollout under way turns back, and ' : ''
  const release = `until \`longshore unpin ${subject.id}\``
  return answerOverride(app, subject, `${turns}${subject.id} is pinned to ${tellImage(wish)} ${release}`)
}

async function findRevision(app: App, subject: Subject, wanted: string | null): Promise<Revision> {
  const { id, digest, reference, open } = subject
  const rollouts = (await app.store.rollouts(id, rolloutsMax)).filter((each) => each.id !== open?.id)
  const known = revisionsOf(rollouts)
  const present = digest === null ? [] : [{ digest, tag: tagOf(reference) }]
  const all = [...present, ...known.filter((each) => each.digest !== digest)]
  if (wanted === null) {
    // What is on its way is what is to be left; what still runs is where to go back to.
    const [running] = isUnderWay(subject) ? present : []
    const before = isUnderWay(subject) ? (running ?? null) : revisionBefore(rollouts, digest)
    if (before !== null) return before
    const since = known.filter((each) => each.digest !== digest)
    const what = digest === null ? 'what it runs' : shortDigest(digest)
    const named = since.length === 0 ? '' : `; of what it ran since, one can be named with --to: ${list(since)}`
    throw notFound(`nothing is known that ${id} ran before ${what}${named}`)
  }
  const named = revisionsNamed(all, wanted)
  const [only, another] = named
  if (another !== undefined) throw notFound(`several revisions of ${id} begin with ${wanted}${listed(named)}`)
  if (only !== undefined) return only
  throw notFound(`${id} ran no ${wanted}${listed(all)}`)
}

const isUnderWay = ({ open }: Subject): boolean => open !== null && open.stage !== 'passed'

const notFound = (message: string): AppError => new AppError('REVISION_NOT_FOUND', message)

const listed = (revisions: readonly Revision[]): string =>
  revisions.length === 0 ? '' : `; there are ${list(revisions)}`

const list = (revisions: readonly Revision[]): string =>
  revisions
    .slice(0, namedMax)
    .map(({ digest, tag }) => `${shortDigest(digest)} (${tag})`)
    .join(', ')
