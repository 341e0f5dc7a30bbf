/**
 * Looking at a file without changing it, whether a server has it or not.
 *
 * @module
 */
import { realpathSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { isRollcallError, RollcallError } from '../../../core/errors.ts'
import type { Instant } from '../../../core/time.ts'
import { MIGRATIONS } from '../migrations/all.ts'
import { holderOf } from './lock.ts'
import { packFault } from './messages.ts'
import { refuseStranger } from './migrate.ts'

/** What a file tells of itself. */
export interface FileFacts {
  /** The path behind all links. */
  readonly path: string

  /** Who has it open just now, such as `process 12, since …`; absent where nobody has. */
  readonly holder?: string

  /** Sizes of the file and of what is not yet written back to it. */
  readonly bytes: number
  readonly logBytes: number

  /** Permission bits. */
  readonly mode: number

  /** Names of the migrations that it has seen, and of those that the next start brings to it. */
  readonly applied: readonly string[]
  readonly pending: readonly string[]

  /** How many migrations it has seen that this version does not know. */
  readonly unknown: number
  readonly journal?: JournalFacts
}

/** What the journal of a file spans. */
export interface JournalFacts {
  /** The last position forgotten, and the last one given. */
  readonly floor: number
  readonly position: number

  /** When the oldest and the newest entry that are kept were written. */
  readonly oldest?: Instant
  readonly newest?: Instant
}

/**
 * Looks at a file. Answers undefined where there is none.
 *
 * @throws RollcallError `store-unavailable` for one that cannot be read, is damaged, or belongs to another program.
 */
export function inspectFile(given: string): FileFacts | undefined {
  const found = statSync(given, { throwIfNoEntry: false })
  if (found === undefined) return undefined
  if (!found.isFile()) throw new RollcallError('store-unavailable', `${given} is no file.`)
  try {
    const path = realpathSync(given)
    const holder = holderOf(path)
    return {
      path,
      ...(holder !== undefined && { holder }),
      bytes: found.size,
      logBytes: statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0,
      mode: found.mode & 0o777,
      ...read(path),
    }
  } catch (fault) {
    if (isRollcallError(fault)) throw fault
    throw new RollcallError(
      'store-unavailable',
      `${given} cannot be read. ${packFault(fault).message.replace(/[.!?]?$/, '.')}`,
      {},
      fault,
    )
  }
}

function read(path: string): Pick<FileFacts, 'applied' | 'pending' | 'unknown' | 'journal'> {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 })
  try {
    refuseStranger(database, path)
    const seen = isEmpty(database)
      ? []
      : database.prepare('select name from migrations order by number').all()
    const journal = seen.length > 0 ? readJournalFacts(database) : undefined
    return {
      applied: seen.map(({ name }) => String(name)),
      pending: MIGRATIONS.slice(seen.length).map(({ name }) => name),
      unknown: Math.max(0, seen.length - MIGRATIONS.length),
      ...(journal !== undefined && { journal }),
    }
  } finally {
    database.close()
  }
}

function isEmpty(database: DatabaseSync): boolean {
  return database.prepare("select 1 from sqlite_schema where name = 'migrations'").get() === undefined
}

function readJournalFacts(database: DatabaseSync): JournalFacts {
  const head = database.prepare('select floor, position from head').get() as Pick<
    JournalFacts,
    'floor' | 'position'
  >
  const [oldest, newest] = ['asc', 'desc'].map((order) => {
    const entry = database.prepare(`select written_at from journal order by position ${order} limit 1`).get()
    return entry === undefined ? undefined : Number(entry.written_at)
  })
  return {
    ...head,
    ...(oldest !== undefined && { oldest }),
    ...(newest !== undefined && { newest }),
  }
}
