import { ALL_REALMS, type Scope } from '../../../src/core/access-key.ts'
import type { Role } from '../../../src/core/user.ts'
import { createSessions } from '../../../src/engine/create-sessions.ts'
import type { SessionManager } from '../../../src/engine/manager.ts'
import { nodeEnv } from '../../../src/env.ts'
import { createApp } from '../../../src/http/app.ts'
import type { Dialect } from '../../../src/http/dialects/contract.ts'
import { memoryStore } from '../../../src/stores/memory/store.ts'
import type { Fuzzable } from '../../http/fuzz/fuzz.ts'
import type { World } from '../../http/fuzz/world.ts'
import { FEW } from '../../support/engine.ts'

/** A server that speaks one dialect, and what is there for requests to point at. */
export interface DialectWorld extends World, AsyncDisposable {
  readonly bench: Fuzzable

  /** The dialect, for whoever asks it things in process. */
  readonly dialect: Dialect

  /** Ids of every session that lives, those of other realms included. */
  living(): Promise<readonly string[]>
}

/** Users by place, with what they may do. The id of each is digits only, and as long as a MongoDB id. */
export const PLACES = [0, 1, 2, 3] as const

const ROLES: readonly Role[] = ['operator', 'staff', 'member', 'member']

/** The first two of these may do what a dialect asks a key for. */
const SCOPES: readonly (readonly Scope[])[] = [
  ['admin'],
  ['sessions:read', 'sessions:end'],
  ['sessions:issue'],
  ['events:read', 'users:write'],
]

const REALMS = ['default', 'other'] as const

/** Makes one of a dialect that is made by `make`. */
export async function dialectWorld(make: (sessions: SessionManager) => Dialect): Promise<DialectWorld> {
  const env = nodeEnv()
  const sessions = createSessions({ store: memoryStore({ clock: env.now }), env, policy: { cached: FEW } })
  const dialect = make(sessions)
  const app = createApp({ sessions, version: 'test', mounts: [{ dialect }] })
  const breaches: string[] = []
  app.addHook('onSend', async ({ raw }, reply, sent) => {
    const [path = ''] = (raw.url ?? '').split('?')
    const own = dialect.roots.some((root) => path === root || path.startsWith(`${root}/`))
    if (own && String(reply.getHeader('content-type')).startsWith('application/problem+json'))
      breaches.push(`${raw.method} ${raw.url} is refused in the words of the native API: ${String(sent)}`)
  })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const there = new Map<string, string>()

  async function sign(place: number): Promise<void> {
    if ((await sessions.verify(there.get(`token${place}`) ?? '')).ok) return
    const user = { id: String(place + 1).repeat(24), role: ROLES[place] ?? 'member' }
    const login = await sessions.issue({ user, device: { label: `device ${place}` } })
    const gone = await sessions.issue({ user })
    await sessions.end({ id: gone.session.id })
    const elsewhere = await sessions.issue({ user, realm: 'other' })
    const { session } = login
    put(place, {
      token: login.token,
      session: session.id,
      short: session.id.slice(4),
      serial: String(session.serial),
      stamp: String(session.stamp),
      user: user.id,
      gone: gone.token,
      elsewhere: elsewhere.token,
    })
  }

  async function play(place: number): Promise<void> {
    if ((await sessions.verify(there.get(`play${place}`) ?? '')).ok) return
    const name = `viewer ${place}`
    const { token } = await sessions.issue({ kind: 'playback', resource: 'default/app/stream', name })
    put(place, { play: token, name: encodeURIComponent(name) })
  }

  async function cut(place: number): Promise<void> {
    const scopes = SCOPES[place] ?? ['admin']
    const [live, abroad, withdrawn] = await Promise.all([
      sessions.keys.create({ name: `live ${place}`, scopes, realm: ALL_REALMS }),
      sessions.keys.create({ name: `abroad ${place}`, scopes, realm: 'other' }),
      sessions.keys.create({ name: `withdrawn ${place}`, scopes, realm: ALL_REALMS }),
    ])
    await sessions.keys.withdraw(withdrawn.key.id)
    const secrets = { secret: live.secret, abroad: abroad.secret, withdrawn: withdrawn.secret }
    put(place, secrets)
    for (const [name, secret] of Object.entries(secrets)) put(place, { [`basic${name}`]: btoa(secret) })
  }

  function put(place: number, values: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(values)) there.set(`${name}${place}`, value)
  }

  async function refill(): Promise<void> {
    for (const place of PLACES) await Promise.all([sign(place), play(place)])
  }

  for (const place of PLACES) await cut(place)
  await refill()
  const pair = (await fetch(`${url}/`)).headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '')
  put(0, {
    pair: pair.join('; '),
    echo: pair.find((each) => each.startsWith('XSRF-TOKEN='))?.slice(11) ?? '',
  })

  return {
    bench: { url, sessions, takeBreaches: () => breaches.splice(0) },
    dialect,
    refill,
    put: (text) => text.replaceAll(/@([a-z]+\d)/g, (name, which: string) => there.get(which) ?? name),
    async living() {
      const pages = await Promise.all(REALMS.map((realm) => sessions.list({ realm, limit: 200 })))
      return pages.flatMap(({ items }) => items.map(({ id }) => id)).sort()
    },
    async [Symbol.asyncDispose]() {
      app.server.closeAllConnections()
      await app.close()
      await sessions.close()
    },
  }
}
