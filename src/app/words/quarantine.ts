import { AppError } from '../../errors.ts'
import { isMeantBy, shortDigest, type Digest } from '../../image/digest.ts'
import type { Quarantine } from '../../store/store.ts'
import type { App } from '../app.ts'
import type { Answer, By } from './control.ts'
import { findId } from '../workloads/subject.ts'
import { wordEntry } from './word-entry.ts'
import { checkBy } from './words.ts'

/**
 * Lets digests that failed on a workload be tried again.
 * @param wanted digest or the beginning of its hex; null for all of the workload
 * @throws WORKLOAD_NOT_FOUND, WORKLOAD_AMBIGUOUS, QUARANTINE_NOT_FOUND naming those that there are, REQUEST_INVALID
 */
export async function releaseQuarantine(app: App, workload: string, wanted: string | null, by: By): Promise<Answer> {
  checkBy(by)
  const id = await findId(app, workload)
  const all = await app.store.quarantine(id)
  const released = wanted === null ? all : [findOne(id, all, wanted)]
  if (released.length === 0) throw notFound(`${id} has no quarantined digest`)
  const digests = released.map(({ digest }) => shortDigest(digest)).join(', ')
  const history = wordEntry(app.clock, by, 'quarantine-released', id, {
    code: 'QUARANTINE_RELEASED',
    sentence: `released from quarantine: ${digests}`,
  })
  const [only] = released
  const which: Digest | 'all' = wanted === null || only === undefined ? 'all' : only.digest
  await app.store.liftQuarantine(id, which, wanted === null ? history : { ...history, toDigest: only?.digest ?? null })
  app.nudges.send({ kind: 'decide', workload: id, lookedSince: app.clock.elapsed() })
  return { sentence: `${digests} may be tried again on ${id}`, workload: id }
}

function findOne(id: string, all: readonly Quarantine[], wanted: string): Quarantine {
  const found = all.filter(({ digest }) => isMeantBy(digest, wanted))
  const [only, another] = found
  if (another !== undefined) throw notFound(`several quarantined digests of ${id} begin with ${wanted}`)
  if (only !== undefined) return only
  const known = all.map(({ digest }) => shortDigest(digest)).join(', ')
  throw notFound(`${id} has no quarantined digest ${wanted}${known === '' ? '' : `; there are ${known}`}`)
}

const notFound = (message: string): AppError => new AppError('QUARANTINE_NOT_FOUND', message)
