/**
 * Learning from a server whose a token is.
 *
 * @module
 */
import type { Client } from '../../client/client.ts'
import { isProblem } from '../../client/problem.ts'
import { RollcallError } from '../../core/errors.ts'
import type { Session } from '../../core/session.ts'
import { toMilliseconds } from '../../core/time.ts'
import { readSessionId } from '../../core/token.ts'
import type { WireVerdict } from '../../protocol/answers.ts'
import type { WireHolder } from '../../protocol/answers-shapes.ts'
import { fromWireSession } from '../../protocol/read-session.ts'
import type { WireSession } from '../../protocol/shapes.ts'
import { fromProblem } from './failures.ts'
import type { Freshness, SessionSource, SignedIn } from './source.ts'

/**
 * Makes a source over a client: with its access key (scope `sessions:read`) if it has one, else with the token itself.
 * Without a key, freshness is judged by the clock of this machine.
 */
export function remoteSource(client: Client): SessionSource {
  const identify = client.hasKey ? byKey : byToken

  async function byKey(token: string, freshness: Freshness = {}): Promise<SignedIn> {
    return toLive(await client.verify(token, freshness))
  }

  async function byToken(token: string, freshness: Freshness = {}): Promise<SignedIn> {
    const signedIn = toSignedIn(await client.as(token).whoami())
    if (!isFresh(signedIn.session, freshness)) throw new RollcallError('not-fresh')
    return signedIn
  }

  return {
    async identify(token, freshness) {
      if (readSessionId(token) === undefined) throw new RollcallError('no-session')
      return identify(token, freshness).catch(explain)
    },

    async renew(token) {
      const renewed = await client.as(token).refresh().catch(explain)
      if (renewed.token === undefined) throw new RollcallError('internal', 'a token was not handed out')
      return { session: fromWireSession(renewed.session), token: renewed.token }
    },

    async leave(token) {
      await client
        .as(token)
        .sessions.end('current')
        .catch((fault: unknown) => {
          if (!isProblem(fault, 'session-ended')) explain(fault)
        })
    },
  }
}
