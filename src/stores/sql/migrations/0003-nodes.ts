/**
 * Nodes that share a database. One that only a single process can have gets no table.
 *
 * @module
 */
import { sql } from 'kysely'
import type { Engine } from '../engine.ts'

/** The statements of this migration, in order. */
export function nodes({ builder, integer, text, shared }: Engine): readonly string[] {
  if (!shared) return []
  const table = builder.schema
    .createTable('nodes')
    .modifyFront(sql`unlogged`)
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('address', text)
    .addColumn('version', text, (column) => column.notNull())
    .addColumn('position', integer, (column) => column.notNull())
    .addColumn('lease', integer, (column) => column.notNull())
    .addColumn('joined_at', integer, (column) => column.notNull())
    .addColumn('renewed_at', integer, (column) => column.notNull())
    .addColumn('member_until', integer, (column) => column.notNull())
  return [table.compile().sql]
}
