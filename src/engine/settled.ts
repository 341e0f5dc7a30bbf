/**
 * The policy: what may be chosen, and every choice made.
 *
 * @module
 */
import { RollcallError } from '../core/errors.ts'
import { SESSION_KINDS, type SessionKind } from '../core/session.ts'
import { AT_LIMITS, type AtLimit } from '../core/store.ts'
import { type Duration, toMilliseconds } from '../core/time.ts'
import { requireOneOf } from './validate.ts'

/** What an engine goes by. */
export interface SessionPolicy {
  /** Absolute lifetime of a session that asks for none, and the most one may ask for. 30 days. */
  readonly lifetime?: Duration

  /** Longest silence of a session that asks for none. 7 days. */
  readonly idle?: Duration

  /** The most live sessions per user: logins, or of each kind named. Unlimited unless told otherwise. */
  readonly sessionsPerUser?: number | Readonly<Partial<Record<SessionKind, number>>>

  /** What happens at that number. `evict-oldest` unless told otherwise. */
  readonly atLimit?: AtLimit

  /** How long a refreshed token stands beside its successor. 10 s; 5 minutes at most. */
  readonly refreshGrace?: Duration

  /** How long a node may vouch for a session without having asked the store, in milliseconds or a span. 1 s; 0 asks each time. */
  readonly maxStaleness?: Duration

  /**
   * How long after its lease a node may serve the sessions at hand while the store is away; the verdict says `stale`.
   * 0: not at all; 5 minutes at most. An end that nobody could write meanwhile is not seen: weigh that first.
   */
  readonly serveStale?: Duration

  /** The most sessions to keep at hand. 250,000. */
  readonly cached?: number

  /** How long and how much of the journal is kept. 7 days, a million entries. */
  readonly journal?: { readonly age?: Duration; readonly entries?: number }
}

/** A policy without gaps. Spans are milliseconds. */
export interface Settled {
  readonly lifetime: number
  readonly idle: number
  readonly sessionsPerUser: Readonly<Partial<Record<SessionKind, number>>>
  readonly atLimit: AtLimit
  readonly refreshGrace: number
  readonly maxStaleness: number
  readonly serveStale: number
  readonly cached: number
  readonly journal: { readonly age: number; readonly entries: number }
}

/** Fills the gaps of a policy with the defaults. @throws RollcallError `bad-request` for what cannot be meant. */
export function settle(policy: SessionPolicy = {}): Settled {
  return {
    lifetime: toMilliseconds(policy.lifetime ?? '30d', 'lifetime'),
    idle: toMilliseconds(policy.idle ?? '7d', 'idle time'),
    sessionsPerUser: settleLimits(policy.sessionsPerUser),
    atLimit: requireOneOf(policy.atLimit ?? 'evict-oldest', 'atLimit', AT_LIMITS),
    refreshGrace: settleGrace(policy.refreshGrace ?? '10s'),
    maxStaleness: toMilliseconds(policy.maxStaleness ?? '1s', 'maxStaleness'),
    serveStale: settleStale(policy.serveStale ?? 0),
    cached: policy.cached ?? 250_000,
    journal: {
      age: toMilliseconds(policy.journal?.age ?? '7d', 'journal age'),
      entries: policy.journal?.entries ?? 1_000_000,
    },
  }
}

function settleLimits(limits: SessionPolicy['sessionsPerUser']): Settled['sessionsPerUser'] {
  if (limits === undefined) return {}
  const byKind = typeof limits === 'number' ? { login: limits } : limits
  for (const [kind, limit] of Object.entries(byKind)) {
    if (SESSION_KINDS.some((known) => known === kind) && Number.isSafeInteger(limit) && limit > 0) continue
    throw new RollcallError(
      'bad-request',
      `sessionsPerUser takes whole numbers of 1 or more, for ${SESSION_KINDS.join(', ')}; leave out what has no limit.`,
    )
  }
  return byKind
}

/** The longest that sessions at hand may be served without a store, in milliseconds. */
const LONGEST_STALE = 300_000

function settleStale(span: Duration): number {
  const milliseconds = toMilliseconds(span, 'serveStale')
  if (milliseconds <= LONGEST_STALE) return milliseconds
  throw new RollcallError('bad-request', 'serveStale may be 5 minutes at most.')
}

/** The longest grace, in milliseconds: a token that is out of use must be missed some day. */
const LONGEST_GRACE = 300_000

function settleGrace(grace: Duration): number {
  const span = toMilliseconds(grace, 'refresh grace')
  if (span <= LONGEST_GRACE) return span
  throw new RollcallError('bad-request', 'The refresh grace may be 5 minutes at most.')
}
