/**
 * A small dialect that keeps the contract, for spoiling.
 *
 * @module
 */
import { coversRealm, hasScope } from '../../../src/core/access-key.ts'
import type { Session } from '../../../src/core/session.ts'
import type { SessionManager } from '../../../src/engine/manager.ts'
import type { Answer, Call, Dialect, Exchange } from '../../../src/http/dialects/contract.ts'
import { defineDialect } from '../../../src/http/dialects/speak.ts'
import type { Carrier, DialectDescription } from '../../../src/testing/dialect-contract.ts'

/** Makes it. The credential is all that `Authorization` holds. */
export function toy({
  sessions,
  realm,
}: {
  readonly sessions: SessionManager
  readonly realm: string
}): Dialect {
  async function loginOf({ headers }: Exchange): Promise<Session | undefined> {
    const verdict = await sessions.verify(headers.authorization ?? '')
    return verdict.ok && verdict.session.realm === realm && verdict.session.kind === 'login'
      ? verdict.session
      : undefined
  }

  async function remove({ exchange, params }: Call<undefined>): Promise<Answer> {
    const login = await loginOf(exchange)
    if (login === undefined) return no(401)
    const user = await sessions.users.get(login.userId ?? '', realm)
    if (user === undefined || user.role === 'member') return no(403)
    if (!isJson(exchange.body)) return no(400)
    const { ended } = await sessions.end({ realm, id: params.id ?? '' })
    return ended === 1 ? { status: 204 } : no(404)
  }

  async function list({ exchange }: Call<undefined>): Promise<Answer> {
    const key = await sessions.keys.verify(exchange.headers.authorization ?? '')
    if (key === undefined) return no(401)
    if (!coversRealm(key, realm) || !hasScope(key, 'sessions:read')) return no(403)
    const { items } = await sessions.list({ realm })
    return say(200, items)
  }

  async function mine({ exchange }: Call<undefined>): Promise<Answer> {
    const login = await loginOf(exchange)
    return login === undefined ? no(401) : say(200, login)
  }

  return defineDialect<undefined>({
    name: 'toy',
    roots: ['/toy'],
    routes: [
      { method: 'GET', path: '/toy', answer: async () => say(200, 'hello') },
      { method: 'GET', path: '/toy/mine', answer: mine },
      { method: 'GET', path: '/toy/sessions', answer: list },
      { method: 'DELETE', path: '/toy/sessions/:id', answer: remove },
    ],
    admit: async () => ({ ok: true, caller: undefined }),
    no: {
      missing: () => no(404),
      method: () => no(405),
      unreadable: () => no(400),
      failed: () => no(500),
    },
  })
}

const carry: Carrier = (request, secret) => ({
  ...request,
  headers: { ...request.headers, authorization: secret },
})

/** What must be told of it. */
export const toyDescription: DialectDescription = {
  ownRefusal: ({ status, body }) => body === `{"no":${status}}`,
  routes: [
    {
      route: 'GET /toy',
      needs: { is: 'nothing' },
      request: () => ({ method: 'GET', target: '/toy' }),
      carriers: [],
      accepts: [200],
    },
    {
      route: 'GET /toy/mine',
      needs: { is: 'login', role: 'member' },
      request: () => ({ method: 'GET', target: '/toy/mine' }),
      carriers: [carry],
      accepts: [200],
    },
    {
      route: 'GET /toy/sessions',
      needs: { is: 'key', scope: 'sessions:read' },
      request: () => ({ method: 'GET', target: '/toy/sessions' }),
      carriers: [carry],
      accepts: [200],
    },
    {
      route: 'DELETE /toy/sessions/:id',
      needs: { is: 'login', role: 'staff' },
      request: ({ other }) => ({ method: 'DELETE', target: `/toy/sessions/${other.id}`, body: '{}' }),
      carriers: [carry],
      accepts: [204],
      changes: true,
      readsBody: true,
    },
  ],
}

function say(status: number, what: unknown): Answer {
  return { status, body: JSON.stringify(what) }
}

function no(status: number): Answer {
  return say(status, { no: status })
}

function isJson(body: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
    return true
  } catch {
    return false
  }
}
