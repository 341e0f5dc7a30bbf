/**
 * Sessions in a SQLite file, for a backend of one process.
 *
 * @module
 */
import type { SessionStore } from './core/store.ts'
import { sqliteStore as bareSqliteStore, type SqliteStoreOptions } from './stores/sql/sqlite/store.ts'

export type { SqliteStoreOptions } from './stores/sql/sqlite/store.ts'

/** Opens a store on a SQLite file, with this machine's clock unless told otherwise. */
export function sqliteStore(
  options: Omit<SqliteStoreOptions, 'clock'> & Partial<SqliteStoreOptions>,
): Promise<SessionStore> {
  return bareSqliteStore({ clock: () => Date.now(), ...options })
}
