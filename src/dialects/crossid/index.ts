/**
 * Crossid, the session API of an identity service that grew from Ory Kratos 0.5: who am I, and revoke.
 *
 * @module
 */
import { DEFAULT_REALM } from '../../core/user.ts'
import type { Live, SessionManager } from '../../engine/manager.ts'
import type { Answer, Dialect, Exchange } from '../../http/dialects/contract.ts'
import { defineDialect } from '../../http/dialects/speak.ts'
import { SECURE_COOKIE } from '../../protocol/cookies.ts'
import { cookieOf, forgetCookie } from '../shared/cookies.ts'
import { fail, toAnswer } from './answers.ts'
import { callerOf, isCrossSite, meantBy } from './credentials.ts'
import { namedBy } from './revoke.ts'

/** What crossid is spoken over. */
export interface CrossidOptions {
  readonly sessions: Pick<SessionManager, 'verify' | 'end'>

  /** `default` unless told otherwise. */
  readonly realm?: string

  /** Name of the cookie that may carry a token; `__Host-rollcall` unless told otherwise. */
  readonly cookie?: string

  /** Origins besides its own whose pages may revoke with a cookie, such as `https://app.example.com`. */
  readonly allowOrigins?: readonly string[]
}

/**
 * Makes the dialect. It knows logins of its realm; every other token is as if it had never been.
 *
 * @example
 * ```ts
 * createApp({ sessions, mounts: [{ dialect: crossid({ sessions, realm: 'shop' }) }] })
 * ```
 */
export function crossid(options: CrossidOptions): Dialect {
  const { sessions, realm = DEFAULT_REALM, cookie = SECURE_COOKIE, allowOrigins = [] } = options
  const shown = new WeakMap<Live, Answer>()

  async function find(token: string, active: boolean): Promise<Live | undefined> {
    const verdict = await sessions.verify(token, { active, realm })
    if (!verdict.ok || verdict.session.realm !== realm) return undefined
    return verdict.session.kind === 'login' ? verdict : undefined
  }

  async function whoami(exchange: Exchange): Promise<Answer> {
    const caller = callerOf(exchange, cookie)
    const live = caller && (await find(caller.token, true))
    if (live === undefined) return fail(401)
    const answer = shown.get(live) ?? toAnswer(live)
    shown.set(live, answer)
    return answer
  }

  async function revoke(exchange: Exchange): Promise<Answer> {
    const named = namedBy(exchange)
    if (named === undefined) return fail(400)
    if (named.token !== undefined) return end(exchange, named.token, 'revoked')
    const own = meantBy(exchange, cookie)
    if (own === undefined) return fail(400)
    if (own.byCookie && isCrossSite(exchange, allowOrigins)) return fail(403)
    return end(exchange, own.token, 'logout')
  }

  async function end(exchange: Exchange, token: string, reason: 'logout' | 'revoked'): Promise<Answer> {
    const live = await find(token, false)
    if (live !== undefined) {
      const { id, userId = '' } = live.session
      await sessions.end({ realm, id }, { reason, by: { kind: 'user', id: userId } })
    }
    return { status: 204, headers: forgetting(exchange, cookie, token) }
  }

  return defineDialect<undefined>({
    name: 'crossid',
    roots: ['/api/v1/auth'],
    routes: [
      { method: 'GET', path: '/api/v1/auth/sessions/whoami', answer: ({ exchange }) => whoami(exchange) },
      { method: 'DELETE', path: '/api/v1/auth/sessions/revoke', answer: ({ exchange }) => revoke(exchange) },
    ],
    admit: async () => ({ ok: true, caller: undefined }),
    no: {
      missing: () => fail(404),
      method: (_exchange, allowed) => fail(405, { allow: allowed.flatMap(withHead).join(', ') }),
      unreadable: () => fail(400),
      failed: () => fail(500),
    },
    finish: (answer) => ({ ...answer, headers: { ...answer.headers, 'cache-control': 'no-store' } }),
  })
}

function withHead(method: string): readonly string[] {
  return method === 'GET' ? ['GET', 'HEAD'] : [method]
}

/** Takes the cookie back where it carried the token that is over now. */
function forgetting(exchange: Exchange, cookie: string, token: string): Readonly<Record<string, string>> {
  return cookieOf(exchange, cookie) === token ? { 'set-cookie': forgetCookie(cookie, exchange.secure) } : {}
}
