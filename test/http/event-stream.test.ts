import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { appBench } from '../support/app.ts'
import { type Ear, type FeedBench, feedBench, listen } from '../support/event-stream.ts'
import { call, KEY } from '../support/server-process.ts'
import { until } from '../support/until.ts'

const AUTHORISED = { authorization: `Bearer ${KEY}` }

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
  await using bench = await feedBench({ patience: 2_000, ring: 64 })
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
  await until('everything was heard', () => again.events.length === COUNT, 60_000)
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

test('a key is withdrawn while its stream is being written to, and the server stands', async () => {
  await using bench = await feedBench({ heartbeat: 1 })
  using ear = await listen(bench.url)
  const issued = Array.from({ length: 20 }, () => bench.sessions.issue({ user: { id: 'ada' } }))
  await Promise.all([bench.sessions.keys.withdraw(bench.keyId), ...issued])
  await ear.over
  await bench.heard('key.withdrawn')
  assert.equal(bench.feed.readers(), 0)
  assert.deepEqual(bench.faults, [])
})

test('a reader that wakes up after its key was withdrawn is written nothing more', async () => {
  await using bench = await feedBench({ farewell: 60_000 })
  const socket = await fillSocket(bench)
  await bench.sessions.keys.withdraw(bench.keyId)
  await until('the reader was dismissed', () => bench.feed.readers() === 0)
  await bench.sessions.issue({ user: { id: 'ada' } })
  const rest = await readRest(socket)
  await until('the response was let go of', () => bench.responses[0]?.destroyed)
  assert.deepEqual(bench.faults, [])
  assert.ok(rest.endsWith(LAST_CHUNK))
  assert.ok(!rest.includes('event: key.withdrawn'))
})

for (const [how, end] of [
  ['its key is withdrawn', (bench) => bench.sessions.keys.withdraw(bench.keyId)],
  ['the server closes', async (bench) => bench.feed.close()],
] as const satisfies readonly (readonly [string, (bench: FeedBench) => Promise<unknown>])[])
  test(`a reader that does not read is cut off soon after ${how}`, async () => {
    await using bench = await feedBench({ farewell: 50, patience: 60_000 })
    const socket = await fillSocket(bench)
    await end(bench)
    await until('the reader was cut off', () => bench.responses[0]?.destroyed)
    assert.equal(bench.feed.readers(), 0)
    assert.deepEqual(bench.faults, [])
    assert.ok(!(await readRest(socket)).endsWith(LAST_CHUNK))
  })

test('a fault of one response ends that stream alone', async () => {
  await using bench = await feedBench({})
  using ear = await listen(bench.url)
  using other = await listen(bench.url)
  bench.responses[0]?.emit('error', new Error('The line is broken.'))
  await ear.over
  assert.equal(bench.feed.readers(), 1)
  await bench.sessions.issue({ user: { id: 'ada' } })
  await until('the other reader heard of it', () => other.events.length === 1)
})

test('a key that is withdrawn on the way to its stream opens none', async () => {
  await using bench = await feedBench({})
  const release = bench.holdOpening()
  const listening = listen(bench.url)
  await until('the stream was being opened', () => bench.responses.length === 1)
  await bench.sessions.keys.withdraw(bench.keyId)
  await bench.heard('key.withdrawn')
  release()
  using during = await listening
  using after = await listen(bench.url)
  assert.deepEqual([during.status, after.status, bench.feed.readers()], [401, 401, 0])
})

test('a client that hangs up while its stream opens is no reader', async () => {
  await using bench = await feedBench({})
  const release = bench.holdOpening()
  const socket = connect(bench.port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await until('the stream was being opened', () => bench.responses.length === 1)
  socket.destroy()
  await until('the server noticed', () => bench.responses[0]?.destroyed)
  release()
  await until('the opening was over', () => bench.settled() === 1)
  assert.equal(bench.feed.readers(), 0)
})

test('a stream that opens while the server closes ends at once, and says where to go on', async () => {
  await using bench = await feedBench({})
  const release = bench.holdOpening()
  const listening = listen(bench.url)
  await until('the stream was being opened', () => bench.responses.length === 1)
  bench.feed.close()
  release()
  using ear = await listening
  await until('the opening was over', () => bench.settled() === 1)
  assert.equal(bench.feed.readers(), 0)
  await ear.over
  assert.equal(ear.lastId(), (await bench.store.read(undefined, 1)).position)
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

/** Opens a stream that is not read, and lets so much happen that its socket stays full. */
async function fillSocket({ port, sessions, responses }: FeedBench): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined)
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await once(socket, 'data')
  socket.pause()
  const data = { filling: 'x'.repeat(3_500) }
  let full = 0
  for (let made = 0; made < 20_000 && full < 200; made++) {
    await sessions.issue({ user: { id: 'ada' }, data })
    await nextTurn()
    full = responses[0]?.writableNeedDrain ? full + 1 : 0
  }
  assert.equal(full, 200, 'the socket stays full')
  return socket
}

/** Reads what a socket still holds, to its end or that of the stream. */
async function readRest(socket: Socket): Promise<string> {
  let rest = ''
  let closed = false
  socket.setEncoding('utf8').on('data', (chunk: string) => (rest += chunk))
  socket.once('close', () => (closed = true)).resume()
  await until('nothing was left', () => closed || rest.endsWith(LAST_CHUNK))
  socket.destroy()
  return rest
}

/** What ends an answer that is complete (RFC 9112, 7.1). */
const LAST_CHUNK = '\r\n0\r\n\r\n'

test('who only asks what a stream would be is answered at once', async () => {
  await using bench = await appBench()
  const headers = { ...AUTHORISED, accept: 'text/event-stream' }
  const { status, headers: answered } = await fetch(`${bench.url}/v1/events`, { method: 'HEAD', headers })
  assert.deepEqual([status, answered.get('content-type')], [200, 'text/event-stream; charset=utf-8'])
})
