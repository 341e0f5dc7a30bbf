/**
 * Where sessions are kept in a benchmark: SQLite files, and databases that it starts for itself.
 *
 * @module
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import pg from 'pg'
import { until } from '../test/support/until.ts'
import { adopt } from './adopt.ts'
import { type DatabaseOptions, startPostgres, startRedis } from './databases.ts'
import { removeStore } from './fill.ts'
import { openStore } from './open-store.ts'
import { type Population, writeTokens } from './rollcall.ts'

/** A kind of store. */
export interface Kind {
  readonly name: string

  /** Starts one that holds nothing. */
  start(folder: string, options?: DatabaseOptions): Promise<Place>
}

/** Somewhere to keep sessions. */
export interface Place {
  /** A SQLite file, or the URL of a database. */
  readonly path: string

  /** What lies in it, in bytes, without the journal: on the disk, or in memory where it is kept there. */
  bytes(): Promise<number>

  /** Waits until it has done what it does by itself after having been filled. */
  rest(): Promise<void>

  /** Removes it, with all that it holds. */
  stop(): Promise<void>
}

/** A file of one server. */
export const SQLITE: Kind = {
  name: 'SQLite',
  async start(folder) {
    const path = join(folder, `place-${++started}.db`)
    return {
      path,
      bytes: async () => statSync(path).size,
      rest: async () => undefined,
      stop: async () => removeStore(path),
    }
  },
}

const POSTGRES: Kind = {
  name: 'PostgreSQL',
  async start(_folder, options) {
    const { url, stop } = await startPostgres(options)
    return {
      path: url,
      bytes: async () => Number((await queryPostgres(url, POSTGRES_BYTES))?.bytes),
      rest: async () => void (await queryPostgres(url, 'vacuum analyze')),
      stop,
    }
  },
}

const POSTGRES_BYTES = `
  select sum(pg_total_relation_size(oid)) as bytes
  from pg_class
  where relkind = 'r'
    and relnamespace = 'rollcall'::regnamespace
    and relname <> 'journal'
`

const REDIS: Kind = {
  name: 'Redis',
  async start(_folder, options) {
    const { url, stop } = await startRedis({ ...options, persistence: 'everysec' })
    return {
      path: url,
      bytes: async () => Number(/^used_memory:(\d+)/m.exec(await infoOfRedis(url, 'memory'))?.[1]),
      rest: () =>
        until(
          'Redis has rewritten its file',
          async () => !/^aof_rewrite_(in_progress|scheduled):1/m.test(await infoOfRedis(url, 'persistence')),
          120_000,
        ),
      stop,
    }
  },
}

/** Every kind; those that `BENCH_STORES` names, with commas between, where it is set. */
export const KINDS: readonly Kind[] = [SQLITE, POSTGRES, REDIS].filter(
  ({ name }) => process.env.BENCH_STORES?.toLowerCase().split(',').includes(name.toLowerCase()) ?? true,
)

/** Those that nodes share. */
export const SHARED: readonly Kind[] = KINDS.filter((kind) => kind !== SQLITE)

/** Fills a place with so many live logins, and keeps the tokens of some: all, unless told otherwise. */
export async function settle(
  place: Place,
  folder: string,
  { sessions, most = sessions }: { readonly sessions: number; readonly most?: number },
): Promise<Population> {
  const { path } = place
  const store = await openStore(path, { patience: '10s' })
  const tokens = await adopt(store, sessions, most)
  await store.close()
  await place.rest()
  return { path, tokens: writeTokens(folder, tokens, `settled-${++settled}`) }
}

let started = 0
let settled = 0

async function queryPostgres(url: string, text: string): Promise<Record<string, unknown> | undefined> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows[0]
  } finally {
    await client.end()
  }
}

async function infoOfRedis(url: string, section: string): Promise<string> {
  const redis = new Redis(url)
  try {
    return await redis.info(section)
  } finally {
    redis.disconnect()
  }
}
