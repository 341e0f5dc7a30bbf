/**
 * Whether the store can be reached, is migrated, and how much is in it.
 *
 * @module
 */
import type { StoreFacts } from '../../server/inspect-store.ts'
import { ago, sized } from '../phrases.ts'
import { doubtful, type Finding, well, wrong } from './finding.ts'

type File = NonNullable<Extract<StoreFacts, { readonly kind: 'sqlite' }>['file']>

/** A log beyond this many bytes is not written back in time. */
const LONG_LOG = 1_073_741_824

/** Judges what a store tells of itself. */
export function examineStore(facts: StoreFacts, now: number): readonly Finding[] {
  if (facts.kind === 'memory')
    return [
      doubtful(
        'store',
        'Sessions are kept in memory.',
        'They are gone at the end. Keep them with --store sqlite:PATH.',
      ),
    ]
  if (facts.file === undefined)
    return [well('store', `${facts.path} is not there yet. The first start makes it.`)]
  return [...examineFile(facts.file), examineMigrations(facts.file), ...examineJournal(facts.file, now)]
}

function* examineFile({ path, holder, bytes, logBytes, mode }: File): Generator<Finding> {
  const use = holder === undefined ? 'no server has it open' : `a server has it open (${holder})`
  yield well('store', `${path} can be read: ${sized(bytes)}, and ${sized(logBytes)} of log; ${use}.`)
  if (logBytes > LONG_LOG)
    yield doubtful(
      'store',
      `The log ${path}-wal has grown to ${sized(logBytes)}.`,
      'Something reads the file without end. Look for other programs that have it open, and stop them.',
    )
  if ((mode & 0o077) !== 0)
    yield doubtful(
      'store',
      `Others on this machine may read or write ${path} (mode ${mode.toString(8)}).`,
      `Keep them out: chmod 600 ${path}`,
    )
}

function examineMigrations({ applied, pending, unknown }: File): Finding {
  if (unknown > 0)
    return wrong(
      'migrations',
      `A newer Rollcall has written the file: ${applied.slice(-unknown).join(', ')}.`,
      'Start the newer version, or restore a backup from before the upgrade.',
    )
  const done = applied.length === 0 ? 'none' : applied.join(', ')
  if (pending.length === 0) return well('migrations', `All applied: ${done}.`)
  return doubtful(
    'migrations',
    `Applied: ${done}. Pending: ${pending.join(', ')}.`,
    'The next start applies them. Copy the file first.',
  )
}

function* examineJournal({ journal }: File, now: number): Generator<Finding> {
  if (journal === undefined) return
  const { floor, position, oldest, newest } = journal
  const told = (moment: number) => ago(new Date(moment).toISOString(), now)
  yield oldest === undefined || newest === undefined
    ? well('journal', 'Nothing has happened yet.')
    : well(
        'journal',
        `Positions ${floor + 1} to ${position} are kept; the oldest was written ${told(oldest)}, the newest ${told(newest)}.`,
      )
  if (newest !== undefined && newest - now > TOLERANCE)
    yield wrong(
      'clock',
      `The clock is behind what the store has seen: its newest entry was written ${told(newest)}.`,
      'The clock was set back, so sessions live longer than they should. Set it right (timedatectl set-ntp true).',
    )
}

/** Milliseconds that clocks may differ. */
const TOLERANCE = 2_000
