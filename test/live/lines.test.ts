import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { Server } from 'socket.io'
import { socketIo } from '../../src/adapters/socket-io.ts'
import type { EndReason } from '../../src/core/session.ts'
import type { SessionPolicy } from '../../src/engine/settled.ts'
import { type AppBench, appBench } from '../support/app.ts'
import {
  type OpenLine,
  openEventStream,
  openSocketIo,
  openWebSocket,
  type WatchedLine,
} from '../support/lines.ts'
import { until } from '../support/until.ts'

type Login = Awaited<ReturnType<AppBench['sessions']['issue']>>
type End = (bench: AppBench, login: Login) => Promise<unknown>

/** Ways in which a login ends, with the reason that its lines are told. Silence takes time that hub.test.ts moves by hand. */
const WAYS: Readonly<Record<string, readonly [EndReason, End, SessionPolicy?]>> = {
  revoked: ['revoked', ({ sessions }, { session }) => sessions.end({ id: session.id })],
  'signed out': [
    'logout',
    async ({ url }, { token }) => {
      const headers = { authorization: `Bearer ${token}` }
      const answer = await fetch(`${url}/v1/me/sessions/current`, { method: 'DELETE', headers })
      assert.equal(answer.status, 200)
    },
  ],
  'ended with all of its user': ['revoked', ({ sessions }) => sessions.end({ userId: 'ada' })],
  'ended with everyone': ['revoked', ({ sessions }) => sessions.end({ everyone: true })],
  'ended by a filter': ['revoked', ({ sessions }) => sessions.end({ filter: { userId: 'ada' } })],
  banned: ['banned', ({ sessions }) => sessions.users.update('ada', { banned: true })],
  evicted: ['evicted', ({ sessions }) => sessions.issue({ ...ADA, limit: { sessions: 1 } })],
  replaced: ['replaced', ({ sessions }, { session }) => sessions.issue({ ...ADA, replaces: session.id })],
  expired: ['expired', async () => undefined, { lifetime: 5_000 }],
  'stolen and noticed': [
    'reused',
    async ({ sessions }, { token }) => {
      await sessions.refresh(token)
      await sessions.verify(token)
    },
    { refreshGrace: 0 },
  ],
}

const ADA = { user: { id: 'ada' } }

for (const [how, [reason, end, policy]] of Object.entries(WAYS))
  test(`the lines of a login that is ${how} are closed, and told "${reason}"`, async () => {
    await using bench = await lineBench(policy)
    const login = await bench.sessions.issue(ADA)
    const lines = await openAll(bench, login.token)
    const other = await bench.sessions.issue({ user: { id: 'eve' } })
    await end(bench, login)
    const [socket, stream, socketIo] = await Promise.all(lines.map(({ gone }) => gone))
    assert.deepEqual([socket?.reason, socket?.code], [reason, 4401])
    assert.deepEqual([stream?.reason, socketIo?.reason], [reason, reason])
    await until('nobody holds a line', () => bench.hub.lines() === 0)
    const isKept = async (): Promise<boolean> => (await bench.sessions.verify(other.token)).ok
    if (how === 'expired') await until('the other expires too', async () => !(await isKept()))
    else assert.equal(await isKept(), how !== 'ended with everyone')
  })

test('a line is listed and counted, and ended by its id, its parent, or its place, and the others go on', async () => {
  await using bench = await lineBench()
  const { sessions } = bench
  const login = await sessions.issue(ADA)
  const open = async (name: string): Promise<WatchedLine> =>
    openWebSocket(bench.url, login.token, `?resource=room/1&name=${name}`)
  const [one, two, three] = [await open('one'), await open('two'), await open('three')]
  const { items } = await sessions.list({ resource: 'room/1', kind: 'connection' })
  assert.deepEqual(items.map(({ name }) => name).sort(), ['one', 'three', 'two'])
  assert.equal((await sessions.count({ kind: 'connection' })).count, 3)
  assert.ok(items.every(({ parentId, device }) => parentId === login.session.id && device.ip === '127.0.0.1'))

  await sessions.end({ ids: items.filter(({ name }) => name === 'one').map(({ id }) => id) })
  assert.equal((await one.gone).code, 4401)
  await sessions.end({ resource: 'room/1', name: 'two' })
  assert.equal((await two.gone).code, 4401)
  assert.equal(three.over(), undefined)
  await sessions.end({ parentId: login.session.id })
  assert.equal((await three.gone).reason, 'revoked')
  assert.ok((await sessions.verify(login.token)).ok, 'the login goes on')
})

test('a name is held by one line at a time, and free again as soon as that is closed', async () => {
  await using bench = await lineBench()
  const { token } = await bench.sessions.issue(ADA)
  for (const open of [openWebSocket, openEventStream]) {
    const query = '?resource=room/1&name=stage'
    const line = await open(bench.url, token, query)
    await assert.rejects(open(bench.url, token, query), /409.*name-taken/)
    line[Symbol.dispose]()
    await until('the line left the list', async () => {
      const { count } = await bench.sessions.count({ kind: 'connection' })
      return count === 0
    })
  }
})

test('a client that hangs up leaves the list, whatever it was connected by', async () => {
  await using bench = await lineBench()
  const { token } = await bench.sessions.issue(ADA)
  for (const line of await openAll(bench, token)) {
    const before = bench.hub.lines()
    line[Symbol.dispose]()
    await until('its line is closed', () => bench.hub.lines() === before - 1)
  }
  await until('no connection lives', async () => {
    const { items } = await bench.sessions.list({ kind: 'connection' })
    return items.length === 0
  })
  const { items } = await bench.sessions.list({ kind: 'connection', status: 'ended' })
  assert.deepEqual(
    items.map(({ ending }) => ending?.reason),
    ['closed', 'closed', 'closed'],
  )
})

test('a node that stops tells its lines to come back, and their sessions are over', async () => {
  await using bench = await lineBench()
  const { token } = await bench.sessions.issue(ADA)
  const lines = await openAll(bench, token)
  await bench.hub.close()
  const [socket, stream, socketIo] = await Promise.all(lines.map(({ gone }) => gone))
  assert.deepEqual([socket?.code, socket?.last], [1012, 'reconnect'])
  assert.deepEqual([stream?.last, socketIo?.last], ['reconnect', 'reconnect'])
  const { items } = await bench.sessions.list({ kind: 'connection', status: 'ended' })
  assert.deepEqual(
    items.map(({ ending }) => ending?.reason),
    ['closed', 'closed', 'closed'],
  )
  await assert.rejects(openWebSocket(bench.url, token), /503.*busy/)
  await assert.rejects(openEventStream(bench.url, token), /503.*busy/)
})

test('a login whose end is known by then opens no line, and its holder is told why it is over', async () => {
  await using bench = await lineBench()
  const { token, session } = await bench.sessions.issue(ADA)
  await bench.sessions.end({ id: session.id })
  for (const open of [openWebSocket, openEventStream])
    await assert.rejects(open(bench.url, token), /401.*session-ended.*revoked/)
  await assert.rejects(openSocketIo(bench.socketIoUrl, token), /session-ended/)
  assert.equal(bench.hub.lines(), 0)
})

/** The application, with a Socket.IO server beside it over the same sessions. */
interface LineBench extends AppBench {
  readonly socketIoUrl: string
}

async function lineBench(policy: SessionPolicy = {}): Promise<LineBench> {
  const bench = await appBench([], {}, { policy })
  const server = createServer()
  const io = new Server(server)
  io.use(socketIo(bench))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    ...bench,
    socketIoUrl: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      await bench.hub.close()
      await io.close()
      await bench[Symbol.asyncDispose]()
    },
  }
}

/** Opens one line of each kind. */
function openAll({ url, socketIoUrl }: LineBench, token: string): Promise<readonly WatchedLine[]> {
  const ways: readonly (readonly [OpenLine, string])[] = [
    [openWebSocket, url],
    [openEventStream, url],
    [openSocketIo, socketIoUrl],
  ]
  return Promise.all(ways.map(([open, at]) => open(at, token)))
}
