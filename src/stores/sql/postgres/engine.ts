/**
 * PostgreSQL's way to write SQL. Kysely builds and compiles; it never runs anything here.
 *
 * @module
 */
import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
} from 'kysely'
import type { Engine } from '../engine.ts'
import type { Database } from '../schema.ts'
import { place } from '../statement.ts'

/** The engine of PostgreSQL. No database of its has addresses from before they were written in one way. */
export const POSTGRES: Engine = {
  builder: new Kysely<Database>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (database) => new PostgresIntrospector(database),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  }),
  integer: 'bigint',
  bytes: 'bytea',
  text: sql`text collate "C"`,
  shared: true,
  numbering: (column) => column.generatedByDefaultAsIdentity().primaryKey(),
  raiseSerial: sql`select case when one.next < ${place<number>('serial')}::bigint
    then setval(pg_get_serial_sequence('sessions', 'serial'), ${place<number>('serial')}::bigint) end
    from (select nextval(pg_get_serial_sequence('sessions', 'serial')) as next) as one`,
  wholeRealm: (column) => `coalesce(${column}, '')`,
  lineFeed: 'chr(10)',
  canonicalAddress: (column) => column,
}
