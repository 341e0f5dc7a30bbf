/**
 * Many nodes over HTTP: two applications on real sockets over one place.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RollcallError } from '../../src/core/errors.ts'
import type { SessionPolicy } from '../../src/engine/settled.ts'
import { type AppBench, appBench } from '../support/app.ts'
import { type Hold, holding } from '../support/node-bench.ts'
import { KEY } from '../support/server-process.ts'
import { sharedMemory } from '../support/shared-memory.ts'
import { until } from '../support/until.ts'

interface Pair extends AsyncDisposable {
  readonly one: AppBench
  readonly other: AppBench

  /** A hand on the second's store. */
  readonly hand: Hold
}

async function twoNodes(policy: SessionPolicy = {}): Promise<Pair> {
  const place = sharedMemory(Date.now)
  const hand = holding()
  const one = await appBench([], {}, { store: await place.open() })
  const other = await appBench([], {}, { store: hand.spoil(await place.open()), policy })
  for (const { sessions } of [one, other])
    await until('both have their lease', () => sessions.stats().lease === 'held')
  return {
    one,
    other,
    hand,
    [Symbol.asyncDispose]: async () => {
      hand.release()
      await other[Symbol.asyncDispose]()
      await one[Symbol.asyncDispose]()
    },
  }
}

interface Answered {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: what it is is what is tested
  readonly json: any
}

async function ask({ url }: AppBench, line: string, bearer = KEY, body?: object): Promise<Answered> {
  const [method = '', path = ''] = line.split(' ')
  const response = await fetch(url + path, {
    method,
    headers: {
      authorization: `Bearer ${bearer}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: response.status, headers: response.headers, json: await response.json() }
}

const away = (): RollcallError => new RollcallError('store-unavailable')

test('an end through one node that waits for all is refused by the other when it is answered', async () => {
  await using pair = await twoNodes()
  const { one, other } = pair
  const ends = [
    ['POST /v1/sessions/end?wait=all&timeout=2s', { selector: { user: 'ada' } }],
    ['DELETE /v1/users/ada/sessions?wait=all', undefined],
    ['PATCH /v1/users/ada?wait=all&timeout=2000', { banned: true }],
    ['DELETE /v1/sessions/{id}?wait=all', undefined],
  ] as const
  for (const [line, body] of ends) {
    await one.sessions.users.update('ada', { banned: false }).catch(() => undefined)
    const { token, id } = await one.issue('ada')
    assert.equal((await ask(other, 'GET /v1/whoami', token)).status, 200)
    const { status, json } = await ask(one, line.replace('{id}', id), KEY, body)
    assert.deepEqual(
      [status, json.ended, json.receipt.everywhere, json.receipt.nodes.length],
      [200, 1, true, 2],
      line,
    )
    assert.equal(other.sessions.verifyCached(token), undefined)
    assert.equal((await ask(other, 'GET /v1/whoami', token)).status, 401)
  }
})

test('a node that does not answer is named in the receipt', async () => {
  await using pair = await twoNodes({ maxStaleness: '20s' })
  const { one, other, hand } = pair
  hand.hold('read', 'renew')
  const { json } = await ask(one, 'POST /v1/sessions/end?wait=all&timeout=100ms', KEY, {
    selector: { user: 'ada' },
  })
  assert.equal(json.receipt.everywhere, false)
  const { passed, lease } = json.receipt.nodes.find(
    ({ id }: { id: string }) => id === other.sessions.nodes.own.id,
  )
  assert.deepEqual([passed, lease], [false, 'live'])
})

test('waiting that makes no sense is a bad request, and ends nothing', async () => {
  await using pair = await twoNodes()
  const { one } = pair
  const { id } = await one.issue('ada')
  for (const query of [
    'wait=some',
    'timeout=2s',
    'wait=all&timeout=1h',
    'wait=all&timeout=soon',
    'wait=all&timeout=0',
  ])
    assert.equal((await ask(one, `DELETE /v1/sessions/${id}?${query}`)).status, 400, query)
  assert.equal((await one.sessions.get(id))?.ending, undefined)
})

test('the nodes are listed, with which one was asked', async () => {
  await using pair = await twoNodes()
  const { one, other } = pair
  const { json } = await ask(other, 'GET /v1/nodes')
  assert.deepEqual(
    json.items.map(({ id, own, lease }: Record<string, unknown>) => [id, own, lease]),
    [
      [one.sessions.nodes.own.id, false, 'live'],
      [other.sessions.nodes.own.id, true, 'live'],
    ],
  )
})

test('fresh asks the store, ahead of the framework and behind it, of one token and of many', async () => {
  await using pair = await twoNodes({ maxStaleness: '20s' })
  const { one, other, hand } = pair
  const { token } = await one.issue('ada')
  await ask(other, 'GET /v1/whoami', token)
  const finds = (): number => hand.calls.get('find') ?? 0
  const before = finds()
  assert.equal((await ask(other, 'GET /v1/whoami', token)).status, 200)
  assert.equal((await ask(other, 'GET /v1/whoami?fresh=false', token)).status, 200)
  assert.equal((await ask(other, 'POST /v1/verify', KEY, { token })).json.live, true)
  assert.equal(finds(), before, 'what is at hand is vouched for')
  assert.equal((await ask(other, 'GET /v1/whoami?fresh=true', token)).status, 200)
  assert.equal(finds(), before + 1)
  const cookie = await fetch(`${other.url}/v1/whoami?fresh=true`, { headers: { 'x-session-token': token } })
  assert.equal(cookie.status, 200)
  assert.equal(finds(), before + 2)
  await ask(other, 'POST /v1/verify', KEY, { tokens: [token, token], fresh: true })
  assert.equal(finds(), before + 4)
  assert.equal((await ask(other, 'GET /v1/whoami?fresh=1', token)).status, 400)
})

test('readiness says how store, lease, feed and breaker stand', async () => {
  await using pair = await twoNodes()
  const { other, hand } = pair
  const ready = { status: 'ready', store: 'answers', lease: 'held', feed: 'connected', breaker: 'closed' }
  assert.deepEqual((await ask(other, 'GET /readyz')).json, ready)
  hand.fail(() => new Error('no such table'), 'renew')
  await until('the lease is lost', () => other.sessions.stats().lease === 'lost')
  const lost = await ask(other, 'GET /readyz')
  assert.deepEqual([lost.status, lost.json], [200, { ...ready, lease: 'lost' }])
  hand.fail(away, 'renew', 'read', 'now', 'find', 'tidy', 'expire', 'eraseSalts', 'dropLost')
  await until('the breaker is open', () => other.sessions.stats().breaker === 'open')
  const { status, headers, json } = await ask(other, 'GET /readyz')
  assert.deepEqual([status, headers.get('retry-after')], [503, '1'])
  assert.deepEqual(json, {
    status: 'not-ready',
    code: 'store-unavailable',
    store: 'away',
    lease: 'lost',
    feed: 'connected',
    breaker: 'open',
  })
  hand.release()
  await until('it is ready again', async () => (await ask(other, 'GET /readyz')).json.lease === 'held')
})

test('with the store away, what is at hand is served where that was allowed, and the answer says so', async () => {
  await using pair = await twoNodes({ serveStale: '30s' })
  const { one, other, hand } = pair
  const { token } = await one.issue('ada')
  assert.equal((await ask(other, 'GET /v1/whoami', token)).headers.get('rollcall-stale'), null)
  hand.fail(away, 'renew', 'read', 'now', 'find', 'findKey', 'touch')
  await until('the lease is lost', () => other.sessions.stats().lease === 'lost')
  const stale = await ask(other, 'GET /v1/whoami', token)
  assert.deepEqual([stale.status, stale.headers.get('rollcall-stale')], [200, 'true'])
  const fresh = await ask(other, 'GET /v1/whoami?fresh=true', token)
  assert.deepEqual(
    [fresh.status, fresh.json.code, fresh.headers.get('retry-after')],
    [503, 'store-unavailable', '1'],
  )
  assert.ok(other.sessions.stats().verified.stale >= 1)
})
