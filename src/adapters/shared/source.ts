/**
 * Where an application learns whose a token is.
 *
 * @module
 */
import { RollcallError } from '../../core/errors.ts'
import type { Session } from '../../core/session.ts'
import type { User } from '../../core/user.ts'
import type { Freshness } from '../../engine/freshness.ts'

/** Whose a token is. It holds no secret: it may be logged, and sent to its holder. */
export interface SignedIn {
  readonly session: Session
  readonly user: SignedInUser
}

/** A user, as an application sees them. */
export type SignedInUser = Pick<User, 'id' | 'displayName' | 'role'>

/** A session after an exchange of its token, and the only copy of the successor. */
export interface Renewed {
  readonly session: Session
  readonly token: string
}

/**
 * What adapters ask of sessions. Refusals are thrown as `RollcallError`: `no-session`, `session-ended`, `superseded`,
 * `not-fresh`, and `forbidden` for a session of nobody in particular. Whatever else is thrown counts as not knowing, and never as live.
 */
export interface SessionSource {
  /** Tells whose a token is, and counts that as activity. */
  identify(token: string, freshness?: Freshness): Promise<SignedIn>

  /** Exchanges a token for its successor. */
  renew(token: string): Promise<Renewed>

  /** Ends a live session, as left by the holder of its token. One that is over by now is no failure. */
  leave(token: string, session: Session): Promise<void>
}

/** Whose a session is. @throws RollcallError `forbidden` for one that is nobody's, such as an anonymous playback */
export function toSignedIn(session: Session, user: SignedInUser | undefined): SignedIn {
  if (user === undefined)
    throw new RollcallError('forbidden', 'This is for sessions of a user. Sign in first.')
  const { id, displayName, role } = user
  return { session, user: { id, ...(displayName !== undefined && { displayName }), role } }
}
