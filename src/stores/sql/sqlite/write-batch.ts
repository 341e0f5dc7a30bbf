/**
 * Group commit: tasks that arrived together share one transaction, and none is answered before it is on the disk.
 *
 * @module
 */
import type { NewEvent } from '../../../core/events.ts'
import type { Instant } from '../../../core/time.ts'
import type { Transaction } from '../engine.ts'
import { type AnyOperation, OPERATIONS, type OperationName } from '../operations/index.ts'
import type { Connection } from './connection.ts'
import { type Outcome, packFault, type Task } from './messages.ts'

/** Does every task, each entirely or not at all, and commits. Throws where the commit fails; then none was done. */
export async function writeBatch(
  connection: Connection,
  tasks: readonly Task[],
): Promise<readonly Outcome[]> {
  const { database } = connection
  database.exec('begin immediate')
  try {
    const journal = openJournal(connection)
    const outcomes: Outcome[] = []
    for (const task of tasks) outcomes.push(await attempt(connection, journal, task))
    if (journal.hasGrown() || tasks.some(({ name }) => !UPKEEP.has(name))) {
      connection.run(connection.statements.writeHead, { position: journal.position() })
    }
    database.exec('commit')
    return outcomes
  } catch (fault) {
    if (database.isTransaction) database.exec('rollback')
    throw fault
  }
}

/**
 * Operations that nobody waits to have acknowledged: where they find nothing to do, the commit writes nothing. Every
 * other one writes, so that the answer to a repeated end, too, stands on a commit of its own.
 */
const UPKEEP: ReadonlySet<string> = new Set<OperationName>([
  'tidy',
  'expire',
  'eraseSalts',
  'sweep',
  'trim',
  'touch',
])

interface OpenJournal {
  position(): number
  hasGrown(): boolean
  append(event: NewEvent, now: Instant): number

  /** Takes back what was appended since it had that position. */
  rewind(position: number): void
}

function openJournal({ first, run, statements }: Connection): OpenJournal {
  const before = first(statements.readHead, {})?.position ?? 0
  let last = before
  return {
    position: () => last,
    hasGrown: () => last > before,
    rewind: (position) => {
      last = position
    },
    append({ at, realm, type, ...body }, now) {
      last += 1
      const values = { position: last, written_at: now, at, realm, type, body: JSON.stringify(body) }
      run(statements.insertEvent, values)
      return last
    },
  }
}

async function attempt(
  connection: Connection,
  journal: OpenJournal,
  { name, at, request }: Task,
): Promise<Outcome> {
  const { database } = connection
  const before = journal.position()
  database.exec('savepoint task')
  try {
    const operation = (OPERATIONS as unknown as Record<string, AnyOperation>)[name]
    if (operation === undefined) throw new TypeError(`There is no operation "${name}"`)
    const answer = await operation(transaction(connection, journal, at), request)
    database.exec('release task')
    return { ok: true, answer }
  } catch (fault) {
    if (!database.isTransaction) throw fault
    database.exec('rollback to task')
    database.exec('release task')
    journal.rewind(before)
    return { ok: false, fault: packFault(fault) }
  }
}

function transaction(connection: Connection, journal: OpenJournal, now: Instant): Transaction {
  const { statements, all, first, run } = connection
  const { position } = journal
  const appendNumbered = (event: NewEvent) => journal.append(event, now)
  const append = (event: NewEvent) => void appendNumbered(event)
  return { statements, all, first, run, now, position, append, appendNumbered }
}
