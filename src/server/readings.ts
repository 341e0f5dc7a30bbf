/**
 * Numbers that others keep as they work, and how they are read when somebody looks.
 *
 * @module
 */
import { SESSION_KINDS, type SessionKind } from '../core/session.ts'
import type { SessionManager } from '../engine/manager.ts'
import type { HttpTally } from '../http/watching.ts'
import { nodeReadings } from './node-readings.ts'

/** A number, and what it is of. */
export interface Sample {
  readonly value: number
  readonly labels?: Readonly<Record<string, string>>
}

/** A metric that is read and not kept. A counter's numbers only grow. */
export interface Reading {
  readonly type: 'counter' | 'gauge'
  readonly name: string
  readonly help: string
  readonly labels?: readonly string[]
  readonly read: () => readonly Sample[] | Promise<readonly Sample[]>
}

/** What is read of an engine. */
export function engineReadings(sessions: SessionManager): readonly Reading[] {
  const happened = countEvents(sessions)
  const live = countLive(sessions)
  return [
    {
      type: 'counter',
      name: 'rollcall_verifications_total',
      help: 'Tokens verified: live by what was at hand (cached), live by asking the store (asked), live when the lease ended and served while the store is away (stale), or refused, and why.',
      labels: ['outcome', 'reason'],
      read() {
        const { cached, asked, stale, refused } = sessions.stats().verified
        return [
          { value: cached, labels: { outcome: 'cached', reason: '' } },
          { value: asked, labels: { outcome: 'asked', reason: '' } },
          { value: stale, labels: { outcome: 'stale', reason: '' } },
          ...Object.entries(refused).map(([reason, value]) => ({
            value,
            labels: { outcome: 'refused', reason },
          })),
        ]
      },
    },
    {
      type: 'counter',
      name: 'rollcall_sessions_issued_total',
      help: 'Sessions issued, as the journal tells: the same on every node, so not to be added up.',
      labels: ['kind'],
      read: () => happened('session.created'),
    },
    {
      type: 'counter',
      name: 'rollcall_sessions_refreshed_total',
      help: 'Tokens exchanged for their successors, as the journal tells.',
      labels: ['kind'],
      read: () => happened('session.refreshed'),
    },
    {
      type: 'counter',
      name: 'rollcall_tokens_reused_total',
      help: 'Tokens that came back after their successors had taken their place, as the journal tells.',
      labels: ['kind'],
      read: () => happened('token.reused'),
    },
    {
      type: 'counter',
      name: 'rollcall_sessions_ended_total',
      help: 'Sessions ended, as the journal tells.',
      labels: ['kind', 'reason'],
      read: () => happened('session.ended'),
    },
    {
      type: 'gauge',
      name: 'rollcall_sessions_live',
      help: 'Live sessions in the store, counted every 15 s at the most; beyond a bound about how many.',
      labels: ['kind'],
      read: live,
    },
    {
      type: 'gauge',
      name: 'rollcall_sessions_at_hand',
      help: 'Sessions that this node may vouch for without asking the store.',
      read: () => [{ value: sessions.stats().atHand }],
    },
    {
      type: 'gauge',
      name: 'rollcall_activity_waiting',
      help: 'Sessions whose activity waits in memory to be written.',
      read: () => [{ value: sessions.stats().activityWaiting }],
    },
    {
      type: 'gauge',
      name: 'rollcall_journal_position',
      help: 'Up to which entry this node has read the journal, where the store counts its entries.',
      read() {
        const position = Number(sessions.stats().journalPosition)
        return Number.isFinite(position) ? [{ value: position }] : []
      },
    },
    {
      type: 'gauge',
      name: 'rollcall_journal_read_age_seconds',
      help: 'Since this node last read all of the journal. Beyond the largest staleness it asks the store each time.',
      read() {
        const { journalReadAgo } = sessions.stats()
        return journalReadAgo === undefined ? [] : [{ value: journalReadAgo / 1_000 }]
      },
    },
    {
      type: 'gauge',
      name: 'rollcall_journal_lag_seconds',
      help: 'How old the latest journal entry was when this node got to read it.',
      read: () => [{ value: sessions.stats().journalLag / 1_000 }],
    },
    ...nodeReadings(sessions),
  ]
}

/** What is read of the HTTP application. */
export function tallyReadings(tally: HttpTally): readonly Reading[] {
  return [
    {
      type: 'counter',
      name: 'rollcall_wrong_credentials_total',
      help: 'Tokens and access keys that were sent as credentials and are none.',
      read: () => [{ value: tally.wrongCredentials }],
    },
    {
      type: 'counter',
      name: 'rollcall_too_many_attempts_total',
      help: 'Those of them that were one too many of their client.',
      read: () => [{ value: tally.tooManyAttempts }],
    },
  ]
}

const COUNTED = ['session.created', 'session.refreshed', 'token.reused', 'session.ended'] as const

/** Counts what happens from now on. */
function countEvents(sessions: SessionManager): (type: (typeof COUNTED)[number]) => readonly Sample[] {
  const counts = new Map<string, Map<string, Sample>>(COUNTED.map((type) => [type, new Map()]))
  for (const type of COUNTED) {
    sessions.on(type, (event) => {
      const labels = { kind: event.session.kind, ...('reason' in event && { reason: event.reason }) }
      const key = Object.values(labels).join()
      const value = (counts.get(type)?.get(key)?.value ?? 0) + 1
      counts.get(type)?.set(key, { value, labels })
    })
  }
  return (type) => [...(counts.get(type)?.values() ?? [])]
}

/** Live sessions are counted again after so many milliseconds at the earliest, however often somebody looks. */
const COUNT_AGAIN = 15_000

/** Counts live sessions by kind. While the store is away, the numbers are missing. */
function countLive(sessions: SessionManager): () => Promise<readonly Sample[]> {
  let counted = Number.NEGATIVE_INFINITY
  let samples: Promise<readonly Sample[]> = Promise.resolve([])

  async function count(kind: SessionKind): Promise<Sample> {
    return { value: (await sessions.count({ kind })).count, labels: { kind } }
  }

  return () => {
    if (performance.now() < counted + COUNT_AGAIN) return samples
    counted = performance.now()
    samples = Promise.all(SESSION_KINDS.map(count)).catch(() => {
      counted = Number.NEGATIVE_INFINITY
      return []
    })
    return samples
  }
}
