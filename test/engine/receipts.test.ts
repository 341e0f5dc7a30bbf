import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRollcallError } from '../../src/core/errors.ts'
import { engineBench } from '../support/engine.ts'
import { holding, nodeBench } from '../support/node-bench.ts'
import type { TestEnv } from '../support/test-env.ts'

const USER = { user: { id: 'ada' } }

test('an end that waits answers once every node has heard of it, with who and how long', async () => {
  await using bench = await nodeBench()
  const { one, other, env } = bench
  const { token } = await one.issue(USER)
  await env.advance(5)
  await other.verify(token)
  const { receipt } = await finish(env, one.end({ userId: 'ada' }, { wait: 'all' }))
  assert.equal(other.verifyCached(token), undefined)
  assert.equal(receipt.everywhere, true)
  assert.deepEqual(
    receipt.nodes.map(({ id, address, passed }) => ({ id, address, passed })),
    [
      { id: 'node_one', address: 'http://one', passed: true },
      { id: 'node_other', address: 'http://other', passed: true },
    ],
  )
  for (const node of receipt.nodes) assert.ok(node.passed && node.took <= 100, JSON.stringify(node))
})

test('a node that does not answer in time is named, and stops counting once its lease is over', async () => {
  const deaf = holding()
  await using bench = await nodeBench({}, { spoil: deaf.spoil })
  const { one, env } = bench
  await one.issue(USER)
  await env.advance(100)
  deaf.hold('read', 'renew')
  await env.advance(100)
  const short = await finish(env, one.end({ userId: 'ada' }, { wait: 'all', timeout: 200 }))
  assert.deepEqual(short.receipt.nodes[1], {
    id: 'node_other',
    address: 'http://other',
    passed: false,
    lease: 'live',
  })
  assert.equal(short.receipt.everywhere, false)
  const began = env.monotonic()
  const long = await finish(env, one.end({ userId: 'ada' }, { wait: 'all', timeout: '5s' }))
  assert.deepEqual(long.receipt.nodes[1], { ...short.receipt.nodes[1], lease: 'over' })
  assert.equal(long.receipt.everywhere, true)
  const took = env.monotonic() - began
  assert.ok(took > 400 && took < 1_100, `${took} ms: as long as its lease, and no longer`)
  deaf.release()
  await env.advance(500)
})

test('a node that is gone, or comes only later, is not waited for', async () => {
  await using bench = await nodeBench()
  const { one, other, env, start } = bench
  await Promise.all([other.close(), env.advance(20)])
  const ending = one.end({ userId: 'ada' }, { wait: 'all' })
  const starting = start('late')
  const { receipt } = await finish(env, ending)
  await starting
  assert.deepEqual(
    receipt.nodes.map(({ id }) => id),
    ['node_one'],
  )
})

test('while nodes cannot be listed, a receipt does not say that all have heard', async () => {
  const blind = holding()
  await using bench = await nodeBench({ spoil: blind.spoil })
  const { one, env } = bench
  blind.fail(() => new Error('away'), 'list')
  const { receipt } = await finish(env, one.end({ userId: 'ada' }, { wait: 'all', timeout: 300 }))
  assert.equal(receipt.everywhere, false)
  blind.release()
})

test('however many wait, the nodes are asked for once at a time', async () => {
  const counted = holding()
  await using bench = await nodeBench({ spoil: counted.spoil })
  const { one, env } = bench
  const before = counted.calls.get('list') ?? 0
  const ends = Array.from({ length: 50 }, (_, index) =>
    one.end({ resource: `room/${index}` }, { wait: 'all', timeout: '2s' }),
  )
  const all = await finish(env, Promise.all(ends))
  assert.ok(all.every(({ receipt }) => receipt.everywhere))
  assert.ok((counted.calls.get('list') ?? 0) - before < 20)
})

test('a ban can wait too', async () => {
  await using bench = await nodeBench()
  const { one, env } = bench
  await one.issue(USER)
  const { receipt, ended } = await finish(env, one.users.update('ada', { banned: true }, { wait: 'all' }))
  assert.deepEqual([ended, receipt.nodes.length, receipt.everywhere], [1, 2, true])
})

test('alone, the own node is the only one that is waited for', async () => {
  await using bench = await engineBench()
  const { sessions, env } = bench
  await sessions.issue(USER)
  const { receipt } = await finish(env, sessions.end({ userId: 'ada' }, { wait: 'all' }))
  assert.equal(receipt.everywhere, true)
  assert.deepEqual(
    receipt.nodes.map(({ id, passed }) => [id, passed]),
    [[sessions.nodes.own.id, true]],
  )
})

test('who does not wait is told no nodes', async () => {
  await using bench = await nodeBench()
  const { receipt } = await bench.one.end({ userId: 'ada' })
  assert.deepEqual(Object.keys(receipt).sort(), ['nodes', 'position'])
  assert.deepEqual(receipt.nodes, [])
})

test('waiting that cannot be meant is refused, and ends nothing', async () => {
  await using bench = await nodeBench()
  const { one } = bench
  await one.issue(USER)
  for (const request of [
    { timeout: '2s' },
    { wait: 'all', timeout: 0 },
    { wait: 'all', timeout: '31s' },
    { wait: 'some' },
  ])
    await assert.rejects(one.end({ userId: 'ada' }, request as { wait: 'all' }), (fault) =>
      isRollcallError(fault, 'bad-request'),
    )
  assert.equal((await one.count()).count, 1)
})

test('an end of many batches answers with a position that has no gap', async () => {
  const positions = ['A-5', 'f-3', 'A-9']
  let calls = 0
  await using bench = await engineBench({}, (store) => ({
    ...store,
    async end(selector, ending, limit) {
      const batch = await store.end(selector, ending, limit)
      return { ...batch, position: positions[calls++] ?? '' }
    },
  }))
  const { sessions } = bench
  const lettered = (index: number): string =>
    String(index).replace(/\d/g, (digit) => 'ABCDEFGHJK'[Number(digit)] ?? '')
  const ids = Array.from({ length: 1_200 }, (_, index) => `ses_${lettered(index).padStart(22, 'Z')}`)
  const { receipt } = await sessions.end({ ids })
  assert.equal(calls, 3)
  assert.equal(receipt.position, 'A-9.f-3')
})

/** Lets time pass until something is done. */
async function finish<Done>(env: TestEnv, work: Promise<Done>): Promise<Done> {
  let done = false
  const settled = work.finally(() => (done = true))
  settled.catch(() => undefined)
  for (let turn = 0; turn < 2_000 && !done; turn++) await env.advance(5)
  return settled
}
