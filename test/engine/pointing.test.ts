import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRollcallError } from '../../src/core/errors.ts'
import type { SessionQuery, SessionSelector } from '../../src/core/selector.ts'
import { createSessions } from '../../src/engine/create-sessions.ts'
import type { EndRequest, SessionManager } from '../../src/engine/manager.ts'
import { type EngineBench, engineBench, LOCAL_STORES, STORES } from '../support/engine.ts'
import { testEnv } from '../support/test-env.ts'

const HOUR = 3_600_000
const refused =
  (words = /./) =>
  (fault: unknown) =>
    isRollcallError(fault, 'bad-request') && words.test(fault.message)

async function populated(bench: EngineBench) {
  const ada = await bench.sessions.issue({ user: { id: 'ada' }, device: { ip: '203.0.113.7' } })
  const bob = await bench.sessions.issue({ user: { id: 'bob' } })
  await bench.sessions.issue({ kind: 'connection', parentId: ada.session.id, resource: 'room/1' })
  return { ada, bob }
}

const liveOf = async (sessions: SessionManager) => (await sessions.count()).count

const MALFORMED_FILTERS: readonly (readonly [object | null, RegExp])[] = [
  [{ userId: undefined }, /undefined/],
  [{ user: 'bob' }, /no field "user"\. Did you mean userId\?/],
  [{ userId: 'ada', kinds: 'login' }, /Did you mean kind\?/],
  [{ userId: 7 }, /userId/],
  [{ userId: null }, /userId/],
  [{ resourcePrefix: '' }, /resourcePrefix/],
  [{ kind: 'Login' }, /login, connection, playback/],
  [{ status: 'dead' }, /live, ended, any/],
  [{ reason: 'because' }, /logout, revoked/],
  [{ level: 4 }, /1, 2, 3/],
  [{ topLevel: 'yes' }, /true or false/],
  [{ activeBefore: '15m' }, /moment/],
  [{ activeBefore: Number.NaN }, /moment/],
  [{ address: 7 }, /address/],
  [{ address: 'home' }, /address/],
  [{ text: 7 }, /text/],
  [{ realm: 'No Realm' }, /realm/],
  [null, /no object|points/],
]

const MALFORMED_SELECTORS: readonly (readonly [object | undefined | null, RegExp])[] = [
  [undefined, /exactly one way/],
  [null, /exactly one way/],
  [{}, /exactly one way/],
  [{ realm: 'default' }, /exactly one way/],
  [{ user: 'ada' }, /exactly one way/],
  [{ userId: 'ada', everyone: true }, /exactly one way/],
  [{ id: undefined, userId: 'ada' }, /exactly one way/],
  [{ id: undefined }, /undefined/],
  [{ id: 7 }, /"id"/],
  [{ ids: undefined }, /undefined/],
  [{ ids: 'ses_1111111111111111111111' }, /list of session ids/],
  [{ ids: [undefined] }, /"ids"/],
  [{ userId: undefined }, /undefined/],
  [{ userId: 'ada', except: undefined }, /"except" .* undefined/],
  [{ userId: 'ada', except: 'current' }, /"except" is not a session id/],
  [{ userId: 'ada', exept: 'ses_1111111111111111111111' }, /Did you mean except\?/],
  [{ parentId: undefined }, /undefined/],
  [{ resource: undefined }, /undefined/],
  [{ resource: 'room/1', name: undefined }, /undefined/],
  [{ realm: undefined, userId: 'ada' }, /undefined/],
  [{ everyone: false }, /"everyone": true/],
  [{ everyone: undefined }, /undefined/],
  [{ filter: undefined }, /undefined/],
  [{ filter: {} }, /"everyone": true/],
  [{ filter: { realm: 'default' } }, /"everyone": true/],
  [{ filter: { status: 'any' } }, /"everyone": true/],
  [{ filter: { topLevel: false } }, /"everyone": true/],
  [{ filter: { realm: 'other', userId: 'ada' } }, /another realm/],
  [{ filter: { status: 'ended', userId: 'ada' } }, /over cannot be ended/],
  ...MALFORMED_FILTERS.map(([filter, words]) => [{ filter }, words] as const),
]

for (const { name, open } of STORES) {
  test(`a selector that lost a field, or has one too many, ends nothing (${name})`, async () => {
    await using bench = await engineBench({}, undefined, open)
    await populated(bench)
    for (const [selector, words] of MALFORMED_SELECTORS)
      for (const dryRun of [true, false])
        await assert.rejects(
          bench.sessions.end(selector as SessionSelector, { dryRun }),
          refused(words),
          JSON.stringify(selector),
        )
    assert.equal(await liveOf(bench.sessions), 3)
  })

  test(`what is no session id is nobody's (${name})`, async () => {
    await using bench = await engineBench({}, undefined, open)
    const { ada } = await populated(bench)
    const rest = ada.session.id.slice(4)
    for (const id of [`foo_${rest}`, rest, `${ada.session.id} `, 'current', 'ses_']) {
      assert.equal(await bench.sessions.get(id), undefined, id)
      await assert.rejects(bench.sessions.update(id, { label: 'x' }), (fault) =>
        isRollcallError(fault, 'not-found'),
      )
      for (const selector of [{ id }, { ids: [id] }, { parentId: id }, { filter: { parentId: id } }])
        for (const dryRun of [true, false]) {
          const { ended, matched } = await bench.sessions.end(selector, { dryRun })
          assert.deepEqual([ended, matched], [0, 0], `${Object.keys(selector)} ${id}`)
        }
    }
    assert.equal(await liveOf(bench.sessions), 3)
  })

  test(`an end of what is over already still keeps it out (${name})`, async () => {
    await using bench = await engineBench({}, undefined, open)
    const { ada } = await populated(bench)
    const { id } = ada.session
    await bench.sessions.end({ id })
    await bench.env.advance(1_000)
    const { ended } = await bench.sessions.end({ id }, { deny: { keys: ['user', 'address'], span: '1h' } })
    const { items } = await bench.sessions.denials.list()
    assert.deepEqual(
      [ended, items.map(({ key, value }) => `${key} ${value}`)],
      [0, ['user ada', 'address 203.0.113.7']],
    )
    await assert.rejects(bench.sessions.issue({ user: { id: 'ada' } }), (fault) =>
      isRollcallError(fault, 'denied'),
    )
  })
}

for (const { name, open } of LOCAL_STORES) {
  test(`whoever was just active is meant as such (${name})`, async () => {
    await using bench = await engineBench({}, undefined, open)
    const { ada, bob } = await populated(bench)
    await bench.env.advance(HOUR)
    await bench.sessions.verify(ada.token)
    const activeBefore = bench.env.now() - HOUR / 2
    const { items } = await bench.sessions.list({ sort: 'active', kind: 'login', limit: 1 })
    assert.equal(items[0]?.id, ada.session.id)
    await bench.env.advance(1_000)
    await bench.sessions.verify(bob.token)
    assert.equal((await bench.sessions.count({ activeBefore, kind: 'login' })).count, 0)
    await bench.env.advance(1_000)
    await bench.sessions.verify(ada.token)
    const selector = { filter: { activeBefore: bench.env.now() - 500, kind: 'login' } } as const
    assert.equal((await bench.sessions.end(selector, { dryRun: true })).matched, 1)
    await bench.env.advance(1_000)
    await bench.sessions.verify(ada.token)
    assert.equal((await bench.sessions.end(selector)).ended, 1)
    assert.ok((await bench.sessions.verify(ada.token)).ok)
    assert.equal((await bench.sessions.verify(bob.token)).ok, false)
  })
}

test('activity that another flush is writing at the moment is waited for', async () => {
  let held: (() => void) | undefined
  await using bench = await engineBench({}, (store) => ({
    ...store,
    async touch(activity) {
      await new Promise<void>((resolve) => (held = resolve))
      return store.touch(activity)
    },
  }))
  const { ada } = await populated(bench)
  await bench.env.advance(HOUR)
  await bench.sessions.verify(ada.token)
  await bench.env.advance(30_000)
  assert.ok(held, 'upkeep has begun to write')
  const counting = bench.sessions.count({ activeAfter: bench.env.now() - HOUR / 2 })
  await bench.env.advance(0)
  held()
  assert.equal((await counting).count, 1)
})

test('a query that lost a field lists and counts nothing', async () => {
  await using bench = await engineBench()
  for (const [filter, words] of MALFORMED_FILTERS) {
    await assert.rejects(bench.sessions.list(filter as SessionQuery), Error, JSON.stringify(filter))
    if (filter === null) continue
    await assert.rejects(bench.sessions.list(filter as SessionQuery), refused(words), JSON.stringify(filter))
    await assert.rejects(bench.sessions.count(filter as SessionQuery), refused(words), JSON.stringify(filter))
  }
  const queries = [{ sort: 'newest' }, { sort: undefined }, { limit: -3 }, { limit: 0 }, { limit: undefined }]
  for (const query of [...queries, { limit: 1.5 }, { cursor: undefined }, { cursor: 7 }, { page: 2 }])
    await assert.rejects(bench.sessions.list(query as SessionQuery), refused(), JSON.stringify(query))
  await assert.rejects(bench.sessions.count({ sort: 'active' } as SessionQuery), refused(/no field "sort"/))
})

test('a request to end that cannot be meant ends nothing, and no dry run says it would', async () => {
  await using bench = await engineBench()
  const { bob } = await populated(bench)
  const requests: readonly (readonly [object, RegExp])[] = [
    [{ dryrun: true }, /Did you mean dryRun\?/],
    [{ dryRun: undefined }, /undefined/],
    [{ deny: undefined }, /undefined/],
    [{ reason: 'because' }, /logout, revoked/],
    [{ deny: { keys: ['ip'], span: '1h' } }, /user, login, name, address/],
    [{ deny: { keys: [], span: '1h' } }, /user, login, name, address/],
    [{ deny: { keys: 'user', span: '1h' } }, /user, login, name, address/],
    [{ deny: { keys: ['user'], span: 'nonsense' } }, /span/],
    [{ deny: { keys: ['user'] } }, /span/],
    [{ deny: { keys: ['user'], for: '1h' } }, /no field "for"/],
  ]
  for (const [request, words] of requests)
    for (const dryRun of 'dryRun' in request ? [{}] : [{}, { dryRun: true }])
      await assert.rejects(
        bench.sessions.end({ id: bob.session.id }, { ...request, ...dryRun } as EndRequest),
        refused(words),
        JSON.stringify(request),
      )
  assert.equal(await liveOf(bench.sessions), 3)
})

test('words that do not exist are refused, with those that do', async () => {
  await using bench = await engineBench()
  const { issue, users } = bench.sessions
  const user = { id: 'ada' }
  await issue({ user })
  await assert.rejects(issue({ user, kind: 'Login' } as never), refused(/login, connection, playback/))
  await assert.rejects(
    issue({ user: { ...user, role: 'admin' } } as never),
    refused(/member, staff, operator/),
  )
  await assert.rejects(users.update('ada', { role: 'admin' } as never), refused(/member, staff, operator/))
  const limit = { sessions: 1, atLimit: 'deny' }
  await assert.rejects(issue({ user, limit } as never), refused(/evict-oldest, evict-idlest, refuse/))
  assert.throws(
    () => createSessions({ store: bench.store, env: testEnv(), policy: { atLimit: 'deny' } as never }),
    refused(/evict-oldest, evict-idlest, refuse/),
  )
  assert.deepEqual([await liveOf(bench.sessions), (await users.get('ada'))?.role], [1, 'member'])
})

test('many ids are ended and kept out once each, however many writes and however long it takes', async () => {
  await using bench: EngineBench = await engineBench({}, (store) => ({
    ...store,
    async end(...what) {
      await bench.env.advance(1)
      return store.end(...what)
    },
  }))
  const ids = await Promise.all(Array.from({ length: 501 }, (_, index) => begin(bench, index)))
  const deny = { keys: ['user'], span: '1h' } as const
  assert.equal((await bench.sessions.end({ ids: [...ids, ...ids] }, { deny })).ended, 501)
  const first = await bench.sessions.events('0', 1_000)
  const second = await bench.sessions.events(first.position, 1_000)
  const events = [...first.events, ...second.events]
  assert.equal(events.filter(({ type }) => type === 'session.ended').length, 501)
  assert.equal(events.filter(({ type }) => type === 'denial.created').length, 501)
})

async function begin({ sessions }: EngineBench, index: number): Promise<string> {
  return (await sessions.issue({ user: { id: `user-${index}` } })).session.id
}
