/**
 * Where an application learns whose a token is: from an engine of its own, or from a server.
 *
 * @module
 */
import type { Client } from '../../client/client.ts'
import type { Session } from '../../core/session.ts'
import type { Duration } from '../../core/time.ts'
import type { User } from '../../core/user.ts'
import type { SessionManager } from '../../engine/manager.ts'
import { requireLive } from '../../protocol/verdicts.ts'
import { remoteSource } from './remote-source.ts'

/** Whose a token is. */
export interface SignedIn {
  readonly session: Session

  /** Absent for a session of nobody in particular. */
  readonly user?: Pick<User, 'id' | 'displayName' | 'role'>
}

/** How lately, and how strongly, the holder must have proved who they are. */
export interface Freshness {
  /** How long ago at the most, such as `5m`. */
  readonly maxAge?: Duration

  /** At least that strongly: 1 one factor, 2 two factors, 3 hardware-bound. */
  readonly level?: 1 | 2 | 3
}

/**
 * What adapters ask of sessions. Refusals are thrown as `RollcallError`: `no-session`, `session-ended`, `superseded`,
 * `not-fresh`. Whatever else is thrown counts as not knowing, and never as live.
 */
export interface SessionSource {
  /** Tells whose a token is, and counts that as activity. */
  identify(token: string, freshness?: Freshness): Promise<SignedIn>

  /** Exchanges a token for its successor. */
  renew(token: string): Promise<SignedIn & { readonly token: string }>

  /** Ends the session of a token, as left by its holder. One that is over already is no failure. */
  leave(token: string, session: Session): Promise<void>
}

/** An engine of one's own, a client of a server, or anything else that can tell. */
export type Sessions = Pick<SessionManager, 'verify' | 'refresh' | 'end'> | Client | SessionSource

/** Makes a source of whatever tells. */
export function sourceOf(sessions: Sessions): SessionSource {
  if ('identify' in sessions) return sessions
  return 'me' in sessions ? remoteSource(sessions) : embeddedSource(sessions)
}

function embeddedSource(manager: Pick<SessionManager, 'verify' | 'refresh' | 'end'>): SessionSource {
  return {
    identify: async (token, freshness) => toSignedIn(requireLive(await manager.verify(token, freshness))),
    async renew(token) {
      const renewed = requireLive(await manager.refresh(token))
      return { ...toSignedIn(renewed), token: renewed.token }
    },
    async leave(_token, { id, realm, userId }) {
      await manager.end({ id, realm }, { reason: 'logout', by: { kind: 'user', id: userId ?? id } })
    },
  }
}

function toSignedIn({ session, user }: { readonly session: Session; readonly user?: User }): SignedIn {
  if (user === undefined) return { session }
  const { id, displayName, role } = user
  return { session, user: { id, role, ...(displayName !== undefined && { displayName }) } }
}
