/**
 * Sessions that stand for lines, and the nodes that hold them.
 *
 * @module
 */
import type { Engine } from '../engine.ts'

/** The statements of this migration, in order. */
export function lines({ builder, text }: Engine): readonly string[] {
  const node = builder.schema.alterTable('sessions').addColumn('node', text)
  return [
    node.compile().sql,
    'create index sessions_open_node on sessions (node) where ended_at is null and node is not null',
  ]
}
