import type { KeptPush, ListDoubt, ListedTag, TagListObservation } from '../rows/tag-list.ts'
import type { TagObservation, Time } from '../store.ts'
import { isFailure, isTagObservation } from './observations.ts'
import { isFlag, isNumber, isText, objectOf, oneOf, orNull, parseJson, readRow, type Check } from './shape.ts'
import type { Db } from './tables.ts'
import { isDigestText } from './values.ts'

const isDoubt = objectOf<ListDoubt>({
  count: isNumber,
  since: isText,
  at: isText,
  looks: isNumber,
  isBelieved: isFlag,
})

const isTagList: Check<TagListObservation> = objectOf<TagListObservation>({
  registry: isText,
  repository: isText,
  count: isNumber,
  seenAt: orNull(isText),
  failure: orNull(isFailure),
  doubt: orNull(isDoubt),
})

/** A tag alone, or with since when it is gone and what is known of its push. */
type Entry = string | readonly [tag: string, goneSince: Time | null, push: KeptPush | null]
/** Tags that came together, with their time written once. */
type Batch = readonly [Time, ...Entry[]]

const isBatches: Check<readonly Batch[]> = (value): value is readonly Batch[] =>
  Array.isArray(value) && value.every((batch) => Array.isArray(batch) && isText(batch[0]) && batch.every(isEntry))

const isSince = orNull(isText)
const isTimed = objectOf<Omit<KeptPush, 'source'>>({
  at: orNull(isNumber),
  digest: orNull(isDigestText),
  confidence: oneOf(['exact', 'digest-first-push', 'created', 'none']),
})
const isPush = orNull(
  (value: unknown): value is KeptPush => isTimed(value) && (!('source' in value) || isText(value.source)),
)

const isEntry = (value: unknown): boolean =>
  isText(value) || (Array.isArray(value) && isText(value[0]) && isSince(value[1]) && isPush(value[2]))

export async function readTagList(db: Db, registry: string, repository: string): Promise<TagListObservation | null> {
  const row = await db
    .selectFrom('tagLists')
    .selectAll()
    .where('registry', '=', registry)
    .where('repository', '=', repository)
    .executeTakeFirst()
  if (row === undefined) return null
  const failure = row.failure === null ? null : parseJson(row.failure)
  const doubt = row.doubt === null ? null : parseJson(row.doubt)
  return readRow('tag_lists', `${registry}/${repository}`, isTagList, { ...row, failure, doubt })
}

export async function readListedTags(db: Db, registry: string, repository: string): Promise<readonly ListedTag[]> {
  const row = await db
    .selectFrom('listedTags')
    .select('tags')
    .where('registry', '=', registry)
    .where('repository', '=', repository)
    .executeTakeFirst()
  if (row === undefined) return []
  const batches = readRow('listed_tags', `${registry}/${repository}`, isBatches, parseJson(row.tags))
  return batches.flatMap(([firstSeenAt, ...entries]) =>
    entries.map((entry) =>
      typeof entry === 'string'
        ? { tag: entry, firstSeenAt, goneSince: null, push: null }
        : { tag: entry[0], firstSeenAt, goneSince: entry[1], push: entry[2] },
    ),
  )
}

export async function writeTagList(
  db: Db,
  list: TagListObservation,
  listed: readonly ListedTag[] | undefined,
): Promise<void> {
  const { registry, repository, count, seenAt } = list
  const failure = list.failure === null ? null : JSON.stringify(list.failure)
  const doubt = list.doubt === null ? null : JSON.stringify(list.doubt)
  const looked = { count, seenAt, failure, doubt }
  await db
    .insertInto('tagLists')
    .values({ registry, repository, ...looked })
    .onConflict((conflict) => conflict.columns(['registry', 'repository']).doUpdateSet(looked))
    .execute()
  if (listed === undefined) return
  const tags = JSON.stringify(toBatches(listed))
  await db
    .insertInto('listedTags')
    .values({ registry, repository, tags })
    .onConflict((conflict) => conflict.columns(['registry', 'repository']).doUpdateSet({ tags }))
    .execute()
  await deleteOldObservations(db, list, new Set(listed.map(({ tag }) => tag)))
}

/** How long what a tag named is remembered once it is in no list any more. */
const goneForMs = 90 * 86_400_000

function toBatches(listed: readonly ListedTag[]): readonly Batch[] {
  const batches = Map.groupBy(listed, ({ firstSeenAt }) => firstSeenAt)
  return [...batches].map(([at, tags]) => [
    at,
    ...tags.map(({ tag, goneSince, push }): Entry =>
      push === null && goneSince === null ? tag : [tag, goneSince, push],
    ),
  ])
}

/** Forgets tags that are in no list and were not seen for long. */
async function deleteOldObservations(
  db: Db,
  { registry, repository, seenAt }: TagListObservation,
  listed: ReadonlySet<string>,
): Promise<void> {
  if (seenAt === null) return
  const before = new Date(Date.parse(seenAt) - goneForMs).toISOString()
  const rows = await db
    .selectFrom('tagObservations')
    .select('tag')
    .where('registry', '=', registry)
    .where('repository', '=', repository)
    .where('seenAt', '<', before)
    .execute()
  for (const { tag } of rows.filter((row) => !listed.has(row.tag))) {
    for (const table of ['tagObservations', 'sightings'] as const) {
      await db
        .deleteFrom(table)
        .where('registry', '=', registry)
        .where('repository', '=', repository)
        .where('tag', '=', tag)
        .execute()
    }
  }
}

/** Those of one repository, by tag. */
export async function readTagObservations(
  db: Db,
  registry: string,
  repository: string,
): Promise<readonly TagObservation[]> {
  const rows = await db
    .selectFrom('tagObservations')
    .selectAll()
    .where('registry', '=', registry)
    .where('repository', '=', repository)
    .orderBy('tag')
    .execute()
  return rows.map((row) => {
    const failure = row.failure === null ? null : parseJson(row.failure)
    return readRow('tag_observations', `${registry}/${repository}:${row.tag}`, isTagObservation, { ...row, failure })
  })
}

/** Tags of one repository that were seen to name more than one digest, sorted. */
export async function readMovedTags(db: Db, registry: string, repository: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('sightings')
    .select('tag')
    .where('registry', '=', registry)
    .where('repository', '=', repository)
    .groupBy('tag')
    .having((each) => each.fn.countAll(), '>', 1)
    .orderBy('tag')
    .execute()
  return rows.map(({ tag }) => tag)
}
