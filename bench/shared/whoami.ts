/** What does `GET /v1/whoami` cost where nodes share a store: with a lease, and asking the store each time? */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../test/support/server-process.ts'
import { compare, shareRows } from '../load.ts'
import type { Row } from '../measure.ts'
import { type Kind, SHARED, SQLITE, settle } from '../places.ts'
import { SERVER_CORE, start } from '../processes.ts'
import { type Population, type Server, startRollcall } from '../rollcall.ts'
import { answerOf } from '../whoami.ts'
import type { RoundTripTask, Trip } from './round-trip.ts'

/** Sessions that ask; `BENCH_SESSIONS` says otherwise where it is less. */
const SESSIONS = Math.min(100_000, Number(process.env.BENCH_SESSIONS ?? 100_000))

/** The one round trip of each store's client, and what is to be reached beside it. */
const TRIPS: Readonly<Record<string, readonly (readonly [trip: Trip, name: string, goal: string])[]>> = {
  PostgreSQL: [['select', 'one select by key through pg', '≥ 0.8']],
  Redis: [
    ['evalsha', 'one EVALSHA through ioredis', '≥ 0.8'],
    ['get', 'one GET through ioredis', ''],
  ],
}

/** Compares each shared store with SQLite, and asking it each time with one bare round trip to it. */
export async function sharedWhoami(folder: string): Promise<readonly Row[]> {
  const place = await SQLITE.start(folder)
  const sqlite = await startRollcall('cached', await settle(place, folder, { sessions: SESSIONS }))
  const answer = join(folder, 'answer')
  writeFileSync(answer, JSON.stringify(await answerOf(sqlite)))
  const rows: Row[] = []
  for (const kind of SHARED) rows.push(...(await whoamiOn(kind, { folder, answer, sqlite })))
  await sqlite.stop()
  await place.stop()
  return rows
}

interface Beside {
  readonly folder: string
  readonly answer: string
  readonly sqlite: Server
}

async function whoamiOn(kind: Kind, { folder, answer, sqlite }: Beside): Promise<readonly Row[]> {
  process.stderr.write(`  ${kind.name} …\n`)
  const place = await kind.start(folder)
  const population = await settle(place, folder, { sessions: SESSIONS })
  const leased = await startRollcall('cached', population)
  const rows = [
    ...shareRows(
      `whoami on ${kind.name} with a lease, ${SESSIONS.toLocaleString('en')} at hand, against SQLite`,
      await compare(sqlite, leased),
      '≥ 0.9',
    ),
  ]
  await leased.stop()
  const asking = await startRollcall('cached', population, { maxStaleness: 0 })
  for (const [trip, name, goal] of TRIPS[kind.name] ?? []) {
    process.stderr.write(`  ${kind.name}, against ${name} …\n`)
    const bare = await startRoundTrip(trip, population, answer)
    const question = `whoami on ${kind.name} with --max-staleness 0, against a bare Fastify route with ${name}`
    rows.push(...shareRows(question, await compare(bare, asking), goal))
    await bare.stop()
  }
  await asking.stop()
  await place.stop()
  return rows
}

async function startRoundTrip(trip: Trip, { path, tokens }: Population, answer: string): Promise<Server> {
  const port = await freePort()
  const task: RoundTripTask = { trip, port, url: path, answer, tokens }
  const running = await start({
    core: SERVER_CORE,
    command: [process.execPath, join(import.meta.dirname, 'round-trip.ts'), JSON.stringify(task)],
    ready: 'warm',
  })
  const url = `http://127.0.0.1:${port}/v1/whoami`
  return { ...running, url, field: 'Authorization', scheme: 'Bearer ', credentials: tokens, warmUp: 4 }
}
