import type { StateRow } from '../rows/state-file.ts'
import { readTrail } from './event-trail.ts'
import { readDeadLetters, readPendingEvents } from './events.ts'
import { readHistoryAfter } from './history.ts'
import { readJournal } from './journal.ts'
import { readHold } from './meta.ts'
import { readEngineNotes } from './engine-notes.ts'
import { isTagObservation } from './observations.ts'
import { readOverrides } from './overrides.ts'
import { readPauses } from './pauses.ts'
import { readQuarantines } from './quarantine.ts'
import { readRolloutsAfter } from './rollouts.ts'
import { retention } from './retention.ts'
import { parseJson, readRow } from './shape.ts'
import { readListedTags, readTagList } from './tag-lists.ts'
import type { Db } from './tables.ts'
import { readApprovals, readGateFailures, readMassChanges } from './target-holds.ts'
import { readWorkloads } from './workloads.ts'

/** Rows that are in memory at a time. */
const pageMax = 500

/**
 * Everything that may be shown, some rows at a time, each read through its own check. What is shown is named here field
 * by field: snapshots, definition files, hooks and what they printed, log lines, probes, labels of images and what
 * senders sent are not.
 *
 * @throws STATE_UNREADABLE naming a row that cannot be read
 */
export async function* readContents(db: Db): AsyncGenerator<StateRow> {
  const hold = await readHold(db)
  yield* rowsOf('hold', hold === null ? [] : [hold], ['reason', 'since'])
  yield* rowsOf('target', await readEngineNotes(db), ['target', 'engine', 'limits'])
  yield* rowsOf('workload', await readWorkloads(db), [
    ...(['id', 'image', 'imageId', 'digest', 'mode', 'baselineImage', 'state', 'reason'] as const),
    ...(['candidate', 'group', 'observedAt', 'decidedAt', 'since'] as const),
  ])
  yield* rowsOf('pin', await readOverrides(db), [
    ...(['workload', 'kind', 'tag', 'digest', 'tagBefore', 'actor', 'reason', 'since', 'insteadOf'] as const),
  ])
  yield* rowsOf('pause', await readPauses(db), ['workload', 'until', 'actor', 'reason', 'since'])
  yield* rowsOf('quarantine', await readQuarantines(db), ['workload', 'digest', 'policy', 'reason', 'since'])
  yield* rowsOf('gate-failure', await readGateFailures(db), ['target', 'workload', 'digest', 'at'])
  yield* rowsOf('mass-change', await readMassChanges(db), ['target', 'count', 'most', 'since'])
  yield* rowsOf('approval', await readApprovals(db), ['target', 'workload', 'digest'])
  yield* rollouts(db)
  yield* history(db)
  yield* observations(db)
  yield* tagLists(db)
  yield* rowsOf('event', await readPendingEvents(db, eventsMax), [
    ...(['registry', 'repository', 'tag', 'digest', 'receivedAt'] as const),
  ])
  yield* rowsOf('event-trail', await readTrail(db, { limit: retention.trail }), [
    ...(['id', 'receivedAt', 'source', 'kind', 'registry', 'repository', 'tag', 'digest'] as const),
    ...(['fate', 'lookedAt', 'looks', 'endedAt', 'found', 'reason'] as const),
  ])
  yield* rowsOf('dead-letter', await readDeadLetters(db), ['source', 'receivedAt'])
}

/** There are no more than repositories and tags that events told of in an hour. */
const eventsMax = 1_000_000

function* rowsOf<Row extends object, Key extends keyof Row & string>(
  kind: string,
  rows: readonly Row[],
  keys: readonly Key[],
): Generator<StateRow> {
  for (const row of rows) yield { kind, row: Object.fromEntries(keys.map((key) => [key, row[key]])) }
}

const rolloutKeys = [
  ...(['id', 'workload', 'target', 'name', 'procedure', 'repository', 'tag', 'digest', 'fromDigest'] as const),
  ...(['image', 'fromReference', 'fromImage', 'toImage', 'order', 'policy', 'stage', 'step', 'outcome'] as const),
  ...(['reason', 'createdAt', 'endedAt', 'keepUntil', 'gapMs', 'attempted', 'failures'] as const),
]

async function* rollouts(db: Db): AsyncGenerator<StateRow> {
  for (let last = ''; ;) {
    const page = await readRolloutsAfter(db, last, pageMax)
    for (const rollout of page) {
      yield* rowsOf('rollout', [rollout], rolloutKeys)
      yield* rowsOf('journal', await readJournal(db, rollout.id), ['rollout', 'step', 'effect', 'at'])
    }
    const next = page.at(-1)?.id
    if (next === undefined) return
    last = next
  }
}

async function* history(db: Db): AsyncGenerator<StateRow> {
  for (let last = 0; ;) {
    const page = await readHistoryAfter(db, last, pageMax)
    for (const { entry } of page) {
      const { at, actor, workload, rollout, kind, reason, fromDigest, toDigest } = entry
      yield { kind: 'history', row: { at, actor, workload, rollout, kind, reason, fromDigest, toDigest } }
    }
    const next = page.at(-1)?.sequence
    if (next === undefined) return
    last = next
  }
}

const observationKeys = [
  ...(['registry', 'repository', 'tag', 'digest', 'reads', 'firstSeenAt', 'seenAt', 'failure'] as const),
]

async function* observations(db: Db): AsyncGenerator<StateRow> {
  for (let last = { registry: '', repository: '', tag: '' }; ;) {
    const page = await db
      .selectFrom('tagObservations')
      .selectAll()
      .where((each) =>
        each.or([
          each('registry', '>', last.registry),
          each.and([each('registry', '=', last.registry), each('repository', '>', last.repository)]),
          each.and([
            each('registry', '=', last.registry),
            each('repository', '=', last.repository),
            each('tag', '>', last.tag),
          ]),
        ]),
      )
      .orderBy('registry')
      .orderBy('repository')
      .orderBy('tag')
      .limit(pageMax)
      .execute()
    for (const row of page) {
      const id = `${row.registry}/${row.repository}:${row.tag}`
      const failure = row.failure === null ? null : parseJson(row.failure)
      const read = readRow('tag_observations', id, isTagObservation, { ...row, failure })
      yield* rowsOf('observation', [read], observationKeys)
    }
    yield* sightings(db, page)
    const next = page.at(-1)
    if (next === undefined) return
    last = next
  }
}

async function* sightings(
  db: Db,
  tags: readonly { readonly registry: string; readonly repository: string; readonly tag: string }[],
): AsyncGenerator<StateRow> {
  for (const { registry, repository, tag } of tags) {
    const rows = await db
      .selectFrom('sightings')
      .select(['registry', 'repository', 'tag', 'digest', 'firstSeenAt'])
      .where('registry', '=', registry)
      .where('repository', '=', repository)
      .where('tag', '=', tag)
      .orderBy('sequence')
      .execute()
    for (const row of rows) yield { kind: 'sighting', row }
  }
}

async function* tagLists(db: Db): AsyncGenerator<StateRow> {
  const lists = await db.selectFrom('tagLists').select(['registry', 'repository']).execute()
  for (const { registry, repository } of lists) {
    const list = await readTagList(db, registry, repository)
    if (list !== null) yield { kind: 'tag-list', row: { ...list } }
    for (const tag of await readListedTags(db, registry, repository)) {
      yield { kind: 'listed-tag', row: { registry, repository, ...tag } }
    }
  }
}
