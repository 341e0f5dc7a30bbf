/**
 * Whether the holder of a session proved recently and strongly enough who they are.
 *
 * @module
 */
import type { Session } from '../core/session.ts'
import { type Duration, type Instant, toMilliseconds } from '../core/time.ts'

/** What is asked of a proof. */
export interface Freshness {
  /** How long ago it may have been, at the most. */
  readonly maxAge?: Duration

  /** How strong it must be, at the least. A session without a level has none. */
  readonly level?: 1 | 2 | 3
}

/** Tells whether a session's proof is fresh at a moment of the store's clock. */
export function isFresh(session: Session, { maxAge, level }: Freshness, at: Instant): boolean {
  const { authenticatedAt, authentication } = session
  if (maxAge !== undefined && at - authenticatedAt > toMilliseconds(maxAge, 'age')) return false
  return level === undefined || (authentication?.level ?? 0) >= level
}
