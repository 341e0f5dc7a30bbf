/**
 * When a session lives and when it does not: pure functions of record and time.
 *
 * @module
 */
import type { Ending, Session } from './session.ts'
import type { Instant } from './time.ts'

/**
 * How long activity may wait in memory before it is written, in milliseconds.
 *
 * Idle expiry is enforced this much later than it is due, so that unwritten activity on any node still counts.
 */
export const ACTIVITY_FLUSH = 30_000

/** How long a tombstone is kept at the least, in milliseconds. */
export const TOMBSTONE_AGE = 86_400_000

/** The part of a session that decides. */
export type Mortal = Pick<Session, 'expiresAt' | 'idleExpiresAt' | 'ending'>

/** The first moment at which a session that nobody ends is refused. */
export function diesAt({ expiresAt, idleExpiresAt }: Pick<Mortal, 'expiresAt' | 'idleExpiresAt'>): Instant {
  return idleExpiresAt === undefined ? expiresAt : Math.min(expiresAt, idleExpiresAt + ACTIVITY_FLUSH)
}

/** Tells whether a session lives at a moment. At the very moment of its expiry it no longer does. */
export function isLive(session: Mortal, at: Instant): boolean {
  return session.ending === undefined && at < diesAt(session)
}

/** How a session is over at a moment, or undefined while it lives. An expiry is dated when it was due. */
export function endingOf(session: Mortal, at: Instant): Ending | undefined {
  if (isLive(session, at)) return undefined
  return session.ending ?? dueEnding(session)
}

/** The ending that time brings to a session. */
export function dueEnding({ expiresAt, idleExpiresAt }: Mortal): Ending {
  const idle = idleExpiresAt !== undefined && idleExpiresAt < expiresAt
  return {
    at: idle ? idleExpiresAt : expiresAt,
    reason: idle ? 'idle' : 'expired',
    by: { kind: 'system', id: 'expiry' },
  }
}
