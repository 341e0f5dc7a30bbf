/**
 * A connection to PostgreSQL, its prepared statements, and its limits of time.
 *
 * What is asked while something is asked already goes along with it: nothing waits for an answer before it is sent. So
 * answers are told apart by their order alone, and whatever breaks that order ends the connection with all that is under
 * way on it.
 *
 * @module
 */
import { Socket } from 'node:net'
import { Client, type CustomTypesConfig, type QueryConfig, type QueryResult, types } from 'pg'
import { RollcallError } from '../../../core/errors.ts'
import type { Statement, Values } from '../statement.ts'
import { eachHost } from './address.ts'

/** A connection to a PostgreSQL that writes. */
export interface Connection {
  /**
   * Runs a prepared statement. Where that takes longer than the patience, the connection is over at once, and everything
   * under way on it fails: no answer that comes later is anybody's.
   */
  query<Row>(statement: Statement<Row>, values: Values, patience?: number): Promise<Answer<Row>>

  /** Runs a prepared statement whose values are in their places, arrays among them. */
  ask<Row>(sql: string, values: readonly unknown[], patience?: number): Promise<Answer<Row>>

  /** Says something without values, and answers with the command that PostgreSQL took it for. */
  say(sql: string, patience?: number): Promise<string>

  /** Calls back for whatever other connections notify. */
  onNotification(listener: () => void): void

  /** Warnings that came since this was last asked. */
  warnings(): readonly string[]

  /** Whether it is over, by whoever's hand. */
  isOver(): boolean

  /** The number of the process that serves it, as it said when it began. */
  backend(): number | undefined

  /** Says good-bye. What is under way fails at once, whatever PostgreSQL still answers. */
  close(): void
}

/** What a statement came to. */
export interface Answer<Row> {
  readonly rows: readonly Row[]

  /** How many rows it changed or found. */
  readonly count: number
}

/** How to connect. */
export interface ConnectionOptions {
  /** May name several hosts: the first that writes is taken. */
  readonly url: string
  readonly schema: string

  /** How long a statement may take unless it is told, and how long to connect to one host may take, in milliseconds. */
  readonly patience: number

  /** What it is for, to be seen in `pg_stat_activity`. */
  readonly purpose: string

  /** Whether a server without synchronous standbys will do. */
  readonly durability: 'local' | 'replicated'
}

/** Connects to the first host that writes. Throws what the last one said where none does. */
export async function connect(options: ConnectionOptions): Promise<Connection> {
  let last: unknown
  for (const url of eachHost(options.url)) {
    try {
      return await connectTo(url, options)
    } catch (fault) {
      last = fault
    }
  }
  throw last
}

async function connectTo(
  url: string,
  { schema, patience, purpose, durability }: ConnectionOptions,
): Promise<Connection> {
  const socket = new Socket()
  const client = new Client({
    stream: () => socket,
    connectionString: url,
    connectionTimeoutMillis: patience,
    application_name: `rollcall ${purpose}`,
    keepAlive: true,
    pipeline: true,
    types: TYPES,
  })
  const connection = wrap(client, socket, patience)
  try {
    await client.connect()
    const { rows } = await connection.ask<Circumstances>(PREPARE, [
      schema,
      String(patience * LONGEST),
      String(patience * LOCKED),
      String(patience),
    ])
    if (rows[0]?.reads_only !== false) throw standby(url)
    if (durability === 'replicated' && !rows[0].replicates) throw lonely(url)
    return connection
  } catch (fault) {
    connection.close()
    throw fault
  }
}

/** How many times the patience a statement may take at the most before PostgreSQL stops it, whoever asked. */
export const LONGEST = 10

/** How many times the patience a lock is waited for. Whoever holds one and says nothing is thrown out before that. */
export const LOCKED = 2

interface Circumstances {
  readonly reads_only: boolean
  readonly replicates: boolean
}

/**
 * What a connection is set to, whatever the database is: an acknowledged write is on the disk, and with its standbys where
 * they are synchronous.
 *
 * Each statement knows its way in. So it is planned once, by index, and never for the values that it happens to be given.
 */
const PREPARE = `select
  set_config('search_path', $1, false),
  set_config('statement_timeout', $2, false),
  set_config('lock_timeout', $3, false),
  set_config('idle_in_transaction_session_timeout', $4, false),
  set_config('synchronous_commit', case current_setting('synchronous_commit')
    when 'remote_apply' then 'remote_apply' else 'on' end, false),
  set_config('plan_cache_mode', 'force_generic_plan', false),
  set_config('enable_seqscan', 'off', false),
  set_config('enable_hashjoin', 'off', false),
  set_config('enable_mergejoin', 'off', false),
  set_config('jit', 'off', false),
  pg_is_in_recovery() or current_setting('default_transaction_read_only') = 'on' as reads_only,
  current_setting('synchronous_standby_names') <> '' as replicates`

function standby(url: string): RollcallError {
  return new RollcallError(
    'store-unavailable',
    `The PostgreSQL at ${new URL(url).host} only reads: it is a standby. Name the primary in the URL, or all of them with commas between.`,
  )
}

function lonely(url: string): RollcallError {
  return new RollcallError(
    'conflict',
    `The PostgreSQL at ${new URL(url).host} waits for no standby, and durability is to be replicated. Set synchronous_standby_names there.`,
  )
}

/** Numbers beyond 32 bits are numbers here: none of them is beyond 53. */
const TYPES: CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === types.builtins.INT8 ? Number : types.getTypeParser(oid, format)),
}

/** Each text of SQL has one name, on whatever connection. */
const NAMES = new Map<string, string>()

function nameFor(sql: string): string {
  const known = NAMES.get(sql)
  if (known !== undefined) return known
  const name = `rollcall_${NAMES.size + 1}`
  NAMES.set(sql, name)
  return name
}

function wrap(client: Client, socket: Socket, usual: number): Connection {
  const underWay = new Set<(fault: Error) => void>()
  let over = false
  let warnings: string[] = []
  client.on('error', (fault) => end(lost(fault.message, fault)))
  client.on('end', () => end(lost('PostgreSQL has ended it')))
  client.on('notice', ({ code, message }) => {
    if (code !== SUCCESS) warnings.push(message ?? '')
  })

  /** Fails whatever is under way, before anything more is read. */
  function end(fault: Error): void {
    over = true
    for (const fail of underWay) fail(fault)
  }

  function send<Row extends object>(question: QueryConfig, patience = usual): Promise<QueryResult<Row>> {
    if (over) return Promise.reject(lost('it was over before this was asked'))
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        end(lost(`timeout: no answer within ${patience} ms`))
        socket.destroy()
      }, patience)
      const settle = (): void => {
        clearTimeout(timer)
        underWay.delete(fail)
      }
      const fail = (fault: Error): void => {
        settle()
        reject(fault)
      }
      underWay.add(fail)
      client.query<Row>(question).then((answer) => {
        settle()
        resolve(answer)
      }, fail)
    })
  }

  async function ask<Row>(sql: string, values: readonly unknown[], patience?: number): Promise<Answer<Row>> {
    const question = { name: nameFor(sql), text: sql, values: values.map(storable) }
    const { rows, rowCount } = await send<Row & object>(question, patience)
    return { rows, count: rowCount ?? 0 }
  }

  return {
    backend: () =>
      'processID' in client && typeof client.processID === 'number' ? client.processID : undefined,
    ask,
    query: (statement, values, patience) => ask(statement.sql, statement.bind(values), patience),
    say: async (sql, patience) => (await send({ text: sql }, patience)).command,
    onNotification: (listener) => void client.on('notification', listener),
    warnings() {
      const heard = warnings
      warnings = []
      return heard
    },
    isOver: () => over,
    close() {
      end(lost('it was closed'))
      client.end().catch(() => undefined)
      setTimeout(() => socket.destroy(), FAREWELL).unref()
    },
  }
}

/** No fault of this bears a SQLSTATE: what PostgreSQL said of one question is no answer to the others. */
function lost(why: string, cause?: unknown): Error {
  return new Error(`the connection is lost: ${why}`, { cause })
}

/** How long a good-bye may take, in milliseconds. */
const FAREWELL = 1_000

/** The SQLSTATE of notices that warn of nothing. */
const SUCCESS = '00000'

/** PostgreSQL keeps no zero in a text: it is kept as the character that stands for one that cannot be shown. */
function storable(value: unknown): unknown {
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value
}
