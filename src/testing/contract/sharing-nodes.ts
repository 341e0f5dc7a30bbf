/**
 * Promises about the nodes that share a place, and about how they hear of news.
 *
 * @module
 */
import assert from 'node:assert/strict'
import type { Feed } from '../../core/feed.ts'
import { MEMBERSHIP, type NodeRegistry, type NodeReport } from '../../core/node.ts'
import { hasPassed } from '../../core/position.ts'
import type { SessionStore } from '../../core/store.ts'
import {
  beginIn,
  eventually,
  historyOf,
  type SharedCase,
  sharedPromise,
  together,
  told,
} from './sharing-bench.ts'
import { NOON, REVOKED } from './workbench.ts'

/** Each promise about nodes and their feed. */
export const nodePromises: readonly SharedCase[] = [
  sharedPromise('list the nodes that joined by either, in their order, as of the clock', async (bench) => {
    const { one, other, wait } = bench
    await nodesOf(one).renew(reportOf('a', { address: 'http://10.0.0.1:4780' }))
    wait(10)
    await nodesOf(other).renew(reportOf('b', { lease: 2_000 }))
    for (const store of [one, other]) {
      const { nodes, at } = await nodesOf(store).list()
      assert.equal(at, NOON + 10)
      assert.deepEqual(nodes, [
        {
          ...reportOf('a', { address: 'http://10.0.0.1:4780' }),
          joinedAt: NOON,
          renewedAt: NOON,
          leaseUntil: NOON + 1_000,
          memberUntil: NOON + MEMBERSHIP,
        },
        {
          ...reportOf('b', { lease: 2_000 }),
          joinedAt: NOON + 10,
          renewedAt: NOON + 10,
          leaseUntil: NOON + 2_010,
          memberUntil: NOON + 10 + MEMBERSHIP,
        },
      ])
    }
  }),

  sharedPromise('tell once that a node joined, however often it renews', async ({ one, both, wait }) => {
    const { position } = await one.read(undefined, 1)
    await together(both, 6, (store) => nodesOf(store).renew(reportOf('a')))
    wait(500)
    await nodesOf(one).renew(reportOf('a', { lease: 1_000 }))
    const [node] = (await nodesOf(one).list()).nodes
    assert.deepEqual([node?.joinedAt, node?.renewedAt, node?.leaseUntil], [NOON, NOON + 500, NOON + 1_500])
    const { events } = await one.read(position, 10)
    assert.deepEqual(
      events.map(({ type, realm }) => [type, realm]),
      [['node.joined', '*']],
    )
    assert.deepEqual(events[0]?.type === 'node.joined' && events[0].node, { id: 'node_a', version: '1.2.3' })
  }),

  sharedPromise('let no position of a node go back', async ({ one, other }) => {
    await beginIn(one)
    const { position: first } = await one.read(undefined, 1)
    await beginIn(one, { userId: 'bob' })
    const { position: second } = await one.read(undefined, 1)
    await nodesOf(one).renew(reportOf('a', { position: second }))
    await nodesOf(other).renew(reportOf('a', { position: first }))
    const [node] = (await nodesOf(one).list()).nodes
    assert.ok(hasPassed(node?.position ?? '', second), `${node?.position} has passed ${second}`)
    await nodesOf(other).renew(reportOf('b', { position: '0' }))
    assert.equal((await nodesOf(one).list()).nodes.find(({ id }) => id === 'node_b')?.position, '0')
  }),

  sharedPromise(
    'keep a node whose lease is over for as long as it is a member',
    async ({ one, other, wait }) => {
      await nodesOf(one).renew(reportOf('a'))
      wait(MEMBERSHIP - 1)
      const { nodes, at } = await nodesOf(other).list()
      assert.ok(nodes[0] !== undefined && nodes[0].leaseUntil < at)
      assert.deepEqual(await nodesOf(other).dropLost(), [])
      wait(1)
      assert.deepEqual((await nodesOf(other).list()).nodes, [])
    },
  ),

  sharedPromise('let a node leave at once, and tell it once', async ({ one, other, both }) => {
    await nodesOf(one).renew(reportOf('a'))
    await nodesOf(one).renew(reportOf('b'))
    await together(both, 6, (store) => nodesOf(store).leave('node_a'))
    await nodesOf(one).leave('node_nobody')
    assert.deepEqual(
      (await nodesOf(other).list()).nodes.map(({ id }) => id),
      ['node_b'],
    )
    assert.deepEqual(await told(one, 'node'), ['node.joined', 'node.joined', 'node.left'])
    const left = (await historyOf(one)).at(-1)
    assert.ok(left?.type === 'node.left' && left.node.id === 'node_a' && !left.lost)
  }),

  sharedPromise(
    'drop a lost node once between them, and tell it once',
    async ({ one, other, both, wait }) => {
      for (const name of ['a', 'b', 'c']) await nodesOf(one).renew(reportOf(name))
      wait(MEMBERSHIP - 1)
      await nodesOf(other).renew(reportOf('c'))
      wait(1)
      const dropped = await together(both, 6, (store) => nodesOf(store).dropLost())
      assert.deepEqual(dropped.flat().sort(), ['node_a', 'node_b'])
      assert.deepEqual(
        (await nodesOf(one).list()).nodes.map(({ id }) => id),
        ['node_c'],
      )
      const lost = (await historyOf(one)).flatMap((event) =>
        event.type === 'node.left' ? [[event.node.id, event.lost]] : [],
      )
      assert.deepEqual(lost.sort(), [
        ['node_a', true],
        ['node_b', true],
      ])
    },
  ),

  sharedPromise('let a node that was dropped or left join anew', async ({ one, other, wait }) => {
    await nodesOf(one).renew(reportOf('a'))
    wait(MEMBERSHIP)
    assert.deepEqual(await nodesOf(other).dropLost(), ['node_a'])
    await nodesOf(one).renew(reportOf('a'))
    assert.equal((await nodesOf(other).list()).nodes[0]?.joinedAt, NOON + MEMBERSHIP)
    await nodesOf(one).leave('node_a')
    await nodesOf(one).renew(reportOf('a'))
    assert.deepEqual(await told(one, 'node'), [
      'node.joined',
      'node.left',
      'node.joined',
      'node.left',
      'node.joined',
    ])
    assert.deepEqual(await nodesOf(other).dropLost(), [])
  }),

  sharedPromise('take a node that wakes up undropped for one that joins', async ({ one, other, wait }) => {
    await nodesOf(one).renew(reportOf('a'))
    wait(MEMBERSHIP + 1)
    await nodesOf(one).renew(reportOf('a'))
    assert.equal((await nodesOf(other).list()).nodes[0]?.joinedAt, NOON + MEMBERSHIP + 1)
    assert.deepEqual((await told(one, 'node')).at(-1), 'node.joined')
    assert.deepEqual(await nodesOf(other).dropLost(), [])
  }),

  sharedPromise('tell each that the other has written', async ({ one, other }) => {
    for (const [writer, reader] of [
      [one, other],
      [other, one],
    ] as const) {
      let news = 0
      const stop = feedOf(reader).onNews(() => (news += 1))
      await eventually('the feed can be heard', () => feedOf(reader).connected())
      const before = news
      const { id } = await beginIn(writer)
      await eventually('a session that begins is news', () => news > before)
      const between = news
      await writer.end({ realm: 'default', id }, REVOKED, 10)
      await eventually('an end is news', () => news > between)
      const after = news
      await writer.advanceEpoch({ realm: 'default', userId: 'ada' }, REVOKED)
      await eventually('a mass ending is news', () => news > after)
      stop()
      const stopped = news
      await beginIn(writer)
      assert.equal(news, stopped)
    }
  }),
]

function reportOf(name: string, changes: Partial<NodeReport> = {}): NodeReport {
  return { id: `node_${name}`, version: '1.2.3', position: '0', lease: 1_000, ...changes }
}

function nodesOf({ name, nodes }: SessionStore): NodeRegistry {
  if (nodes !== undefined) return nodes
  throw new Error(`A store that is shared knows its nodes; ${name} has none.`)
}

function feedOf({ name, feed }: SessionStore): Feed {
  if (feed !== undefined) return feed
  throw new Error(`A store that is shared has a feed; ${name} has none.`)
}
