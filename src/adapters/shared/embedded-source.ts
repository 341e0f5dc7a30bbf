/**
 * Learning from an engine in this process whose a token is.
 *
 * @module
 */
import type { Live, Refreshed, SessionManager } from '../../engine/manager.ts'
import { requireLive } from '../../protocol/verdicts.ts'
import type { SessionSource, SignedIn } from './source.ts'

/** What is needed of an engine. */
export type Engine = Pick<SessionManager, 'verify' | 'refresh' | 'end'>

/** Makes a source over an engine. */
export function embeddedSource(engine: Engine): SessionSource {
  return {
    identify: async (token, freshness) =>
      toSignedIn(requireLive<Live>(await engine.verify(token, freshness))),
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

function toSignedIn({ session, user }: Live): SignedIn {
  if (user === undefined) return { session }
  const { id, displayName, role } = user
  return { session, user: { id, ...(displayName !== undefined && { displayName }), role } }
}
