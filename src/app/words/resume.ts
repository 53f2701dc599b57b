import { toAppError } from '../../errors.ts'
import { parseReference, tagOf, type ImageReference } from '../../image/reference.ts'
import type { Pause, Store } from '../../store/store.ts'
import type { App } from '../app.ts'
import type { Answer, By } from './control.ts'
import { lookUpTag } from '../scans/look-up-image.ts'
import { isOver, tellPause } from './pauses.ts'
import { believeList } from '../selection/believe-list.ts'
import { findId, findSubjectIfAny } from '../workloads/subject.ts'
import { wordEntry } from './word-entry.ts'
import { checkBy } from './words.ts'

/** What of the application it takes. */
type ResumeDeps = Pick<App, 'store' | 'clock' | 'nudges' | 'targets'>

/**
 * Everything may go on: lifts the pause and the hold on everything. With a workload, lifts its own pause or, where it
 * has none, accepts what it runs now as meant and lets digests that failed on it be tried again.
 * @throws WORKLOAD_NOT_FOUND, WORKLOAD_AMBIGUOUS, REQUEST_INVALID
 */
export async function resume(app: App, workload: string | null, by: By): Promise<Answer> {
  checkBy(by)
  const id = workload === null ? null : await findId(app, workload)
  const sentence = id === null ? await resumeAll(app, by) : await lookAndResumeOne(app, id, by)
  // What was pushed meanwhile is to be rolled out at once, and nothing that is wanted no more.
  app.nudges.send({ kind: 'decide', workload: id, lookedSince: app.clock.elapsed() })
  return { sentence, workload: id }
}

/** As it runs now, which nobody may have looked at since somebody changed it. */
async function lookAndResumeOne(app: App, id: string, by: By): Promise<string> {
  const row = await app.store.workload(id)
  const subject = await findSubjectIfAny(app, id)
  const reference = subject?.reference ?? (row && readReference(row.image))
  const tag = subject?.override?.tag ?? (reference && tagOf(reference))
  if (reference && tag) await lookUpTag(app, reference, tag).catch(onlyState)
  if (reference) await believeList(app.store, reference)
  const isChanging = subject !== null && subject.open !== null
  return resumeOne(app, id, by, isChanging ? null : (subject?.seenImage ?? row?.imageId ?? null))
}

function readReference(image: string): ImageReference | null {
  try {
    return parseReference(image)
  } catch {
    return null
  }
}

/** Nothing stays paused because of what a registry says. */
function onlyState(error: unknown): void {
  if (toAppError(error).code.startsWith('STATE_')) throw error
}

async function resumeAll(app: ResumeDeps, by: By): Promise<string> {
  const { store, clock } = app
  const hold = await store.hold()
  const paused = await activePause(app, null)
  const lifted = [hold && 'the hold', paused && 'the pause'].filter((each) => each !== null)
  if (lifted.length === 0) return 'nothing was held or paused'
  const what = `${lifted.join(' and ')} on everything ${lifted.length > 1 ? 'are' : 'is'} lifted`
  const history = (sentence: string) => wordEntry(clock, by, 'resume', null, { code: 'RESUMED', sentence })
  if (hold !== null) await store.setHold(null, { history: history('the hold on everything is lifted') })
  if (paused !== null) await store.clearPause(null, { history: history('the pause on everything is lifted') })
  const others = (await store.pauses()).filter((each) => each.workload !== null && !isOver(each, clock.now()))
  const still = others.length === 0 ? '' : `; still paused by themselves: ${others.map(nameOf).join(', ')}`
  return `${what}; each workload is decided anew${still}`
}

const nameOf = ({ workload }: Pause): string => workload ?? 'everything'

/** @param image that it runs, which is accepted; null where that cannot be told */
async function resumeOne(app: ResumeDeps, id: string, by: By, image: string | null): Promise<string> {
  const { store, clock } = app
  const own = await activePause(app, id)
  const what = own ? 'the pause is lifted' : 'it goes on from what it runs now, and failed digests may be tried again'
  const history = wordEntry(clock, by, 'resume', id, { code: 'RESUMED', sentence: what })
  const accepted = image === null ? {} : { baselineImage: image }
  await store.clearPause(id, own ? { history } : { history, liftsQuarantine: 'all', ...accepted })
  const answer = own
    ? `the pause of ${id} is lifted`
    : `${id} goes on from what it runs now, and failed digests may be tried again`
  return `${answer}${await stillHeld(app, store)}`
}

async function stillHeld(app: ResumeDeps, store: Store): Promise<string> {
  const everything = await activePause(app, null)
  if (everything !== null) return `; but ${tellPause(everything, app.clock.now())}`
  const hold = await store.hold()
  return hold === null ? '' : `; but everything is held: ${hold.reason.sentence}`
}

async function activePause({ store, clock }: ResumeDeps, workload: string | null): Promise<Pause | null> {
  const found = (await store.pauses()).find((each) => each.workload === workload)
  return found === undefined || isOver(found, clock.now()) ? null : found
}
