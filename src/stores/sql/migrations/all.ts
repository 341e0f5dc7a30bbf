/**
 * Every migration, in order. Their numbers are their places in this list; none is ever changed or removed.
 *
 * @module
 */
import type { Engine } from '../engine.ts'
import { sessions } from './0001-sessions.ts'
import { refreshAndSearch } from './0002-refresh-and-search.ts'
import { nodes } from './0003-nodes.ts'
import { lines } from './0004-lines.ts'

/** A step from one schema to the next. */
export interface Migration {
  readonly name: string
  readonly statements: (engine: Engine) => readonly string[]
}

/** The migrations. */
export const MIGRATIONS: readonly Migration[] = [
  { name: 'sessions', statements: sessions },
  { name: 'refresh-and-search', statements: refreshAndSearch },
  { name: 'nodes', statements: nodes },
  { name: 'lines', statements: lines },
]
