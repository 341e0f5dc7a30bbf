import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRollcallError } from '../../src/core/errors.ts'
import type { EndReason } from '../../src/core/session.ts'
import type { SessionManager } from '../../src/engine/manager.ts'
import type { LineRequest } from '../../src/live/contract.ts'
import type { EngineBench } from '../support/engine.ts'
import { holding } from '../support/node-bench.ts'
import { ADA, hubBench, type Issued, type Recorded, recorder, under } from './support.ts'

test('a line is a session like any other, and bears the node that holds it', async () => {
  await using bench = await hubBench()
  const { sessions, hub } = bench
  const login = await sessions.issue(ADA)
  const line = await hub.open(under(login.session.id), recorder())
  assert.equal(hub.lines(), 1)
  assert.equal(line.session.parentId, login.session.id)
  assert.equal(line.session.userId, 'ada')
  assert.equal(line.session.idleExpiresAt, undefined)
  const { items } = await sessions.list({ userId: 'ada', kind: 'connection' })
  assert.deepEqual(items, [line.session])
  assert.match(String(line.session.node), /^node_/)
  assert.equal((await sessions.count({ kind: 'connection' })).count, 1)
})

test('whatever ends a login cuts what lives under it, and says why', async () => {
  type End = (sessions: SessionManager, login: Issued, bench: EngineBench) => Promise<unknown>
  const ways: readonly (readonly [EndReason, End])[] = [
    ['revoked', (sessions, { session }) => sessions.end({ id: session.id })],
    ['logout', (sessions, { session }) => sessions.end({ ids: [session.id] }, { reason: 'logout' })],
    ['revoked', (sessions) => sessions.end({ filter: { userId: 'ada' } })],
    ['revoked', (sessions) => sessions.end({ userId: 'ada' })],
    ['revoked', (sessions) => sessions.end({ everyone: true })],
    ['banned', (sessions) => sessions.users.update('ada', { banned: true })],
    ['evicted', (sessions) => sessions.issue({ ...ADA, limit: { sessions: 1, atLimit: 'evict-oldest' } })],
    ['replaced', (sessions, { session }) => sessions.issue({ ...ADA, replaces: session.id })],
    ['expired', (_sessions, _login, { env }) => env.advance(3_600_000)],
    ['idle', (_sessions, _login, { env }) => env.advance(600_000)],
  ]
  for (const [index, [reason, end]] of ways.entries()) {
    await using bench = await hubBench()
    const { sessions, hub, env } = bench
    const spans = reason === 'idle' ? { idle: '5m' } : { lifetime: '1h', idle: '10d' }
    const login = await sessions.issue({ ...ADA, ...spans })
    const channel = recorder()
    await hub.open(under(login.session.id), channel)
    await env.advance(5)
    await Promise.all([end(sessions, login, bench), env.advance(1_000)])
    await env.advance(1_500)
    assert.deepEqual([index, ...channel.cuts], [index, reason])
    assert.equal(hub.lines(), 0)
    const { items } = await sessions.list({ userId: 'ada', kind: 'connection', status: 'live' })
    assert.deepEqual(items, [])
  }
})

test('a line that is ended by its own id, name or parent is cut, and its neighbours are not', async () => {
  await using bench = await hubBench()
  const { sessions, hub, env } = bench
  const login = await sessions.issue(ADA)
  const open = async (name: string): Promise<Recorded> => {
    const channel = recorder()
    const line = await hub.open({ ...under(login.session.id), resource: 'room/1', name }, channel)
    return { ...channel, line }
  }
  const [one, two, three] = [await open('one'), await open('two'), await open('three')]
  await sessions.end({ id: one.line.session.id })
  await env.advance(50)
  assert.deepEqual([one.cuts, two.cuts, three.cuts], [['revoked'], [], []])
  await sessions.end({ resource: 'room/1', name: 'two' })
  await env.advance(50)
  assert.deepEqual([two.cuts, three.cuts], [['revoked'], []])
  await sessions.end({ parentId: login.session.id })
  await env.advance(50)
  assert.deepEqual(three.cuts, ['revoked'])
  assert.ok((await sessions.verify(login.token)).ok, 'the login goes on')
})

test('"all but this one" keeps the lines of the one, and cuts those of the others', async () => {
  await using bench = await hubBench()
  const { sessions, hub, env } = bench
  const [kept, other] = [await sessions.issue(ADA), await sessions.issue(ADA)]
  const [stays, goes] = [recorder(), recorder()]
  await hub.open(under(kept.session.id), stays)
  await hub.open(under(other.session.id), goes)
  await env.advance(5)
  await sessions.end({ userId: 'ada', except: kept.session.id })
  await env.advance(500)
  assert.deepEqual([stays.cuts, goes.cuts], [[], ['revoked']])
  assert.equal(hub.lines(), 1)
})

test('a line that is opened right after everything of its user ended is not cut', async () => {
  await using bench = await hubBench()
  const { sessions, hub, env } = bench
  await sessions.issue(ADA)
  await sessions.end({ userId: 'ada' })
  const login = await sessions.issue(ADA)
  const channel = recorder()
  await hub.open(under(login.session.id), channel)
  await env.advance(2_000)
  assert.deepEqual(channel.cuts, [])
  assert.equal(hub.lines(), 1)
})

test('what refuses a session refuses the line, and leaves nothing behind', async () => {
  await using bench = await hubBench({ linesPerSession: 1 })
  const { sessions, hub, env } = bench
  const login = await sessions.issue(ADA)
  const first = { ...under(login.session.id), resource: 'room/1', name: 'one' }
  const line = await hub.open(first, recorder())
  await assert.rejects(hub.open({ ...first, name: 'two' }, recorder()), (fault) =>
    isRollcallError(fault, 'too-many-lines'),
  )
  const other = await sessions.issue(ADA)
  const taken = { ...first, parentId: other.session.id }
  await assert.rejects(hub.open(taken, recorder()), (fault) => isRollcallError(fault, 'name-taken'))
  line.closed()
  await env.advance(10)
  await hub.open(taken, recorder())
  await sessions.end({ id: login.session.id })
  await assert.rejects(hub.open(first, recorder()), (fault) => isRollcallError(fault, 'parent-not-live'))
  assert.equal(hub.lines(), 1)
})

test('what an end keeps out is refused when it comes back at once', async () => {
  await using bench = await hubBench()
  const { sessions, hub, env } = bench
  const request: LineRequest = {
    kind: 'playback',
    resource: 'default/app/stream',
    name: 'viewer',
    device: { ip: '192.0.2.1' },
  }
  const channel = recorder()
  const line = await hub.open(request, channel)
  await sessions.end({ id: line.session.id }, { deny: { keys: ['name'], span: '1m' } })
  await assert.rejects(hub.open(request, recorder()), (fault) => isRollcallError(fault, 'denied'))
  await env.advance(20)
  assert.deepEqual(channel.cuts, ['revoked'])
  await env.advance(60_000)
  await hub.open(request, recorder())
})

test('a line that closes by itself is over in the store, also where that was away', async () => {
  const away = holding()
  await using bench = await hubBench({}, away.spoil)
  const { sessions, hub, env } = bench
  const login = await sessions.issue(ADA)
  const channel = recorder()
  const line = await hub.open(under(login.session.id), channel)
  away.fail(() => new Error('away'), 'end')
  line.closed()
  line.closed('logout')
  await env.advance(2_500)
  assert.equal((await sessions.get(line.session.id))?.ending, undefined)
  away.release()
  await env.advance(1_500)
  assert.equal((await sessions.get(line.session.id))?.ending?.reason, 'closed')
  assert.deepEqual(channel.cuts, [])
  assert.equal(hub.lines(), 0)
})

test('a hub that stops sends everybody elsewhere, and opens nothing more', async () => {
  await using bench = await hubBench()
  const { sessions, hub, env } = bench
  const login = await sessions.issue(ADA)
  const channel = recorder()
  const line = await hub.open(under(login.session.id), channel)
  await Promise.all([hub.close(), env.advance(10)])
  assert.deepEqual([channel.cuts, channel.released()], [[], 1])
  assert.equal((await sessions.get(line.session.id))?.ending?.reason, 'closed')
  await assert.rejects(hub.open(under(login.session.id), recorder()), (fault) =>
    isRollcallError(fault, 'busy'),
  )
})

test('only what its holder does on a line counts as activity of the login', async () => {
  await using bench = await hubBench()
  const { sessions, hub, env } = bench
  const login = await sessions.issue({ ...ADA, idle: '10m' })
  const [quiet, busy] = [recorder(), recorder()]
  await hub.open(under(login.session.id), quiet)
  const line = await hub.open(under(login.session.id), busy)
  await env.advance(8 * 60_000)
  line.active()
  await env.advance(8 * 60_000)
  assert.equal((await sessions.get(login.session.id))?.ending, undefined)
  await env.advance(4 * 60_000)
  assert.deepEqual([quiet.cuts, busy.cuts], [['idle'], ['idle']])
})
