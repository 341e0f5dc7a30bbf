/**
 * Reads that may take long, away from the main thread.
 *
 * @module
 */
import type { DenialQuery } from '../../../core/denial.ts'
import type { SessionFilter, SessionQuery } from '../../../core/selector.ts'
import type { UserQuery } from '../../../core/store.ts'
import type { Instant } from '../../../core/time.ts'
import { dump } from '../dump.ts'
import type { Reader } from '../engine.ts'
import { listDenials, listKeys, listUsers, readJournal, type StrandedQuery, stranded } from '../reads.ts'
import { count, list } from '../search.ts'
import type { Connection } from './connection.ts'
import { type Outcome, packFault, type Task } from './messages.ts'

/** What each read is told and answers. */
export interface Reads {
  readonly list: (reader: Reader, request: SessionQuery, now: Instant) => ReturnType<typeof list>
  readonly stranded: (reader: Reader, request: StrandedQuery, now: Instant) => ReturnType<typeof stranded>
  readonly count: (reader: Reader, request: SessionFilter, now: Instant) => ReturnType<typeof count>
  readonly listUsers: (reader: Reader, request: UserQuery, now: Instant) => ReturnType<typeof listUsers>
  readonly listDenials: (reader: Reader, request: DenialQuery, now: Instant) => ReturnType<typeof listDenials>
  readonly listKeys: (reader: Reader) => ReturnType<typeof listKeys>
  readonly dump: (reader: Reader, request: JournalRequest, now: Instant) => ReturnType<typeof dump>
  readonly read: (reader: Reader, request: JournalRequest, now: Instant) => ReturnType<typeof readJournal>
}

/** What a read of the journal, or of a piece of everything, is told. */
export interface JournalRequest {
  readonly after?: string
  readonly limit: number
}

const READS: Reads = {
  list,
  stranded,
  count,
  listUsers,
  listDenials,
  listKeys,
  dump: (reader, { after, limit }, now) => dump(reader, after, limit, now),
  read: (reader, { after, limit }, now) => readJournal(reader, after, limit, now),
}

/** Does every task, each on a snapshot of its own. */
export async function readBatch(connection: Connection, tasks: readonly Task[]): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  for (const { name, at, request } of tasks) {
    const read = READS[name as keyof Reads] as (
      reader: Reader,
      request: unknown,
      now: Instant,
    ) => Promise<unknown>
    connection.database.exec('begin')
    try {
      outcomes.push({ ok: true, answer: await read(connection, request, at) })
    } catch (fault) {
      outcomes.push({ ok: false, fault: packFault(fault) })
    } finally {
      connection.database.exec('rollback')
    }
  }
  return outcomes
}
