import type { Kysely } from 'kysely'
import type { ColumnTypes } from './migration.ts'

/** All that the first version keeps. Times are ISO 8601 text, so that they sort in both databases. */
export async function firstTables(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await observations(db, types)
  await workloads(db)
  await rollouts(db, types)
}

async function observations(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('tag_observations')
    .addColumn('registry', 'text', (column) => column.notNull())
    .addColumn('repository', 'text', (column) => column.notNull())
    .addColumn('tag', 'text', (column) => column.notNull())
    .addColumn('digest', 'text')
    .addColumn('reads', 'integer', (column) => column.notNull())
    .addColumn('first_seen_at', 'text')
    .addColumn('seen_at', 'text')
    .addColumn('failure', 'text')
    .addPrimaryKeyConstraint('tag_observations_key', ['registry', 'repository', 'tag'])
    .execute()

  await db.schema
    .createTable('sightings')
    .addColumn('sequence', types.sequence, (column) => column.primaryKey())
    .addColumn('registry', 'text', (column) => column.notNull())
    .addColumn('repository', 'text', (column) => column.notNull())
    .addColumn('tag', 'text', (column) => column.notNull())
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('first_seen_at', 'text', (column) => column.notNull())
    .addUniqueConstraint('sightings_once', ['registry', 'repository', 'tag', 'digest'])
    .execute()

  await db.schema
    .createTable('images')
    .addColumn('registry', 'text', (column) => column.notNull())
    .addColumn('repository', 'text', (column) => column.notNull())
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('description', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('images_key', ['registry', 'repository', 'digest'])
    .execute()
}

async function workloads(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('workloads')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('image', 'text', (column) => column.notNull())
    .addColumn('image_id', 'text', (column) => column.notNull())
    .addColumn('digest', 'text')
    .addColumn('mode', 'text', (column) => column.notNull())
    .addColumn('baseline_image', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('candidate', 'text')
    .addColumn('observed_at', 'text', (column) => column.notNull())
    .addColumn('decided_at', 'text', (column) => column.notNull())
    .execute()

  await db.schema
    .createTable('quarantine')
    .addColumn('workload', 'text', (column) => column.notNull())
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('policy', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('since', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('quarantine_key', ['workload', 'digest'])
    .execute()
}

async function rollouts(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('rollouts')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('workload', 'text', (column) => column.notNull())
    .addColumn('stage', 'text', (column) => column.notNull())
    .addColumn('outcome', 'text')
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('record', 'text', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('rollouts_by_workload').on('rollouts').columns(['workload', 'created_at']).execute()
  await db.schema.createIndex('rollouts_by_stage').on('rollouts').column('stage').execute()

  await db.schema
    .createTable('snapshots')
    .addColumn('rollout', 'text', (column) => column.notNull().primaryKey().references('rollouts.id'))
    .addColumn('snapshot', 'text', (column) => column.notNull())
    .execute()

  await db.schema
    .createTable('journal')
    .addColumn('sequence', types.sequence, (column) => column.primaryKey())
    .addColumn('rollout', 'text', (column) => column.notNull().references('rollouts.id'))
    .addColumn('step', 'text', (column) => column.notNull())
    .addColumn('effect', 'text', (column) => column.notNull())
    .addColumn('at', 'text', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('journal_by_rollout').on('journal').column('rollout').execute()

  await db.schema
    .createTable('history')
    .addColumn('sequence', types.sequence, (column) => column.primaryKey())
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('workload', 'text')
    .addColumn('rollout', 'text')
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('from_digest', 'text')
    .addColumn('to_digest', 'text')
    .execute()
  await db.schema.createIndex('history_by_workload').on('history').column('workload').execute()
}
