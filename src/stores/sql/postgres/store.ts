/**
 * The SQL store on PostgreSQL, for any number of nodes.
 *
 * Writes have a connection of their own, and so have short questions, upkeep, long reads and the feed: none of them waits
 * for another.
 *
 * @module
 */
import { isRollcallError, RollcallError } from '../../../core/errors.ts'
import type { PortableStore } from '../../../core/portable.ts'
import type { SessionStore } from '../../../core/store.ts'
import type { Instant } from '../../../core/time.ts'
import { dump } from '../dump.ts'
import type { Reader } from '../engine.ts'
import type { AnswerOf, OperationName, RequestOf } from '../operations/index.ts'
import { listDenials, listKeys, listUsers, stranded } from '../reads.ts'
import { fromHash, toAccessKey, toUserRecord } from '../rows.ts'
import { count, list } from '../search.ts'
import { statementsFor } from '../statements.ts'
import { checkSchema, DEFAULT_SCHEMA, nameOf } from './address.ts'
import type { Ground } from './batch.ts'
import { caveatsOf } from './caveats.ts'
import { type Connection, connect, LONGEST } from './connection.ts'
import { POSTGRES } from './engine.ts'
import { unavailable } from './faults.ts'
import { openFeed } from './feed.ts'
import { type Link, link, pool } from './link.ts'
import { lockSpace, reachOf } from './locks.ts'
import { migrate } from './migrate.ts'
import { nodeRegistry } from './nodes.ts'
import { finder, readerOn, readTail } from './read.ts'
import { INTERRUPT, READ_CLOCK } from './statements.ts'
import { upkeep } from './upkeep.ts'
import { performer, taskOf } from './write.ts'
import { writer as makeWriter } from './writer.ts'

/** Where PostgreSQL is, and how long it may take. */
export interface PostgresStoreOptions {
  /** Such as `postgres://user:secret@one:5432,two:5432/database`: of several hosts, the first that writes is taken. */
  readonly url: string

  /** Where to listen for news, if that is not to go through what is in front of the database. `url` unless told otherwise. */
  readonly feedUrl?: string

  /** The schema that everything is kept in; made if there is none. `rollcall` unless told otherwise. */
  readonly schema?: string

  /** Connections for long reads, beside four others. 2 unless told otherwise. */
  readonly connections?: number

  /** Connections that write at once. 1 unless told otherwise. */
  readonly writers?: number

  /**
   * How long PostgreSQL may take to answer before it counts as unavailable, in milliseconds. Long reads may take ten
   * times as long, and so may ending a whole realm. 1,000 unless told otherwise.
   */
  readonly patience?: number

  /**
   * `replicated` refuses a server that waits for no standby: one without `synchronous_standby_names`. `local` unless told
   * otherwise; it waits for those standbys too, where they are named.
   */
  readonly durability?: 'local' | 'replicated'

  /** Decides instead of the clock of PostgreSQL, for tests: milliseconds since the Unix epoch. */
  readonly clock?: () => Instant
}

/**
 * Opens a store on PostgreSQL. Brings its schema up to date first, also where other nodes are about to.
 *
 * @throws RollcallError, saying what to do: `store-unavailable` for a database that is out of reach or only reads,
 * `conflict` for one that somebody has to mend (written by a newer Rollcall, something else's, or without the standbys
 * asked for), `bad-request` for options that cannot be meant.
 */
export async function postgresStore(options: PostgresStoreOptions): Promise<SessionStore & PortableStore> {
  const { url, feedUrl = url, schema = DEFAULT_SCHEMA, patience = 1_000, durability = 'local' } = options
  checkSchema(schema)
  const connectFor =
    (purpose: string, to = url, factor = 1) =>
    () =>
      connect({ url: to, schema, patience: patience * factor, purpose, durability })
  try {
    const connection = await connectFor('start')()
    try {
      await migrate(connection, schema)
    } finally {
      connection.close()
    }
  } catch (fault) {
    throw refuse(url, fault)
  }
  return assemble(options, connectFor, connectFor('feed', feedUrl))
}

function assemble(
  { schema = DEFAULT_SCHEMA, connections = 2, writers = 1, patience = 1_000, clock }: PostgresStoreOptions,
  connectFor: (purpose: string) => () => Promise<Connection>,
  connectFeed: () => Promise<Connection>,
): SessionStore & PortableStore {
  const statements = statementsFor(POSTGRES)
  const channel = `rollcall_${schema}`
  const links: Link[] = []
  const linkFor = (purpose: string): Link => {
    const made = link(connectFor(purpose))
    links.push(made)
    return made
  }
  const questions = linkFor('questions')
  const ground: Ground = {
    statements,
    space: lockSpace(schema),
    channel,
    patience,
    interrupt(connection) {
      const asked = questions.get().then((other) => other.ask(INTERRUPT, [connection.backend()]))
      asked.catch(() => undefined) // Then the wait goes on until PostgreSQL itself gives it up.
    },
    ...(clock && { clock }),
  }
  const writer = makeWriter(Array.from({ length: writers }, () => performer(linkFor('writes').get, ground)))
  const reads = pool(
    Array.from({ length: connections }, () => linkFor('reads')),
    patience * LONGEST,
  )
  const keep = upkeep(linkFor('upkeep').get, ground)
  const feed = openFeed(connectFeed, channel)
  const find = finder(questions.get, statements, clock)

  async function ask<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> {
    try {
      return await work(await questions.get())
    } catch (fault) {
      throw unavailable(fault)
    }
  }

  async function now(): Promise<Instant> {
    if (clock !== undefined) return clock()
    const { rows } = await ask((connection) => connection.ask<{ readonly now: number }>(READ_CLOCK, []))
    return rows[0]?.now ?? 0
  }

  const write = <Name extends OperationName>(name: Name, request: RequestOf<Name>): Promise<AnswerOf<Name>> =>
    writer.do({ ...taskOf(name, request), reach: new Set(reachOf(name, request)) })

  /** Reads at length, as of one moment. */
  async function read<Result>(work: (reader: Reader, now: Instant) => Promise<Result>): Promise<Result> {
    try {
      return await reads.use(async (connection) => {
        const long = patience * LONGEST
        try {
          const [, { rows }] = await Promise.all([
            connection.say('begin isolation level repeatable read, read only'),
            connection.ask<{ readonly now: number }>(READ_CLOCK, []),
          ])
          return await work(readerOn(connection, statements, long), clock?.() ?? rows[0]?.now ?? 0)
        } finally {
          if (!connection.isOver()) connection.say('rollback').catch(() => undefined)
        }
      })
    } catch (fault) {
      throw unavailable(fault)
    }
  }

  return {
    name: 'postgres',
    nodes: nodeRegistry({ writer, ask, now }),
    feed,
    caveats: () => ask(caveatsOf),
    now,

    find: (id) => find(id).catch((fault: unknown) => Promise.reject(unavailable(fault))),
    list: (query) => read((reader, at) => list(reader, query, at)),
    stranded: (nodes, limit) => read((reader, at) => stranded(reader, { nodes, limit }, at)),
    count: (filter) => read((reader, at) => count(reader, filter, at)),

    insert: (draft, guards) => write('insert', { draft, guards }),
    replace: (record, proof) => write('replace', { record, ...(proof && { proof }) }),
    rotate: (rotation) => write('rotate', rotation),
    touch: async (activity) => (activity.length > 0 ? write('touch', activity) : undefined),
    end: (selector, ending, limit) => write('end', { selector, ending, limit }),
    advanceEpoch: (scope, ending) => write('advanceEpoch', { scope, ending }),
    tidy: (limit) => keep('tidy', limit),
    expire: (limit) => keep('expire', limit),
    eraseSalts: (limit) => keep('eraseSalts', limit),
    sweep: (limit) => keep('sweep', limit),

    listDenials: (query) => read((reader, at) => listDenials(reader, query, at)),
    liftDenial: (realm, id, by) => write('liftDenial', { realm, id, by }),

    findUser: (realm, id) =>
      ask(async (connection) => {
        const { rows } = await connection.query(statements.findUser, { realm, id })
        return rows[0] && toUserRecord(rows[0])
      }),
    listUsers: (query) => read((reader, at) => listUsers(reader, query, at)),
    updateUser: (realm, id, patch, by) => write('updateUser', { realm, id, patch, by }),

    insertKey: (key, by, supersede = false) => write('insertKey', { key, by, supersede }),
    findKey: (hash) =>
      ask(async (connection) => {
        const { rows } = await connection.query(statements.findKeyByHash, { hash: fromHash(hash) })
        return rows[0] && toAccessKey(rows[0])
      }),
    listKeys: () => read((reader) => listKeys(reader)),
    withdrawKey: (id, by) => write('withdrawKey', { id, by }),

    read: (after, limit) =>
      ask((connection) =>
        readTail(connection, statements, {
          ...(after !== undefined && { after }),
          limit,
          ...(clock && { clock }),
        }),
      ),
    trim: (bounds) => keep('trim', bounds),

    dump: (after, limit) => read((reader, at) => dump(reader, after, limit, at)),
    adopt: (items) => write('adopt', items),

    async close() {
      feed.close()
      await writer.close()
      for (const each of links) each.close()
    },
  }
}

function refuse(url: string, fault: unknown): RollcallError {
  const known = unavailable(fault)
  if (isRollcallError(fault) || known.code !== 'store-unavailable') return known
  return new RollcallError(
    'store-unavailable',
    `${nameOf(url)} cannot be opened. ${known.message}`,
    {},
    fault,
  )
}
