import type { Kysely } from 'kysely'

/**
 * What is known of all tags of a repository. The tags lie apart from how the looks went: that changes with every look,
 * and they only with a push.
 */
export async function tagLists(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('tag_lists')
    .addColumn('registry', 'text', (column) => column.notNull())
    .addColumn('repository', 'text', (column) => column.notNull())
    .addColumn('count', 'integer', (column) => column.notNull())
    .addColumn('seen_at', 'text')
    .addColumn('failure', 'text')
    .addColumn('doubt', 'text')
    .addPrimaryKeyConstraint('tag_lists_key', ['registry', 'repository'])
    .execute()
  await db.schema
    .createTable('listed_tags')
    .addColumn('registry', 'text', (column) => column.notNull())
    .addColumn('repository', 'text', (column) => column.notNull())
    .addColumn('tags', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('listed_tags_key', ['registry', 'repository'])
    .execute()
}
