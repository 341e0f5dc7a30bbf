/**
 * SQLite's way to write SQL. Kysely builds and compiles; it never runs anything here.
 *
 * @module
 */
import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import type { Engine } from '../engine.ts'
import type { Database } from '../schema.ts'

/** The engine of SQLite. */
export const SQLITE: Engine = {
  builder: new Kysely<Database>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (database) => new SqliteIntrospector(database),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  }),
  integer: 'integer',
  bytes: 'blob',
  text: 'text',
  shared: false,
  numbering: (column) => column.primaryKey().autoIncrement(),
  wholeRealm: (column) => column,
  lineFeed: 'char(10)',
  canonicalAddress: (column) => `canonical_address(${column})`,
}
