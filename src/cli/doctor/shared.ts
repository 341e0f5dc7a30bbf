/**
 * Whether a store that nodes share is as it should be, and who shares it.
 *
 * @module
 */
import type { SharedFacts } from '../../server/inspect-shared.ts'
import { counted, sized } from '../phrases.ts'
import { doubtful, type Finding, well, wrong } from './finding.ts'

/** Milliseconds that clocks may differ before people should know. The store's decides. */
const TOLERANCE = 2_000

/** Judges what a shared store tells of itself. */
export function examineShared(facts: SharedFacts): readonly Finding[] {
  const { name, version, bytes, replication, caveats } = facts
  return [
    well('store', `${name} answers: ${version}, ${sized(bytes)}, ${replication}.`),
    ...caveats.map((caveat) => toFinding(caveat)),
    ...examineMigrations(facts),
    examineOffset(facts),
    ...examineNodes(facts),
  ]
}

/** A caveat says what it is, and what to do: its last sentence. */
function toFinding(caveat: string): Finding {
  const [, says = caveat, advice = 'See the page of this store: docs/stores.'] =
    /^(.*?[.:].*?) ((?:[A-Z])[^.]*\.)$/s.exec(caveat) ?? []
  return doubtful('store', says, advice)
}

function examineMigrations({ migrations }: SharedFacts): readonly Finding[] {
  if (migrations === undefined) return []
  const { applied, pending, unknown } = migrations
  if (unknown > 0)
    return [
      wrong(
        'migrations',
        `A newer Rollcall has written the schema: ${applied.slice(-unknown).join(', ')}.`,
        'Start the newer version, or restore a backup from before the upgrade.',
      ),
    ]
  const done = applied.length === 0 ? 'none' : applied.join(', ')
  if (pending.length === 0) return [well('migrations', `All applied: ${done}.`)]
  return [
    doubtful(
      'migrations',
      `Applied: ${done}. Pending: ${pending.join(', ')}.`,
      'The next start applies them. Back the database up first.',
    ),
  ]
}

function examineOffset({ clock: { offset, uncertainty } }: SharedFacts): Finding {
  const about = `${Math.round(Math.abs(offset))} ms ${offset > 0 ? 'ahead of' : 'behind'} this machine's, within ${Math.ceil(uncertainty)} ms`
  if (Math.abs(offset) - uncertainty <= TOLERANCE)
    return well('clock', `The clock of the store, which decides, is ${about}.`)
  return doubtful(
    'clock',
    `The clock of the store, which decides, is ${about}.`,
    'Sessions end by it, so nothing breaks here; what people see is dated by it. Set both right (timedatectl set-ntp true).',
  )
}

function* examineNodes({ nodes, heard }: SharedFacts): Generator<Finding> {
  if (nodes === undefined) return
  yield well('nodes', `Shared by ${counted(nodes.nodes.length, 'node')} just now.`)
  for (const { id, address = 'no address', version, leaseUntil } of nodes.nodes) {
    const left = leaseUntil - nodes.at
    yield left > 0
      ? well('nodes', `${id} (${address}, ${version}) has a lease for ${Math.round(left)} ms more.`)
      : doubtful(
          'nodes',
          `${id} (${address}, ${version}) has let its lease end ${Math.round(-left)} ms ago.`,
          'Until it renews, it asks the store each time. See whether it still runs, and reaches the store.',
        )
  }
  yield heard
    ? well('feed', 'News between nodes can be heard.')
    : doubtful(
        'feed',
        'News between nodes cannot be heard.',
        'Ends are then noticed within --max-staleness and not at once. Point --feed past what is in between.',
      )
}
