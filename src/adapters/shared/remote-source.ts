/**
 * Learning from a server whose a token is.
 *
 * @module
 */
import type { Client } from '../../client/client.ts'
import { isProblem } from '../../client/problem.ts'
import { RollcallError } from '../../core/errors.ts'
import { readSessionId } from '../../core/token.ts'
import { type Freshness, isFresh } from '../../engine/freshness.ts'
import type { WireVerdict } from '../../protocol/answers.ts'
import { fromWireSession } from '../../protocol/read-session.ts'
import { type SessionSource, type SignedIn, toSignedIn } from './source.ts'

/**
 * Makes a source over a client: with its access key (scope `sessions:read`) if it has one, else with the token itself.
 * Without a key, freshness is judged by the clock of this machine.
 */
export function remoteSource(client: Client): SessionSource {
  async function byKey(token: string, freshness: Freshness = {}): Promise<SignedIn> {
    const { session, user } = requireStanding(await client.verify(token, freshness))
    return toSignedIn(fromWireSession(session), user)
  }

  async function byToken(token: string, freshness: Freshness = {}): Promise<SignedIn> {
    const { session, user } = await client.as(token).whoami().catch(wrongToken)
    const signedIn = toSignedIn(fromWireSession(session), user)
    if (isFresh(signedIn.session, freshness, Date.now())) return signedIn
    throw new RollcallError('not-fresh')
  }

  const identify = client.hasKey ? byKey : byToken
  return {
    async identify(token, freshness) {
      if (readSessionId(token) === undefined) throw new RollcallError('no-session')
      return identify(token, freshness)
    },
    async renew(presented) {
      const { session, token } = await client.as(presented).refresh().catch(wrongToken)
      if (token === undefined) throw new RollcallError('internal', 'The server kept the successor to itself.')
      return { session: fromWireSession(session), token }
    },
    async leave(token) {
      await client
        .as(token)
        .sessions.end('current')
        .catch((fault: unknown) => {
          if (!isProblem(fault, 'session-ended')) wrongToken(fault)
        })
    },
  }
}

/** A server loses its patience with wrong tokens alone: one that it has no patience for is none. */
function wrongToken(fault: unknown): never {
  throw isProblem(fault, 'too-many-attempts') ? new RollcallError('no-session') : fault
}

type Standing = Extract<WireVerdict, { readonly live: true }>

function requireStanding(verdict: WireVerdict): Standing {
  if (verdict.live) return verdict
  const { reason } = verdict
  if (reason === 'not-fresh' || reason === 'superseded') throw new RollcallError(reason)
  if (reason === 'unknown') throw new RollcallError('no-session')
  throw new RollcallError('session-ended', undefined, { reason })
}
