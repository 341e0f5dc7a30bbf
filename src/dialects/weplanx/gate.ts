/**
 * Who may call: first the pair of cookies, then the session, then the role.
 *
 * @module
 */
import type { Actor } from '../../core/session.ts'
import type { SessionManager } from '../../engine/manager.ts'
import type { Admitted, Answer, Exchange } from '../../http/dialects/contract.ts'
import { cookieOf, forgetCookie } from '../shared/cookies.ts'
import { NO_ECHO, NO_OPERATOR, SIGN_IN, SIGN_IN_AGAIN, WRONG_ECHO } from './answers.ts'
import type { Echo, Pairs } from './pair.ts'

/** What the gate is made of. */
export interface GateParts {
  readonly sessions: Pick<SessionManager, 'verify'>
  readonly realm: string
  readonly pairs: Pairs

  /** Lets users of every role in. */
  readonly anyUser: boolean
}

/** Makes the gate. Whoever asks for what is not guarded comes in as nobody. */
export function gateOf(parts: GateParts): (exchange: Exchange) => Promise<Admitted<Actor | undefined>> {
  return async (exchange) => {
    if (!GUARDED.get(exchange.method)?.test(exchange.path)) return { ok: true, caller: undefined }
    const refusal = SAFE.has(exchange.method) ? undefined : REFUSALS[await parts.pairs.judge(exchange)]
    return refusal === undefined ? letIn(parts, exchange) : { ok: false, answer: refusal }
  }
}

async function letIn(
  { sessions, realm, anyUser }: GateParts,
  exchange: Exchange,
): Promise<Admitted<Actor | undefined>> {
  const token = cookieOf(exchange, COOKIE)
  if (token === undefined) return { ok: false, answer: SIGN_IN }
  const verdict = await sessions.verify(token, { realm })
  if (!verdict.ok || verdict.session.realm !== realm || verdict.session.kind !== 'login')
    return { ok: false, answer: forgetting(exchange) }
  const { user } = verdict
  if (user === undefined || (user.role !== 'operator' && !anyUser)) return { ok: false, answer: NO_OPERATOR }
  return { ok: true, caller: { kind: 'user', id: user.id } }
}

function forgetting({ secure }: Exchange): Answer {
  return { ...SIGN_IN_AGAIN, headers: { 'set-cookie': forgetCookie(COOKIE, secure) } }
}

const COOKIE = 'TOKEN'

/** What there is for callers. Everything else is answered without asking who it is. */
const GUARDED: ReadonlyMap<string, RegExp> = new Map([
  ['GET', /^\/sessions$/],
  ['HEAD', /^\/sessions$/],
  ['DELETE', /^\/sessions\/[^/]+$/],
  ['POST', /^\/sessions\/clear$/],
])

/** Methods that change nothing (RFC 9110 9.2.1). */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD'])

const REFUSALS: Readonly<Record<Echo, Answer | undefined>> = {
  none: NO_ECHO,
  wrong: WRONG_ECHO,
  right: undefined,
}
