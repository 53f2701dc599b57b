import type { ColumnDefinitionNode, KyselyPlugin } from 'kysely'
import { DataTypeNode, OperationNodeTransformer, RawNode } from 'kysely'
import type { ColumnTypes } from '../migrations/migration.ts'

/** What the columns of our migrations are called in PostgreSQL, which keeps checksums of its pages where it is told to. */
export const postgresTypes: ColumnTypes = { sequence: 'bigserial', rowSum: null }

/**
 * Gives every text column of a migration the collation `C`, whose order is that of the bytes, as SQLite has it: what the
 * server's own language would make of `a-b` and `aB` must not change what is sorted and paged by its text.
 */
export const byteOrderedText: KyselyPlugin = {
  transformQuery: ({ node }) => transformer.transformNode(node),
  transformResult: async ({ result }) => result,
}

class TextCollation extends OperationNodeTransformer {
  protected override transformColumnDefinition(node: ColumnDefinitionNode): ColumnDefinitionNode {
    const { dataType } = node
    const isText = DataTypeNode.is(dataType) && dataType.dataType === 'text'
    return super.transformColumnDefinition(
      isText ? { ...node, dataType: RawNode.createWithSql('text collate "C"') } : node,
    )
  }
}

const transformer = new TextCollation()
