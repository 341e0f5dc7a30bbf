/**
 * Numbers about an engine, kept as it goes and read whenever somebody asks.
 *
 * @module
 */
import type { NotLive } from './manager.ts'

/** What an engine has done since it began, and what it has at hand. */
export interface EngineStats {
  readonly verified: Verified

  /** Sessions at hand. */
  readonly atHand: number

  /** Sessions whose activity waits to be written. */
  readonly activityWaiting: number

  /** Milliseconds since this node last asked for all of the journal and got it; absent before the first time. */
  readonly journalReadAgo?: number

  /** The position up to which this node has read the journal; absent before the first time. */
  readonly journalPosition?: string

  /** How much the store's clock is ahead of this machine's, about, in milliseconds; absent before the first read. */
  readonly clockOffset?: number

  /** Whether this node may vouch for what it has at hand; `none` where it asks the store each time. */
  readonly lease: 'held' | 'lost' | 'none'

  /** For how much longer it may, in milliseconds: 0 once it may not. */
  readonly leaseRemaining: number

  /** Whether news of other nodes can be heard at once; `none` where there is no feed, and the journal is read in time. */
  readonly feed: 'connected' | 'silent' | 'none'

  /** `open` while the store does not answer and is not asked; `none` where there is no breaker. */
  readonly breaker: 'closed' | 'open' | 'none'

  /** Writes since it began of which it is not known whether they took effect. */
  readonly unknownOutcomes: number

  /** How old the latest journal entry was when this node got to read it, in milliseconds of the store's clock. */
  readonly journalLag: number
}

/** Verdicts by how they came about. They only grow. */
export interface Verified {
  /** Live, by what was at hand. */
  readonly cached: number

  /** Live, by asking the store. */
  readonly asked: number

  /** Live when the lease ended, and served while the store is away. */
  readonly stale: number

  /** Not live, by what is wrong with the token; by how the session ended, where that is over. */
  readonly refused: Readonly<Record<string, number>>
}

/** Verdicts while they are counted. */
export interface VerdictCount {
  cached: number
  asked: number
  stale: number
  readonly refused: Record<string, number>
}

/** A count of no verdicts yet. */
export function countVerdicts(): VerdictCount {
  return { cached: 0, asked: 0, stale: 0, refused: {} }
}

/** Counts a refusal, and hands it on. */
export function countRefusal({ refused }: VerdictCount, verdict: NotLive): NotLive {
  const reason = verdict.reason === 'ended' ? verdict.ending.reason : verdict.reason
  refused[reason] = (refused[reason] ?? 0) + 1
  return verdict
}
