import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { WebSocket, WebSocketServer } from 'ws'
import { createSessions, memoryStore, type SessionManager } from '../../src/index.ts'
import { attachResponse, attachWebSocket, createHub, type Hub } from '../../src/live.ts'
import { until } from '../support/until.ts'

test("an application's own WebSocket is closed with 4401 when its session ends, and told why", async () => {
  await using app = await application()
  const login = await app.sessions.issue({ user: { id: 'ada' } })
  const { socket, heard } = await app.connect(login.session.id)
  socket.send('whatever the application speaks')
  await until('it went on', () => heard.length === 1)
  assert.deepEqual(heard, ['echo: whatever the application speaks'])
  const closed = once(socket, 'close')
  await app.sessions.end({ userId: 'ada' })
  const [code, reason] = await closed
  assert.deepEqual([code, String(reason)], [4401, 'revoked'])
  const { type, reason: why, by } = JSON.parse(heard[1] ?? '')
  assert.deepEqual([type, why, by], ['ended', 'revoked', 'system'])
})

test('last words are those of the application, where it has some', async () => {
  await using app = await application({ lastWords: ({ type }) => (type === 'ended' ? 'BYE' : undefined) })
  const login = await app.sessions.issue({ user: { id: 'ada' } })
  const one = await app.connect(login.session.id)
  const closed = once(one.socket, 'close')
  await app.sessions.end({ id: login.session.id })
  await closed
  assert.deepEqual(one.heard, ['BYE'])
  const other = await app.connect((await app.sessions.issue({ user: { id: 'eve' } })).session.id)
  const released = once(other.socket, 'close')
  await app.hub.close()
  assert.equal((await released)[0], 1012)
  assert.deepEqual(other.heard, [])
})

test('a socket that is refused is left to the application', async () => {
  await using app = await application()
  const { session } = await app.sessions.issue({ user: { id: 'ada' } })
  await app.sessions.end({ id: session.id })
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/?${session.id}`)
  const [code, reason] = await once(socket, 'close')
  assert.deepEqual([code, String(reason)], [1008, 'parent-not-live'])
  assert.equal(app.hub.lines(), 0)
})

test('a socket that is closed while its line opens leaves none behind', async () => {
  await using app = await application()
  const { session } = await app.sessions.issue({ user: { id: 'ada' } })
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/?${session.id}`)
  await once(socket, 'open')
  socket.terminate()
  await until('its line is over', async () => {
    const { items } = await app.sessions.list({ kind: 'connection', status: 'ended' })
    return items[0]?.ending?.reason === 'closed'
  })
  assert.equal(app.hub.lines(), 0)
})

test("an application's own response ends with its session", async () => {
  await using app = await application()
  const { session } = await app.sessions.issue({ user: { id: 'ada' } })
  const answer = await fetch(`${app.url}/?${session.id}`)
  await until('the line is open', () => app.hub.lines() === 1)
  await app.sessions.end({ id: session.id })
  assert.equal(await answer.text(), 'first words\nended: revoked\n')
  const hangUp = new AbortController()
  const other = await app.sessions.issue({ user: { id: 'eve' } })
  await fetch(`${app.url}/?${other.session.id}`, { signal: hangUp.signal })
  await until('the line is open', () => app.hub.lines() === 1)
  hangUp.abort()
  await until('who hangs up leaves', () => app.hub.lines() === 0)
})

/** An application with an engine, a hub and sockets of its own. */
interface Application extends AsyncDisposable {
  readonly url: string
  readonly sessions: SessionManager
  readonly hub: Hub

  /** Opens a socket under a login, and waits until it is a line. */
  connect(login: string): Promise<{ readonly socket: WebSocket; readonly heard: readonly string[] }>
}

async function application(options: Parameters<typeof attachWebSocket>[3] = {}): Promise<Application> {
  const sessions = createSessions({ store: memoryStore() })
  const hub = createHub({ sessions })
  const server = createServer((request, response) => void answer(hub, request, response))
  const url = await listening(server)
  new WebSocketServer({ server }).on('connection', (socket, request) => {
    socket.on('message', (data) => socket.send(`echo: ${String(data)}`))
    attachWebSocket(hub, socket, { kind: 'connection', parentId: loginOf(request) }, options).catch(
      (fault: { readonly code: string }) => socket.close(1008, fault.code),
    )
  })
  return {
    url,
    sessions,
    hub,
    async connect(login) {
      const before = hub.lines()
      const socket = new WebSocket(`${url.replace('http', 'ws')}/?${login}`)
      const heard: string[] = []
      socket.on('message', (data) => heard.push(String(data)))
      await until('the line is open', () => hub.lines() > before && socket.readyState === socket.OPEN)
      return { socket, heard }
    },
    async [Symbol.asyncDispose]() {
      await hub.close()
      server.closeAllConnections()
      server.close()
      await sessions.close()
    },
  }
}

async function answer(hub: Hub, request: IncomingMessage, response: ServerResponse): Promise<void> {
  await attachResponse(
    hub,
    response,
    { kind: 'connection', parentId: loginOf(request) },
    { lastWords: (frame) => (frame.type === 'ended' ? `ended: ${frame.reason}\n` : undefined) },
  )
  response.writeHead(200, { 'content-type': 'text/plain' })
  response.write('first words\n')
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function loginOf({ url = '' }: IncomingMessage): string {
  return url.slice(url.indexOf('?') + 1)
}
