/** A bare Fastify route that asks a database for one thing by its key, and answers it: for `whoami.ts`. */
import { readFileSync } from 'node:fs'
import fastify from 'fastify'
import { Redis } from 'ioredis'
import pg from 'pg'
import { peekSessionId } from '../../src/core/token.ts'

/** How a thing is asked for. */
export type Trip = 'select' | 'get' | 'evalsha'

/** What `round-trip.ts` is told. */
export interface RoundTripTask {
  readonly trip: Trip
  readonly port: number

  /** The database, which it fills beside what is there already. */
  readonly url: string

  /** A file of the answer that is kept under each key, and one of the tokens whose ids are the keys. */
  readonly answer: string
  readonly tokens: string
}

type Look = (id: string) => Promise<string | null | undefined>

const TRIPS: Readonly<Record<Trip, (ids: readonly string[], body: string) => Promise<Look>>> = {
  async select(ids, body) {
    const pool = new pg.Pool({ connectionString: task.url, max: POOL })
    await pool.query('create table if not exists round_trips (id text primary key, body text not null)')
    await pool.query('insert into round_trips select unnest($1::text[]), $2 on conflict do nothing', [
      ids,
      body,
    ])
    await pool.query('analyze round_trips')
    const query = { name: 'round_trip', text: 'select body from round_trips where id = $1' }
    return async (id) =>
      (await pool.query<{ readonly body: string }>({ ...query, values: [id] })).rows[0]?.body
  },

  async get(ids, body) {
    const redis = await keepInRedis(ids, body)
    return (id) => redis.get(KEY + id)
  },

  async evalsha(ids, body) {
    const redis = await keepInRedis(ids, body)
    const sha = String(await redis.script('LOAD', "return redis.call('get', KEYS[1])"))
    return async (id) => (await redis.evalsha(sha, 1, KEY + id)) as string | null
  },
}

/** Connections to PostgreSQL: what pg takes by itself. */
const POOL = 10
const KEY = 'round-trip:'

const task = JSON.parse(process.argv[2] ?? '') as RoundTripTask
const { body } = JSON.parse(readFileSync(task.answer, 'utf8')) as { readonly body: string }
const ids = readFileSync(task.tokens, 'utf8').trim().split('\n').map(peekSessionId)
const look = await TRIPS[task.trip](ids, body)
const app = fastify()
app.get('/v1/whoami', async ({ headers: { authorization = '' } }, reply) => {
  const found = await look(peekSessionId(authorization.slice('Bearer '.length)))
  if (found) return reply.type('application/json').send(found)
  return reply.code(401).send()
})
await app.listen({ port: task.port, host: '127.0.0.1' })
process.stdout.write('warm\n')

async function keepInRedis(keys: readonly string[], value: string): Promise<Redis> {
  const redis = new Redis(task.url)
  for (let start = 0; start < keys.length; start += 1_000)
    await redis.mset(keys.slice(start, start + 1_000).flatMap((key) => [KEY + key, value]))
  return redis
}
