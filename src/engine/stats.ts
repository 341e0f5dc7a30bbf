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

  /** How old the latest journal entry was when this node got to read it, in milliseconds of the store's clock. */
  readonly journalLag: number
}

/** Verdicts by how they came about. They only grow. */
export interface Verified {
  /** Live, by what was at hand. */
  readonly cached: number

  /** Live, by asking the store. */
  readonly asked: number

  /** Not live, by what is wrong with the token; by how the session ended, where that is over. */
  readonly refused: Readonly<Record<string, number>>
}

/** Verdicts while they are counted. */
export interface VerdictCount {
  cached: number
  asked: number
  readonly refused: Record<string, number>
}

/** A count of no verdicts yet. */
export function countVerdicts(): VerdictCount {
  return { cached: 0, asked: 0, refused: {} }
}

/** Counts a refusal, and hands it on. */
export function countRefusal({ refused }: VerdictCount, verdict: NotLive): NotLive {
  const reason = verdict.reason === 'ended' ? verdict.ending.reason : verdict.reason
  refused[reason] = (refused[reason] ?? 0) + 1
  return verdict
}
