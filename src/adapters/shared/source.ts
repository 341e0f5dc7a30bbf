/**
 * Where an application learns whose a token is.
 *
 * @module
 */
import type { Session } from '../../core/session.ts'
import type { User } from '../../core/user.ts'
import type { Freshness } from '../../engine/freshness.ts'

/** Whose a token is. It holds no secret: it may be logged, and sent to its holder. */
export interface SignedIn {
  readonly session: Session

  /** Absent for a session of nobody in particular. */
  readonly user?: Pick<User, 'id' | 'displayName' | 'role'>
}

/** A session after an exchange of its token, and the only copy of the successor. */
export interface Renewed {
  readonly session: Session
  readonly token: string
}

/**
 * What adapters ask of sessions. Refusals are thrown as `RollcallError`: `no-session`, `session-ended`, `superseded`,
 * `not-fresh`. Whatever else is thrown counts as not knowing, and never as live.
 */
export interface SessionSource {
  /** Tells whose a token is, and counts that as activity. */
  identify(token: string, freshness?: Freshness): Promise<SignedIn>

  /** Exchanges a token for its successor. */
  renew(token: string): Promise<Renewed>

  /** Ends a live session, as left by the holder of its token. One that is over by now is no failure. */
  leave(token: string, session: Session): Promise<void>
}
