/**
 * Reading a session of the wire, in the words of core.
 *
 * @module
 */
import type { Session } from '../core/session.ts'
import type { Instant } from '../core/time.ts'
import type { WireSession } from './shapes.ts'

/** Reads a session: moments become milliseconds. */
export function fromWireSession(session: WireSession): Session {
  const { issuedAt, authenticatedAt, lastActiveAt, expiresAt, idleExpiresAt, ending, ...rest } = session
  return {
    ...rest,
    issuedAt: fromTime(issuedAt),
    authenticatedAt: fromTime(authenticatedAt),
    lastActiveAt: fromTime(lastActiveAt),
    expiresAt: fromTime(expiresAt),
    ...(idleExpiresAt !== undefined && { idleExpiresAt: fromTime(idleExpiresAt) }),
    ...(ending && { ending: { ...ending, at: fromTime(ending.at) } }),
  }
}

/** Reads a moment. */
export function fromTime(text: string): Instant {
  return Date.parse(text)
}
