import { toAppError } from '../errors.ts'
import { parseReference, tagOf, type ImageReference } from '../image/reference.ts'
import type { Pause, Store } from '../store/store.ts'
import type { App } from './app.ts'
import type { Answer, By } from './control.ts'
import { lookUpTag } from './look-up-image.ts'
import { isOver, tellPause } from './pauses.ts'
import { findId } from './subject.ts'
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
  await lookAtRegistries(app, id)
  const sentence = id === null ? await resumeAll(app, by) : await resumeOne(app, id, by)
  app.nudges.send({ kind: 'decide', workload: id })
  return { sentence, workload: id }
}

/**
 * What was pushed meanwhile is to be rolled out at once, and not at the next poll. One workload is looked up before it
 * is decided; of all, those that a loop follows are scanned by it.
 */
async function lookAtRegistries(app: App, id: string | null): Promise<void> {
  const rows = id === null ? await app.store.workloads() : [await app.store.workload(id)]
  for (const row of rows) {
    const reference = row && readReference(row.image)
    if (!reference) continue
    if (id === null) app.nudges.send({ kind: 'scan', repository: reference, at: app.clock.elapsed() })
    else await lookUpTag(app, reference, tagOf(reference)).catch(onlyState)
  }
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
  if (hold !== null) await store.setHold(null)
  await store.clearPause(null, { history: wordEntry(clock, by, 'resume', null, { code: 'RESUMED', sentence: what }) })
  const others = (await store.pauses()).filter((each) => each.workload !== null && !isOver(each, clock.now()))
  const still = others.length === 0 ? '' : `; still paused by themselves: ${others.map(nameOf).join(', ')}`
  return `${what}; each workload is decided now${still}`
}

const nameOf = ({ workload }: Pause): string => workload ?? 'everything'

async function resumeOne(app: ResumeDeps, id: string, by: By): Promise<string> {
  const { store, clock } = app
  const own = await activePause(app, id)
  const row = await store.workload(id)
  const what = own ? 'the pause is lifted' : 'it goes on from what it runs now, and failed digests may be tried again'
  const history = wordEntry(clock, by, 'resume', id, { code: 'RESUMED', sentence: what })
  const accepted = row === null ? {} : { baselineImage: row.imageId }
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
