import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, get, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { test } from 'node:test'
import { createSessions } from '../../src/engine/create-sessions.ts'
import { nodeEnv } from '../../src/env.ts'
import { eventFeed, type FeedOptions, type StreamRequest } from '../../src/http/event-stream.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { appBench } from '../support/app.ts'
import { call, KEY } from '../support/server-process.ts'
import { until } from '../support/until.ts'

/** One event as it came over the wire. */
interface Heard {
  readonly id: string
  readonly type: string
  readonly data: string
}

/** Reads what a stream sends, for as long as it stands. */
interface Ear extends Disposable {
  readonly status: number
  readonly events: readonly Heard[]
  lastId(): string
  readonly over: Promise<unknown>
}

async function listen(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Ear> {
  const asked = get(url, { headers: { accept: 'text/event-stream', ...headers }, agent: false })
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  const events: Heard[] = []
  let lastId = ''
  let rest = ''
  response.setEncoding('utf8').on('data', (chunk: string) => {
    const frames = (rest + chunk).split('\n\n')
    rest = frames.pop() ?? ''
    for (const frame of frames) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(frame)?.[1] ?? ''
      lastId = field('id') || lastId
      if (field('data') !== '') events.push({ id: lastId, type: field('event'), data: field('data') })
    }
  })
  response.on('error', () => undefined)
  const over = new Promise((resolve) => response.once('close', resolve))
  return {
    status: response.statusCode ?? 0,
    events,
    lastId: () => lastId,
    over,
    [Symbol.dispose]: () => void asked.destroy(),
  }
}

const AUTHORISED = { authorization: `Bearer ${KEY}` }

/** A feed alone, on a socket of its own, with the little patience of a test. */
async function feedBench(options: FeedOptions, filter: StreamRequest['filter'] = {}) {
  const env = nodeEnv()
  const store = memoryStore({ clock: env.now })
  const sessions = createSessions({ store, env, policy: { cached: 1_000 } })
  const feed = eventFeed(sessions, options)
  let unread = 0
  const server = createServer(async (request, response) => {
    sessions.onAny(() => (unread = Math.max(unread, response.writableLength)))
    const after = request.headers['last-event-id']
    const position = typeof after === 'string' ? { after } : {}
    await feed.open(response, { filter, keyId: 'key_1', headers: {}, ...position }).catch(() => {
      response.writeHead(410).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    sessions,
    store,
    feed,
    port,

    /** The most bytes that ever waited to be read. */
    unread: () => unread,
    url: `http://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      feed.close()
      server.closeAllConnections()
      server.close()
      await sessions.close()
    },
  }
}

test('a stream tells what happens from now on, with its position, its type and the session', async () => {
  await using bench = await appBench()
  await bench.issue('before')
  using ear = await listen(`${bench.url}/v1/events`, AUTHORISED)
  const { id } = await bench.issue('ada')
  await bench.sessions.end({ id }, { reason: 'logout' })
  await until('both were heard', () => ear.events.length === 2)
  const [created, ended] = ear.events
  assert.deepEqual([created?.type, ended?.type], ['session.created', 'session.ended'])
  const told = JSON.parse(ended?.data ?? '{}')
  assert.deepEqual(
    [told.sequence, told.type, told.session.id, told.reason],
    [ended?.id, 'session.ended', id, 'logout'],
  )
})

test('a reader hears what it asked for and what its key may, by type, user, resource and realm', async () => {
  await using bench = await appBench()
  const { secret } = await bench.sessions.keys.create({ name: 'r', scopes: ['events:read'], realm: 'other' })
  const queries: Readonly<Record<string, readonly string[]>> = {
    'type=session.ended': ['ended ada', 'ended eve'],
    'type=session.created,session.ended&user=ada': ['created ada', 'ended ada'],
    'resource=room/1': ['created bob'],
    'resource=room/*': ['created bob', 'created cat'],
    'realm=other': ['created eve', 'ended eve'],
  }
  const ears = new Map<string, Ear>()
  for (const query of Object.keys(queries))
    ears.set(query, await listen(`${bench.url}/v1/events?${query}`, AUTHORISED))
  ears.set('the other key', await listen(`${bench.url}/v1/events`, { authorization: `Bearer ${secret}` }))

  const ada = await bench.issue('ada')
  for (const [user, room] of [
    ['bob', '1'],
    ['cat', '2'],
  ] as const)
    await bench.sessions.issue({ user: { id: user }, kind: 'connection', resource: `room/${room}` })
  const eve = await bench.issue('eve', 'other')
  await bench.sessions.end({ id: ada.id })
  await bench.sessions.end({ id: eve.id, realm: 'other' })

  for (const [query, expected] of [
    ...Object.entries(queries),
    ['the other key', queries['realm=other'] ?? []] as const,
  ]) {
    const ear = ears.get(query) ?? assert.fail(query)
    await until(`${query} was heard`, () => ear.events.length >= expected.length)
    const heard = ear.events.map(
      ({ type, data }) => `${type.split('.')[1]} ${JSON.parse(data).session.userId}`,
    )
    assert.deepEqual(heard, expected, query)
    ear[Symbol.dispose]()
  }
  const refused = await call(bench.url, 'GET', '/v1/events?realm=default', secret)
  assert.equal(refused.status, 403)
})

test('a reader that comes back goes on where it was, whether the ring still knows or the journal alone', async () => {
  await using bench = await feedBench({ ring: 4 })
  const issue = (user: string) => bench.sessions.issue({ user: { id: user } })
  using first = await listen(bench.url)
  await issue('u0')
  await until('the first was heard', () => first.events.length === 1)
  first[Symbol.dispose]()
  for (let made = 1; made < 40; made++) await issue(`u${made}`)
  for (const missed of [39, 3, 0]) {
    const { events } = await bench.store.read('0', 100)
    const after = events[events.length - 1 - missed]?.position ?? ''
    using again = await listen(bench.url, { 'last-event-id': after })
    await until('the rest was heard', () => again.events.length >= missed)
    await issue('one more')
    await until('the next was heard', () => again.events.length >= missed + 1)
    const positions = again.events.map(({ id }) => Number(id))
    assert.deepEqual(
      positions,
      positions.map((_, index) => Number(after) + 1 + index),
    )
  }
})

test('a silent stream is told that it stands, and where it stands, though nothing was of interest', async () => {
  await using bench = await feedBench({ heartbeat: 20 }, { types: ['key.created'] })
  using ear = await listen(bench.url)
  await bench.sessions.issue({ user: { id: 'ada' } })
  const { position } = await bench.store.read(undefined, 1)
  await until('the position was told', () => ear.lastId() === position)
  assert.deepEqual(ear.events, [])
})

test('a reader that does not read is cut off, holds next to no memory, and misses nothing when it comes back', async () => {
  await using bench = await feedBench({ patience: 300, ring: 64 })
  const socket = connect(bench.port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  const [greeting] = (await once(socket, 'data')) as [Buffer]
  const [, after = ''] = /id: (\d+)/.exec(greeting.toString()) ?? []
  socket.pause()
  let closed = false
  socket.once('close', () => (closed = true)).on('error', () => undefined)

  const COUNT = 6_000
  const data = { filling: 'x'.repeat(3_500) }
  for (let made = 0; made < COUNT; made++) await bench.sessions.issue({ user: { id: 'ada' }, data })
  await until('the idle reader was let go of', () => bench.feed.readers() === 0)
  assert.ok(bench.unread() < 1_000_000, `${bench.unread()} bytes waited to be read`)
  socket.resume()
  await until('its socket is closed', () => closed)

  using again = await listen(bench.url, { 'last-event-id': after })
  await until('everything was heard', () => again.events.length === COUNT, 30_000)
  const ids = again.events.map(({ id }) => Number(id))
  assert.ok(ids.every((id, index) => id === Number(after) + 1 + index))
})

test('who comes back too late is told so, before the stream begins', async () => {
  await using bench = await feedBench({})
  for (let made = 0; made < 10; made++) await bench.sessions.issue({ user: { id: 'ada' } })
  await bench.store.trim({ entries: 3, age: 60_000 })
  using ear = await listen(bench.url, { 'last-event-id': '2' })
  assert.equal(ear.status, 410)
})

test('a stream ends when its key is withdrawn', async () => {
  await using bench = await appBench()
  const { key, secret } = await bench.sessions.keys.create({ name: 'reader', scopes: ['events:read'] })
  using ear = await listen(`${bench.url}/v1/events`, { authorization: `Bearer ${secret}` })
  using other = await listen(`${bench.url}/v1/events`, AUTHORISED)
  await bench.sessions.keys.withdraw(key.id)
  await ear.over
  await until('the other reader heard of it', () => other.events.some(({ type }) => type === 'key.withdrawn'))
})

test('as pages the same events come, oldest first, from any position on', async () => {
  await using bench = await appBench()
  for (let made = 0; made < 7; made++) await bench.issue(`u${made}`)
  const seen: string[] = []
  let after = '0'
  for (;;) {
    const { json } = await call(
      bench.url,
      'GET',
      `/v1/events?after=${after}&limit=3&type=session.created`,
      KEY,
    )
    for (const each of json.items ?? []) seen.push(each.type ?? '')
    if (json.nextCursor === null || json.nextCursor === undefined) break
    after = json.nextCursor
  }
  assert.deepEqual(seen, Array(7).fill('session.created'))
})
