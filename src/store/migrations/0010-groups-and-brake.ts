import type { Kysely } from 'kysely'
import type { ColumnTypes } from './migration.ts'

/** Which group a workload belongs to, what of it goes in one wave, and what holds all rollouts of a target. */
export async function groupsAndBrake(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema.alterTable('workloads').addColumn('group_name', 'text').execute()
  await db.schema
    .createTable('wave_rollouts')
    .addColumn('group_name', 'text', (column) => column.notNull())
    .addColumn('workload', 'text', (column) => column.notNull())
    .addColumn('rollout', 'text', (column) => column.notNull())
    .addColumn('from_digest', 'text')
    .addPrimaryKeyConstraint('wave_rollouts_key', ['group_name', 'workload'])
    .execute()
  await db.schema
    .createTable('gate_failures')
    .addColumn('sequence', types.sequence, (column) => column.primaryKey())
    .addColumn('rollout', 'text', (column) => column.notNull().unique())
    .addColumn('target', 'text', (column) => column.notNull())
    .addColumn('workload', 'text', (column) => column.notNull())
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('at', 'text', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('mass_changes')
    .addColumn('target', 'text', (column) => column.notNull().primaryKey())
    .addColumn('count', 'integer', (column) => column.notNull())
    .addColumn('most', 'integer', (column) => column.notNull())
    .addColumn('since', 'text', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('approvals')
    .addColumn('target', 'text', (column) => column.notNull())
    .addColumn('workload', 'text', (column) => column.notNull().primaryKey())
    .addColumn('digest', 'text', (column) => column.notNull())
    .execute()
}
