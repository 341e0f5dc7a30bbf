/**
 * What an adapter is made from.
 *
 * @module
 */
import type { Client } from '../../client/client.ts'
import type { Instant } from '../../core/time.ts'
import type { CookieName } from '../../protocol/cookies.ts'
import { type Engine, embeddedSource } from './embedded-source.ts'
import { remoteSource } from './remote-source.ts'
import type { SessionSource } from './source.ts'

/** An engine of one's own, a client of a server, or anything else that can tell whose a token is. */
export type Sessions = Engine | Client | SessionSource

/** How an adapter behaves. */
export interface AdapterOptions {
  /** Exact origins, such as `https://admin.example.com`, whose pages may use the session cookie for changes too. */
  readonly allowOrigins?: readonly string[]

  /**
   * The name of the cookie. Unless told otherwise it is `rollcall` for what never left this machine and came without
   * TLS, and `__Host-rollcall` for everything else. Behind a proxy on the same machine, say which.
   */
  readonly cookie?: CookieName

  /** Hears what is answered with a status of 500 or more. */
  readonly report?: (fault: unknown) => void
}

/** A session that was just issued, as an engine or a client answers it. */
export interface NewSession {
  readonly session: { readonly id: string; readonly expiresAt: Instant | string }
  readonly token: string
}

/** Makes a source of whatever tells. */
export function sourceOf(sessions: Sessions): SessionSource {
  if ('identify' in sessions) return sessions
  return 'me' in sessions ? remoteSource(sessions) : embeddedSource(sessions)
}
