import { after } from 'node:test'
import type { SessionDraft, SessionStore } from '../../../src/core/store.ts'
import { type PostgresStoreOptions, postgresStore } from '../../../src/stores/sql/postgres/store.ts'
import { draftOf, TESTER } from '../../../src/testing/contract/workbench.ts'
import { type PostgresServer, type PostgresSettings, startPostgres } from '../../support/postgres-server.ts'
import { until } from '../../support/until.ts'

let schemas = 0

/** A schema that no other test of this process uses. */
export function freshSchema(): string {
  schemas += 1
  return `store_${schemas}`
}

/** A server that all tests of a file share. It is started when it is first asked for, and gone after the last of them. */
export function sharedServer(settings: PostgresSettings = {}): () => Promise<PostgresServer> {
  let server: Promise<PostgresServer> | undefined
  after(async () => (await server)?.[Symbol.asyncDispose]())
  return () => {
    server ??= startPostgres(settings)
    return server
  }
}

/** Opens a store that is patient with a busy machine. */
export function open(
  server: PostgresServer,
  options: Partial<PostgresStoreOptions> = {},
): Promise<SessionStore> {
  return postgresStore({ url: server.url(), patience: 5_000, ...options })
}

/** Opens a store that is impatient once it is open: a busy machine may take its time until then. */
export async function openImpatient(options: PostgresStoreOptions): Promise<SessionStore> {
  await (await postgresStore({ ...options, patience: 10_000 })).close()
  let store: SessionStore | undefined
  await until('the store is opened', async () => {
    store = await postgresStore(options).catch(() => undefined)
    return store !== undefined
  })
  if (store === undefined) throw new Error('The store was to be open')
  return store
}

/** Begins a session that must be begun, and returns its id. */
export async function begin(store: SessionStore, draft: Partial<SessionDraft> = {}): Promise<string> {
  const inserted = await store.insert(draftOf(draft), { by: TESTER })
  if (inserted.ok) return inserted.record.id
  throw new Error(`The session is to begin, and was refused: ${inserted.code}`)
}
