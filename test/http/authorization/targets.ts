import type { OperationName } from '../../../src/http/openapi/operation.ts'
import type { Cast } from './cast.ts'

/** What a request says besides its method, its path and its credential. */
export interface Aim {
  readonly id?: string
  readonly query?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

type Aims = Readonly<Record<string, (cast: Cast) => Aim>>

const MISSING = 'ses_1111111111111111111111'
const MISSING_TOKEN = `rct_${'1'.repeat(72)}`
const unknown = { malformed: () => ({ query: 'unknown=1' }) }

/** Targets of routes about one session, each with the same body. */
function sessionsBy(body?: unknown): Aims {
  const more = body === undefined ? {} : { body }
  return {
    adas: ({ sessions }) => ({ id: sessions.adas.id, ...more }),
    bobs: ({ sessions }) => ({ id: sessions.bobs.id, ...more }),
    missing: () => ({ id: MISSING, ...more }),
    malformed: () => ({ id: 'ses_%00..', ...more }),
    ended: ({ sessions }) => ({ id: sessions.over.id, ...more }),
    foreign: ({ sessions }) => ({ id: sessions.zoes.id, ...more }),
  }
}

/** Targets of routes about one user, each with the same body. */
function usersBy(body?: unknown): Aims {
  const more = body === undefined ? {} : { body }
  return {
    ada: () => ({ id: 'ada', ...more }),
    zoe: () => ({ id: 'zoe', ...more }),
    here: ({ realm }) => ({ id: 'ada', query: `realm=${realm}`, ...more }),
    there: ({ otherRealm }) => ({ id: 'zoe', query: `realm=${otherRealm}`, ...more }),
    missing: () => ({ id: 'nobody', ...more }),
    malformed: () => ({ id: 'a%00b', ...more }),
  }
}

/** Targets of routes about a realm. */
const realms: Aims = {
  unnamed: () => ({}),
  here: ({ realm }) => ({ query: `realm=${realm}` }),
  there: ({ otherRealm }) => ({ query: `realm=${otherRealm}` }),
  malformed: () => ({ query: 'unknown=1' }),
}

const self: Aims = { self: () => ({}) }
const asking: Aims = { ...self, ...unknown }
const label = { label: 'renamed' }
/** Somebody whom nobody has met: not even in the realm that goes without saying. */
const newcomer = ({ realm }: Cast): { readonly user: { readonly id: string } } => ({
  user: { id: `new-${realm.slice(5)}` },
})
const key = { name: 'made', scopes: ['sessions:read'] }

const issuing: Aims = {
  unnamed: (cast) => ({ body: newcomer(cast) }),
  here: (cast) => ({ body: { ...newcomer(cast), realm: cast.realm } }),
  there: (cast) => ({ body: { user: { id: 'new' }, realm: cast.otherRealm } }),
  malformed: (cast) => ({ body: { ...newcomer(cast), epoch: 1 } }),
  promoted: (cast) => ({ body: { user: { ...newcomer(cast).user, role: 'operator' } } }),
  parent: ({ sessions }) => ({
    body: { user: { id: 'ada' }, kind: 'connection', parentId: sessions.adas.id },
  }),
  ended: ({ sessions }) => ({
    body: { user: { id: 'ada' }, kind: 'connection', parentId: sessions.over.id },
  }),
  foreign: ({ sessions }) => ({
    body: { user: { id: 'zoe' }, kind: 'connection', parentId: sessions.zoes.id },
  }),
}

const verifying: Aims = {
  adas: ({ sessions }) => ({ body: { token: sessions.adas.token } }),
  bobs: ({ sessions }) => ({ body: { token: sessions.bobs.token } }),
  missing: () => ({ body: { token: MISSING_TOKEN } }),
  malformed: () => ({ body: { token: 'nonsense' } }),
  ended: ({ sessions }) => ({ body: { token: sessions.over.token } }),
  foreign: ({ sessions }) => ({ body: { token: sessions.zoes.token } }),
  empty: () => ({ body: {} }),
}

const ending: Aims = {
  adas: ({ sessions }) => ({ body: { selector: { id: sessions.adas.id } } }),
  bobs: ({ sessions }) => ({ body: { selector: { id: sessions.bobs.id } } }),
  missing: () => ({ body: { selector: { id: MISSING } } }),
  ended: ({ sessions }) => ({ body: { selector: { id: sessions.over.id } } }),
  foreign: ({ sessions }) => ({ body: { selector: { id: sessions.zoes.id } } }),
  named: ({ sessions, otherRealm }) => ({ body: { selector: { id: sessions.zoes.id, realm: otherRealm } } }),
  user: ({ realm }) => ({ body: { selector: { user: 'ada', realm } } }),
  everyone: ({ realm }) => ({ body: { selector: { everyone: true, realm } } }),
  malformed: () => ({ body: { selector: {} } }),
}

/** What each target of the table is, route by route. */
export const TARGETS: Readonly<Record<OperationName, Aims>> = {
  'GET /healthz': self,
  'GET /readyz': self,
  'GET /': self,
  'GET /openapi.json': self,
  'GET /docs': self,
  'GET /metrics': { remote: () => ({ headers: { 'x-forwarded-for': '203.0.113.7' } }) },
  'GET /v1/whoami': asking,
  'POST /v1/me/refresh': asking,
  'GET /v1/me/sessions': asking,
  'DELETE /v1/me/sessions': {
    others: () => ({ query: 'scope=others' }),
    all: () => ({ query: 'scope=all' }),
    missing: () => ({}),
    malformed: () => ({ query: 'scope=nonsense' }),
  },
  'PATCH /v1/me/sessions/{id}': { current: () => ({ id: 'current', body: label }), ...sessionsBy(label) },
  'DELETE /v1/me/sessions/{id}': { current: () => ({ id: 'current' }), ...sessionsBy() },
  'GET /v1/live': { plain: () => ({}), malformed: () => ({ query: 'rooms=1' }) },
  'GET /v1/live/events': {
    afar: () => ({ headers: { origin: 'https://evil.example' } }),
    malformed: () => ({ query: 'rooms=1' }),
  },
  'POST /v1/sessions': issuing,
  'POST /v1/verify': verifying,
  'GET /v1/sessions': realms,
  'GET /v1/sessions/count': realms,
  'GET /v1/sessions/{id}': sessionsBy(),
  'PATCH /v1/sessions/{id}': sessionsBy(label),
  'DELETE /v1/sessions/{id}': sessionsBy(),
  'POST /v1/sessions/end': ending,
  'GET /v1/users': realms,
  'GET /v1/users/{id}': usersBy(),
  'PATCH /v1/users/{id}': usersBy({ banned: true }),
  'GET /v1/users/{id}/sessions': usersBy(),
  'DELETE /v1/users/{id}/sessions': usersBy(),
  'GET /v1/presence': {
    unnamed: () => ({ query: 'user=ada' }),
    here: ({ realm }) => ({ query: `user=ada&realm=${realm}` }),
    there: ({ otherRealm }) => ({ query: `user=ada&realm=${otherRealm}` }),
    malformed: () => ({}),
  },
  'GET /v1/denials': realms,
  'DELETE /v1/denials/{id}': {
    one: ({ denials }) => ({ id: denials.one ?? '' }),
    foreign: ({ denials }) => ({ id: denials.foreign ?? '' }),
    here: ({ denials, realm }) => ({ id: denials.one ?? '', query: `realm=${realm}` }),
    there: ({ denials, otherRealm }) => ({ id: denials.foreign ?? '', query: `realm=${otherRealm}` }),
    missing: () => ({ id: '999999' }),
    malformed: () => ({ id: 'nonsense' }),
  },
  'GET /v1/events': { ...realms, stream: () => ({ headers: { accept: 'text/event-stream' } }) },
  'GET /v1/nodes': { unnamed: () => ({}), ...unknown },
  'GET /v1/overview': realms,
  'GET /v1/keys': { unnamed: () => ({}), ...unknown },
  'POST /v1/keys': {
    unnamed: () => ({ body: key }),
    here: ({ realm }) => ({ body: { ...key, realm } }),
    there: ({ otherRealm }) => ({ body: { ...key, realm: otherRealm } }),
    all: () => ({ body: { ...key, realm: '*' } }),
    malformed: () => ({ body: { ...key, scopes: ['everything'] } }),
  },
  'DELETE /v1/keys/{id}': {
    one: ({ keys }) => ({ id: keys.one ?? '' }),
    foreign: ({ keys }) => ({ id: keys.foreign ?? '' }),
    missing: () => ({ id: 'key_1111111111111111111111' }),
    malformed: () => ({ id: 'nonsense' }),
    withdrawn: ({ keys }) => ({ id: keys.withdrawn ?? '' }),
  },
}
