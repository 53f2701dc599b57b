import type { Reason } from '../../rollout/rollout.ts'
import type { Sighting, TagObservation, Time } from '../store.ts'
import { prepared } from './prepared.ts'
import type { Check } from './shape.ts'
import { isNumber, isText, objectOf, orNull, readRow } from './shape.ts'
import type { Db, Tables } from './tables.ts'
import { isDigestText } from './values.ts'

export const isFailure = objectOf<Reason & { at: Time; since: Time; count: number }>({
  code: isText,
  sentence: isText,
  at: isText,
  since: isText,
  count: isNumber,
})

export const isTagObservation: Check<TagObservation> = objectOf<TagObservation>({
  registry: isText,
  repository: isText,
  tag: isText,
  digest: orNull(isDigestText),
  reads: isNumber,
  firstSeenAt: orNull(isText),
  seenAt: orNull(isText),
  failure: orNull(isFailure),
})

const isSighting: Check<Sighting> = objectOf<Sighting>({ digest: isDigestText, firstSeenAt: isText })

/** Whether it only says again what an earlier one said. */
export const isRepeated = ({ reads, failure }: TagObservation): boolean => reads > 1 && failure === null

const upsertTagObservation = prepared((db, row: Tables['tagObservations']) => {
  const { registry, repository, tag, digest, reads, firstSeenAt, seenAt, failure } = row
  const looked = { digest, reads, firstSeenAt, seenAt, failure }
  return db
    .insertInto('tagObservations')
    .values({ registry, repository, tag, ...looked })
    .onConflict((conflict) => conflict.columns(['registry', 'repository', 'tag']).doUpdateSet(looked))
})

export async function writeTagObservation(db: Db, observation: TagObservation): Promise<void> {
  const { registry, repository, tag, digest, reads, firstSeenAt, seenAt } = observation
  const failure = observation.failure === null ? null : JSON.stringify(observation.failure)
  await upsertTagObservation(db, { registry, repository, tag, digest, reads, firstSeenAt, seenAt, failure })
  const since = firstSeenAt ?? seenAt
  if (digest === null || since === null || isRepeated(observation)) return
  await db
    .insertInto('sightings')
    .values({ registry, repository, tag, digest, firstSeenAt: since })
    .onConflict((conflict) => conflict.columns(['registry', 'repository', 'tag', 'digest']).doNothing())
    .execute()
}

export async function readSightings(
  db: Db,
  registry: string,
  repository: string,
  tag: string,
  limit: number,
): Promise<readonly Sighting[]> {
  const rows = await db
    .selectFrom('sightings')
    .select(['digest', 'firstSeenAt'])
    .where('registry', '=', registry)
    .where('repository', '=', repository)
    .where('tag', '=', tag)
    .orderBy('firstSeenAt', 'desc')
    .orderBy('sequence', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => readRow('sightings', `${registry}/${repository}:${tag}`, isSighting, row))
}
