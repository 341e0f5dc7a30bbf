/**
 * Stores on one PostgreSQL that all tests of a process share, each in a schema that it finds empty.
 *
 * @module
 */
import type { PortableStore } from '../../src/core/portable.ts'
import type { SessionStore } from '../../src/core/store.ts'
import type { Instant } from '../../src/core/time.ts'
import { postgresStore } from '../../src/stores/sql/postgres/store.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'

/** The server of this process, from the first time that it is asked for until the process ends. */
export function processPostgres(): Promise<PostgresServer> {
  server ??= startPostgres()
  return server
}

/** Opens a store in a schema that has nothing in it and is nobody else's until the store is closed. */
export async function openPostgres(clock: () => Instant): Promise<SessionStore & PortableStore> {
  const { url } = await processPostgres()
  const schema = free.pop() ?? nextSchema()
  const store = await postgresStore({ url: url(), schema, clock, patience: 5_000 })
  return {
    ...store,
    async close() {
      await store.close()
      await emptySchema(schema)
      free.push(schema)
    },
  }
}

/** A schema that nobody has used in this process. */
export function nextSchema(): string {
  schemas += 1
  return `schema_${schemas}`
}

/** Makes a schema as it was when it was new, but for user agents: stores that are open know those by heart. */
export async function emptySchema(schema: string): Promise<void> {
  const { run } = await processPostgres()
  const tables = ['realms', 'users', 'sessions', 'mass_endings', 'denials', 'access_keys', 'journal', 'nodes']
  const deletes = tables.map((table) => `delete from ${schema}.${table};`)
  await run(`${deletes.join('\n')} update ${schema}.head set position = 0, floor = 0`)
}

const free: string[] = []
let schemas = 0
let server: Promise<PostgresServer> | undefined
