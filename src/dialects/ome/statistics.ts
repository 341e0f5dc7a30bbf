/**
 * The statistics page of a session.
 *
 * @module
 */
import type { Session } from '../../core/session.ts'
import type { Instant } from '../../core/time.ts'
import type { Answer } from '../../http/dialects/contract.ts'
import { say } from './answers.ts'
import { toOffsetTime } from './moments.ts'

/** What was sent over the line of a session. Throughput is in bits per second. */
export interface SessionStatistics {
  readonly totalBytesOut: number
  readonly lastThroughputOut: number
  readonly avgThroughputOut: number
  readonly maxThroughputOut: number
  readonly lastSentAt: Instant
  readonly lastUpdatedAt: Instant
}

/** Knows what was sent over the line of a session; undefined where this server holds none. */
export type ReadStatistics = (
  session: Session,
) => SessionStatistics | undefined | Promise<SessionStatistics | undefined>

/** Writes the page. Without a line there are no figures: they are 0, and its moments are those of its activity. */
export async function sayStatistics(session: Session, read: ReadStatistics | undefined): Promise<Answer> {
  const statistics = (await read?.(session)) ?? {
    totalBytesOut: 0,
    lastThroughputOut: 0,
    avgThroughputOut: 0,
    maxThroughputOut: 0,
    lastSentAt: session.lastActiveAt,
    lastUpdatedAt: session.lastActiveAt,
  }
  return say(200, {
    avgThroughputOut: statistics.avgThroughputOut,
    createdTime: toOffsetTime(session.issuedAt),
    lastSentTime: toOffsetTime(statistics.lastSentAt),
    lastThroughputOut: statistics.lastThroughputOut,
    lastUpdatedTime: toOffsetTime(statistics.lastUpdatedAt),
    maxThroughputOut: statistics.maxThroughputOut,
    totalBytesOut: statistics.totalBytesOut,
  })
}
