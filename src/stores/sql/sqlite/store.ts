/**
 * The SQL store on a SQLite file.
 *
 * Writes go to one thread, long reads to another; what finds one row by its key happens right here.
 *
 * @module
 */
import { closeSync, mkdirSync, openSync, realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import { isRollcallError, RollcallError } from '../../../core/errors.ts'
import type { PortableStore } from '../../../core/portable.ts'
import type { SessionStore } from '../../../core/store.ts'
import type { Instant } from '../../../core/time.ts'
import type { AnswerOf, OperationName, RequestOf } from '../operations/index.ts'
import { find, readJournal } from '../reads.ts'
import { fromHash, toAccessKey, toUserRecord } from '../rows.ts'
import { type Connection, openReader, openWriter } from './connection.ts'
import { lock, type Unlock } from './lock.ts'
import { packFault, unpackFault } from './messages.ts'
import { migrate } from './migrate.ts'
import type { Reads } from './read-batch.ts'
import { startThread, type Thread } from './thread.ts'

/** Where a SQLite store keeps its file, and the clock that decides in it. */
export interface SqliteStoreOptions {
  /** Path of the file. It is made, with its folder, if there is none. */
  readonly path: string

  /** The wall clock, in milliseconds since the Unix epoch. */
  readonly clock: () => Instant

  /** How long to wait for another server that holds the file, in milliseconds. 5,000 unless told otherwise. */
  readonly patience?: number
}

/**
 * Opens a store on a SQLite file: one server per file, each acknowledged write on the disk.
 *
 * @throws RollcallError `store-unavailable`, saying what to do, for a file that is held by another server, damaged,
 * written by a newer Rollcall, or out of reach.
 */
export async function sqliteStore(options: SqliteStoreOptions): Promise<SessionStore & PortableStore> {
  const { clock, patience = 5_000 } = options
  const { path, unlock } = openFile(options.path, patience)
  const opened: { close(): unknown }[] = []
  try {
    const writer = await startThread({ role: 'writer', path }, clock)
    opened.push(writer)
    const reader = await startThread({ role: 'reader', path }, clock)
    opened.push(reader)
    return assemble({ clock, unlock, writer, reader, here: openReader(path) })
  } catch (fault) {
    for (const part of opened.reverse()) await part.close()
    unlock()
    throw refuse(path, fault)
  }
}

interface Parts {
  readonly clock: () => Instant
  readonly unlock: Unlock
  readonly writer: Thread
  readonly reader: Thread
  readonly here: Connection
}

function assemble({ clock, unlock, writer, reader, here }: Parts): SessionStore & PortableStore {
  const write = <Name extends OperationName>(name: Name, request: RequestOf<Name>): Promise<AnswerOf<Name>> =>
    writer.do(name, request)
  const read = <Name extends keyof Reads>(name: Name, request: unknown): ReturnType<Reads[Name]> =>
    reader.do(name, request) as ReturnType<Reads[Name]>

  return {
    name: 'sqlite',
    caveats: async () => [],
    now: async () => clock(),

    find: (id) => at(() => find(here, id, clock())),
    list: (query) => read('list', query),
    stranded: (nodes, limit) => read('stranded', { nodes, limit }),
    count: (filter) => read('count', filter),

    insert: (draft, guards) => write('insert', { draft, guards }),
    replace: (record, proof) => write('replace', { record, ...(proof && { proof }) }),
    rotate: (rotation) => write('rotate', rotation),
    touch: async (activity) => (activity.length > 0 ? write('touch', activity) : undefined),
    end: (selector, ending, limit) => write('end', { selector, ending, limit }),
    advanceEpoch: (scope, ending) => write('advanceEpoch', { scope, ending }),
    tidy: (limit) => write('tidy', limit),
    expire: (limit) => write('expire', limit),
    eraseSalts: (limit) => write('eraseSalts', limit),
    sweep: (limit) => write('sweep', limit),

    listDenials: (query) => read('listDenials', query),
    liftDenial: (realm, id, by) => write('liftDenial', { realm, id, by }),

    findUser: (realm, id) =>
      at(() => {
        const row = here.first(here.statements.findUser, { realm, id })
        return row && toUserRecord(row)
      }),
    listUsers: (query) => read('listUsers', query),
    updateUser: (realm, id, patch, by) => write('updateUser', { realm, id, patch, by }),

    insertKey: (key, by, supersede = false) => write('insertKey', { key, by, supersede }),
    findKey: (hash) =>
      at(() => {
        const row = here.first(here.statements.findKeyByHash, { hash: fromHash(hash) })
        return row && toAccessKey(row)
      }),
    listKeys: () => read('listKeys', undefined),
    withdrawKey: (id, by) => write('withdrawKey', { id, by }),

    async read(after, limit) {
      const head = await at(() => here.first(here.statements.readHead, {}))
      if (after === undefined || after === String(head?.position))
        return at(() => readJournal(here, after, limit, clock()))
      return read('read', { after, limit })
    },
    trim: (keep) => write('trim', keep),

    dump: (after, limit) => read('dump', { after, limit }),
    adopt: (items) => write('adopt', items),

    async close() {
      await writer.close()
      await reader.close()
      here.close()
      unlock()
    },
  }
}

/** Does something on the main thread's own connection, whose faults are the store's. */
async function at<Answer>(work: () => Answer): Promise<Awaited<Answer>> {
  try {
    return await work()
  } catch (fault) {
    throw unpackFault(packFault(fault))
  }
}

/** Makes, locks and migrates a file. Its path is the one behind all links, so that each file has one lock. */
function openFile(given: string, patience: number): { readonly path: string; readonly unlock: Unlock } {
  try {
    mkdirSync(dirname(given), { recursive: true, mode: 0o700 })
    closeSync(openSync(given, 'a', 0o600))
    const path = realpathSync(given)
    const unlock = lock(path, patience)
    try {
      migrateFile(path)
      return { path, unlock }
    } catch (fault) {
      unlock()
      throw fault
    }
  } catch (fault) {
    throw refuse(given, fault)
  }
}

function migrateFile(path: string): void {
  const connection = openWriter(path)
  try {
    migrate(connection.database, path)
  } finally {
    connection.close()
  }
}

function refuse(path: string, fault: unknown): RollcallError {
  if (isRollcallError(fault)) return fault
  const { code, message } = packFault(fault)
  const advice = code === 'internal' ? ' Check the path, and that this user may write there.' : ''
  return new RollcallError(
    'store-unavailable',
    `${path} cannot be opened. ${message.replace(/[.!?]?$/, '.')}${advice}`,
    {},
    fault,
  )
}
