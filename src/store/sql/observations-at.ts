import type { TagObservation } from '../store.ts'
import { isTagObservation } from './observations.ts'
import { prepared } from './prepared.ts'
import { parseJson, readRow } from './shape.ts'
import type { Db, Tables } from './tables.ts'

/** Names one observation. */
export type TagKey = Pick<TagObservation, 'registry' | 'repository' | 'tag'>

/** Reads several observations at once. @returns what finds one among them; it throws STATE_UNREADABLE for what is damaged */
export async function readTagObservationsAt(
  db: Db,
  keys: readonly TagKey[],
): Promise<(key: TagKey) => TagObservation | null> {
  // A statement for each power of two: who is left over asks for the last one again.
  const count = 2 ** Math.ceil(Math.log2(keys.length))
  const values: Record<string, string> = {}
  for (let at = 0; at < count; at += 1) {
    const key = keys[Math.min(at, keys.length - 1)]
    if (key === undefined) continue
    values[`registry${at}`] = key.registry
    values[`repository${at}`] = key.repository
    values[`tag${at}`] = key.tag
  }
  const { rows } = await selectAt(count)(db, values)
  const found = new Map(rows.map((row) => [nameOf(row), row]))
  return (key) => {
    const row = found.get(nameOf(key))
    return row === undefined ? null : toTagObservation(row)
  }
}

const nameOf = ({ registry, repository, tag }: TagKey): string => `${registry}/${repository}:${tag}`

function toTagObservation(row: Tables['tagObservations']): TagObservation {
  const failure = row.failure === null ? null : parseJson(row.failure)
  return readRow('tag_observations', nameOf(row), isTagObservation, { ...row, failure })
}

const buildSelect = (count: number) =>
  prepared((db, values: Readonly<Record<string, string>>) =>
    db
      .selectFrom('tagObservations')
      .selectAll()
      .where(({ eb, and, or }) =>
        or(
          Array.from({ length: count }, (_, at) =>
            and([
              eb('registry', '=', values[`registry${at}`] ?? ''),
              eb('repository', '=', values[`repository${at}`] ?? ''),
              eb('tag', '=', values[`tag${at}`] ?? ''),
            ]),
          ),
        ),
      ),
  )

const selects = new Map<number, ReturnType<typeof buildSelect>>()

function selectAt(count: number): ReturnType<typeof buildSelect> {
  const select = selects.get(count) ?? buildSelect(count)
  selects.set(count, select)
  return select
}
