/**
 * Looking at a PostgreSQL from outside, without changing it.
 *
 * @module
 */
import { MIGRATIONS } from '../migrations/all.ts'
import { DEFAULT_SCHEMA } from './address.ts'
import { caveatsOf } from './caveats.ts'
import { type Connection, connect } from './connection.ts'

/** What a PostgreSQL tells of itself. */
export interface PostgresFacts {
  readonly version: string

  /** What the schema takes on the disk, with its indexes. */
  readonly bytes: number

  /** Names of the migrations that it has seen, and of those that the next start brings to it. */
  readonly applied: readonly string[]
  readonly pending: readonly string[]

  /** How many migrations it has seen that this version does not know. */
  readonly unknown: number

  /** Standbys that follow, and those of them that commits wait for. */
  readonly standbys: number
  readonly synchronous: number
  readonly caveats: readonly string[]

  /** Its clock, read so many times, each beside this machine's before and after. */
  readonly clocks: readonly ClockReading[]
}

/** One look at another clock: what it said, and when it was asked and answered by this machine's. */
export interface ClockReading {
  readonly asked: number
  readonly said: number
  readonly answered: number
}

/** How many times the clock is read. */
const READINGS = 9

/** Looks at one. @throws whatever connecting throws. */
export async function inspectPostgres(url: string, patience: number): Promise<PostgresFacts> {
  const schema = DEFAULT_SCHEMA
  const connection = await connect({ url, schema, patience, purpose: 'doctor', durability: 'local' })
  try {
    const { rows } = await connection.ask<Row>(LOOK, [schema])
    const seen = rows[0]?.migrated ? (await connection.ask<Named>(SEEN, [])).rows : []
    return {
      version: rows[0]?.version ?? 'unknown',
      bytes: Number(rows[0]?.bytes ?? 0),
      applied: seen.map(({ name }) => name),
      pending: MIGRATIONS.slice(seen.length).map(({ name }) => name),
      unknown: Math.max(0, seen.length - MIGRATIONS.length),
      standbys: Number(rows[0]?.standbys ?? 0),
      synchronous: Number(rows[0]?.synchronous ?? 0),
      caveats: await caveatsOf(connection),
      clocks: await readClocks(connection),
    }
  } finally {
    connection.close()
  }
}

interface Row {
  readonly version: string
  readonly bytes: number | string
  readonly migrated: boolean
  readonly standbys: number | string
  readonly synchronous: number | string
}

interface Named {
  readonly name: string
}

const LOOK = `select
  current_setting('server_version') as version,
  coalesce((
    select sum(pg_total_relation_size(c.oid)) from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = $1 and c.relkind = 'r'), 0)::bigint as bytes,
  to_regclass('migrations') is not null as migrated,
  (select count(*) from pg_stat_replication) as standbys,
  (select count(*) from pg_stat_replication where sync_state in ('sync', 'quorum')) as synchronous`

const SEEN = 'select name from migrations order by number'

const CLOCK = 'select (extract(epoch from clock_timestamp()) * 1000)::bigint as said'

async function readClocks(connection: Connection): Promise<readonly ClockReading[]> {
  const readings: ClockReading[] = []
  for (let count = 0; count < READINGS; count++) {
    const asked = Date.now()
    const { rows } = await connection.ask<{ readonly said: number | string }>(CLOCK, [])
    readings.push({ asked, said: Number(rows[0]?.said), answered: Date.now() })
  }
  return readings
}
