import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { Server, type ServerOptions } from 'socket.io'
import { io, type ManagerOptions, type Socket } from 'socket.io-client'
import { socketIo } from '../../src/adapters/socket-io.ts'
import { createSessions, memoryStore, type SessionManager } from '../../src/index.ts'
import { createHub, type Hub } from '../../src/live.ts'
import { until } from '../support/until.ts'

test('whoever connects has a live login, and is disconnected for good when that ends', async () => {
  await using app = await application()
  const { token, session } = await app.sessions.issue({ user: { id: 'ada' } })
  for (const transports of [['websocket'], ['polling']]) {
    const login = transports[0] === 'polling' ? await app.sessions.issue({ user: { id: 'bob' } }) : undefined
    const socket = app.connect({ auth: { token: login?.token ?? token }, transports })
    await once(socket, 'connect')
    assert.equal(app.users().includes(login === undefined ? 'ada' : 'bob'), true)
    const ended = once(socket, 'rollcall:ended')
    const gone = once(socket, 'disconnect')
    await app.sessions.end({ id: login?.session.id ?? session.id }, { by: { kind: 'key', id: 'key_1' } })
    const [words] = await ended
    assert.deepEqual([words?.reason, words?.by], ['revoked', 'key'])
    assert.deepEqual((await gone)[0], 'io server disconnect')
    assert.equal(socket.active, false, 'it does not connect again by itself')
  }
  assert.equal(app.hub.lines(), 0)
})

test('a token comes in auth, in a header or in the cookie, and a cookie from this site alone', async () => {
  await using app = await application()
  const { token } = await app.sessions.issue({ user: { id: 'ada' } })
  const { token: other } = await app.sessions.issue({ user: { id: 'eve' } })
  const cookie = `rollcall=${token}`
  const cases: readonly (readonly [string, Partial<ManagerOptions> & { auth?: object }])[] = [
    ['', { auth: { token } }],
    ['', { extraHeaders: { authorization: `Bearer ${token}` } }],
    ['', { extraHeaders: { cookie, origin: app.url } }],
    ['cross-site', { extraHeaders: { cookie, origin: 'https://evil.example' } }],
    ['cross-site', { extraHeaders: { cookie } }],
    ['no-session', {}],
    ['no-session', { auth: { token: 'nonsense' } }],
    ['no-session', { auth: { token: { $ne: null } } }],
    ['ambiguous-credentials', { auth: { token: other }, extraHeaders: { cookie, origin: app.url } }],
  ]
  for (const [code, options] of cases) {
    const socket = app.connect({ transports: ['websocket'], ...options })
    const outcome = await Promise.race([
      once(socket, 'connect').then(() => ''),
      once(socket, 'connect_error').then(([fault]) => fault?.data?.code),
    ])
    assert.equal(outcome, code)
    socket.disconnect()
  }
  await until('nobody is left', () => app.hub.lines() === 0)
})

/** What tests look at of what a socket hears. */
interface Words {
  readonly reason?: string
  readonly by?: string
  readonly data?: { readonly code?: string }
}

/** Waits until a socket hears something, and answers what. */
function once(socket: Socket, event: string): Promise<readonly Words[]> {
  return new Promise((resolve) => socket.once(event, (...words: readonly Words[]) => resolve(words)))
}

test('a client whose node stops connects again by itself', async () => {
  await using app = await application()
  const { token } = await app.sessions.issue({ user: { id: 'ada' } })
  const socket = app.connect({ auth: { token }, transports: ['websocket'] })
  await once(socket, 'connect')
  const again = once(socket.io as unknown as Socket, 'reconnect_attempt')
  await app.hub.close()
  await again
  const [fault] = await once(socket, 'connect_error')
  assert.equal(fault?.data?.code, 'busy')
  socket.disconnect()
})

test('a server whose sockets could come back past the middleware lets nobody in', async () => {
  await using app = await application({ connectionStateRecovery: {} })
  const { token } = await app.sessions.issue({ user: { id: 'ada' } })
  const socket = app.connect({ auth: { token }, transports: ['websocket'] })
  const [fault] = await once(socket, 'connect_error')
  assert.equal(fault?.data?.code, 'internal')
  socket.disconnect()
  await using careful = await application({ connectionStateRecovery: { skipMiddlewares: false } })
  const { token: other } = await careful.sessions.issue({ user: { id: 'ada' } })
  const admitted = careful.connect({ auth: { token: other }, transports: ['websocket'] })
  await once(admitted, 'connect')
  admitted.disconnect()
})

test('a socket that comes and goes on one transport leaves nothing behind on it', async () => {
  await using app = await application()
  const { token } = await app.sessions.issue({ user: { id: 'ada' } })
  const socket = app.connect({ auth: { token }, transports: ['websocket'] })
  const other = socket.io.socket('/other')
  await Promise.all([once(socket, 'connect'), once(other, 'connect')])
  const before = app.listeners()
  for (let times = 0; times < 5; times++) {
    socket.disconnect()
    await until('its line is closed', () => app.hub.lines() === 0)
    socket.connect()
    await once(socket, 'connect')
  }
  assert.equal(app.listeners(), before)
  for (const each of [socket, other]) each.disconnect()
})

interface Application extends AsyncDisposable {
  readonly url: string
  readonly sessions: SessionManager
  readonly hub: Hub
  users(): readonly unknown[]

  /** Who waits for the transport of the first of them to close. */
  listeners(): number
  connect(options: Partial<ManagerOptions> & { readonly auth?: object }): Socket
}

async function application(options: Partial<ServerOptions> = {}): Promise<Application> {
  const sessions = createSessions({ store: memoryStore() })
  const hub = createHub({ sessions })
  const server = createServer()
  const sockets = new Server(server, options)
  sockets.use(socketIo({ sessions, hub }))
  sockets.of('/other')
  sockets.engine?.on('connection', ({ transport }) => Object.assign(transport, { closeTimeout: 200 }))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    sessions,
    hub,
    listeners: () => [...sockets.sockets.sockets.values()][0]?.conn.listenerCount('close') ?? 0,
    users: () => [...sockets.sockets.sockets.values()].map(({ data }) => data.session.userId),
    connect: (options) => io(url, { forceNew: true, reconnectionDelay: 10, ...options }),
    async [Symbol.asyncDispose]() {
      await hub.close()
      await sockets.close()
      await sessions.close()
    },
  }
}
