/**
 * Learning from an engine in this process whose a token is.
 *
 * @module
 */
import type { Live, Refreshed, SessionManager } from '../../engine/manager.ts'
import { requireLive } from '../../protocol/verdicts.ts'
import { type SessionSource, toSignedIn } from './source.ts'

/** What is needed of an engine. */
export type Engine = Pick<SessionManager, 'verify' | 'refresh' | 'end'>

/** Makes a source over an engine. */
export function embeddedSource(engine: Engine): SessionSource {
  return {
    async identify(token, freshness) {
      const { session, user } = requireLive<Live>(await engine.verify(token, freshness))
      return toSignedIn(session, user)
    },
    async renew(presented) {
      const refreshed = await engine.refresh(presented)
      const { session, token } = requireLive<Extract<Refreshed, { readonly ok: true }>>(refreshed)
      return { session, token }
    },
    async leave(_token, { id, realm, userId }) {
      await engine.end({ id, realm }, { reason: 'logout', by: { kind: 'user', id: userId ?? id } })
    },
  }
}
