/**
 * Ways to spoil a dialect that keeps the contract: what it is told by its engine, or what it answers.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import type { AccessKey } from '../../../src/core/access-key.ts'
import type { Session } from '../../../src/core/session.ts'
import type { Role } from '../../../src/core/user.ts'
import type { Live, SessionManager, Verdict } from '../../../src/engine/manager.ts'
import type { Answer, Dialect, Exchange } from '../../../src/http/dialects/contract.ts'

/** What is to be spoilt. */
export interface Parts {
  readonly dialect: Dialect
  readonly sessions: SessionManager
  readonly realm: string
}

/** One way. */
export interface Flaw {
  /** What the engine says to the dialect. */
  readonly engine?: (sessions: SessionManager, realm: string) => SessionManager

  /** What the dialect says to the world. */
  readonly dialect?: (parts: Parts) => Partial<Dialect>
}

/** All of them. Each reads on from "a dialect that …". */
export const FLAWS: Readonly<Record<string, Flaw>> = {
  'takes any session for a login': verified((live) =>
    behind({ ...live.session, kind: 'login' }, live.user?.role),
  ),
  'takes a key for the token of a login': unverified(
    async (token, sessions, realm) => (await sessions.keys.verify(token)) && anyLogin(sessions, realm),
  ),
  'takes the token of a login for a key': keyed(async (key, secret, sessions) =>
    (await sessions.verify(secret)).ok ? ANY_KEY : key,
  ),
  'takes tokens of any realm': verified((live, realm) => behind({ ...live.session, realm }, live.user?.role)),
  'takes keys of any realm': keyed(async (key) => key && { ...key, realm: '*' }),
  'asks for no role': {
    engine: (sessions) => ({
      ...sessions,
      async verify(token) {
        const verdict = await sessions.verify(token)
        return verdict.ok ? behind(verdict.session) : verdict
      },
      users: {
        ...sessions.users,
        async get(id, realm) {
          const user = await sessions.users.get(id, realm)
          return user && { ...user, role: 'operator' }
        },
      },
    }),
  },
  'asks for no scope': keyed(async (key) => key && { ...key, scopes: ['admin'] }),
  'takes an id for a token': unverified(async (token, sessions) => sessions.get(token)),
  'looks no further than the id in a token': unverified(async (token, sessions) =>
    sessions.get(`ses_${token.slice(4, 26)}`),
  ),
  'lets in whoever has nothing': unverified(async (token, sessions, realm) =>
    token === '' ? anyLogin(sessions, realm) : undefined,
  ),
  'takes tokens of sessions that are over': {
    engine: (sessions) => ({
      ...sessions,
      async verify(token) {
        const verdict = await sessions.verify(token)
        return !verdict.ok && verdict.reason === 'ended' ? behind(verdict.session) : verdict
      },
    }),
  },
  'takes keys that were withdrawn': {
    engine: (sessions) => ({
      ...sessions,
      keys: { ...sessions.keys, withdraw: async () => ANY_KEY },
    }),
  },
  'lets nobody in': {
    engine: (sessions) => ({ ...sessions, verify: async () => ({ ok: false, reason: 'unknown' }) }),
  },
  'acknowledges what it has not done': {
    engine: (sessions) => ({
      ...sessions,
      end: async (selector, request) => ({
        ...(await sessions.end(selector, { ...request, dryRun: true })),
        ended: 1,
      }),
    }),
  },
  'changes something where it only reads': endingAt(200),
  'ends before it asks who': endingAt(401),
  'ends before it asks for a role': endingAt(403),
  'ends before it reads': endingAt(400),
  'ends somebody else where there is nobody': endingAt(404),
  'repeats the credential in its body': answering((answer, { headers }) => ({
    ...answer,
    body: JSON.stringify({ debug: headers.authorization }),
  })),
  'repeats the credential in a header': adding('x-debug', (secret) => secret),
  'sets a cookie with the credential': adding('set-cookie', (secret) => `t=${secret}; HttpOnly`),
  'tells a hash in base64': adding('etag', (secret) => hash(secret).toString('base64')),
  'tells a hash in base64url': adding('etag', (secret) => hash(secret).toString('base64url')),
  'tells a hash in hexadecimal': adding('etag', (secret) => hash(secret).toString('hex')),
  'answers text': adding('content-type', () => 'text/plain'),
  'calls JSON what is none': answering((answer) => ({ ...answer, body: `${answer.body}}` })),
  'has a body where there is no content': answering((answer) =>
    answer.status === 204 ? { ...answer, body: '{}' } : answer,
  ),
  'fails over what it cannot read': instead(400, { status: 500, body: '{"no":500}' }),
  'takes what it cannot read for nothing': instead(400, { status: 200, body: '{}' }),
  'takes a lost store for a lost session': instead(500, { status: 401, body: '{"no":401}' }),
  'leaves words to its framework': instead(400, { status: 400, body: '{"error":"Bad Request"}' }),
  'reads no more of what is too large': {
    dialect: ({ dialect }) => ({
      speak: (exchange) =>
        dialect.speak(
          exchange.oversized
            ? { ...exchange, oversized: false, body: new TextEncoder().encode('{}') }
            : exchange,
        ),
    }),
  },
  'leaves too many headers to its framework': {
    dialect: () => ({ refuse: () => ({ status: 431, body: '{"error":"Too many headers"}' }) }),
  },
  'has a route that nobody told of': {
    dialect: ({ dialect }) => ({ routes: [...dialect.routes, { method: 'GET', path: '/toy/secret' }] }),
  },
  'lacks a route that was told of': { dialect: ({ dialect }) => ({ routes: dialect.routes.slice(1) }) },
}

const ANY_KEY: AccessKey = { id: 'key_any', name: 'any', realm: '*', scopes: ['admin'], createdAt: 0 }

function behind(session: Session, role: Role = 'operator'): Live {
  const { userId: id = '', realm } = session
  return { ok: true, session, user: { id, realm, role, banned: false } }
}

async function anyLogin(sessions: SessionManager, realm: string): Promise<Session | undefined> {
  const { items } = await sessions.list({ realm, kind: 'login' })
  return items[0]
}

function verified(change: (live: Live, realm: string) => Verdict): Flaw {
  return {
    engine: (sessions, realm) => ({
      ...sessions,
      async verify(token) {
        const verdict = await sessions.verify(token)
        return verdict.ok ? change(verdict, realm) : verdict
      },
    }),
  }
}

function unverified(
  find: (token: string, sessions: SessionManager, realm: string) => Promise<Session | undefined>,
): Flaw {
  return {
    engine: (sessions, realm) => ({
      ...sessions,
      async verify(token) {
        const verdict = await sessions.verify(token)
        const session = verdict.ok ? undefined : await find(token, sessions, realm)
        return session === undefined ? verdict : behind(session)
      },
    }),
  }
}

function keyed(
  change: (
    key: AccessKey | undefined,
    secret: string,
    sessions: SessionManager,
  ) => Promise<AccessKey | undefined>,
): Flaw {
  return {
    engine: (sessions) => ({
      ...sessions,
      keys: {
        ...sessions.keys,
        verify: async (secret) => change(await sessions.keys.verify(secret), secret, sessions),
      },
    }),
  }
}

function answering(change: (answer: Answer, exchange: Exchange) => Answer): Flaw {
  return {
    dialect: ({ dialect }) => ({
      speak: async (exchange) => change(await dialect.speak(exchange), exchange),
    }),
  }
}

function endingAt(status: number): Flaw {
  return {
    dialect: ({ dialect, sessions, realm }) => ({
      async speak(exchange) {
        const answer = await dialect.speak(exchange)
        if (answer.status === status) await sessions.end({ realm, everyone: true })
        return answer
      },
    }),
  }
}

function adding(name: string, value: (secret: string) => string): Flaw {
  return answering((answer, { headers: { authorization = '' } }) => ({
    ...answer,
    headers: { ...answer.headers, [name]: value(authorization) },
  }))
}

function instead(status: number, other: Answer): Flaw {
  return answering((answer) => (answer.status === status ? other : answer))
}

function hash(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}
