import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { MEMBERSHIP } from '../../src/core/node.ts'
import { holding, nodeBench } from '../support/node-bench.ts'

const USER = { user: { id: 'ada' } }

describe('between nodes', () => {
  test('an end that one node acknowledged is refused by the other at once after news', async () => {
    await using bench = await nodeBench()
    const { one, other, env } = bench
    const { token, session } = await one.issue(USER)
    await env.advance(1)
    assert.ok((await other.verify(token)).ok)
    assert.ok(other.verifyCached(token))
    await one.end({ id: session.id })
    await env.advance(1)
    assert.equal(other.verifyCached(token), undefined)
    assert.equal((await other.verify(token)).ok, false)
  })

  test('with the bus cut, it is refused within the largest staleness, whenever it comes', async () => {
    let latest = 0
    for (let offset = 0; offset < 1_000; offset += 41) {
      await using bench = await nodeBench()
      const { one, other, env, place } = bench
      const { token } = await one.issue(USER)
      await env.advance(300)
      place.cut()
      await env.advance(offset)
      await other.verify(token)
      await one.end({ userId: 'ada' })
      const began = env.monotonic()
      while (other.verifyCached(token) !== undefined) await env.advance(5)
      latest = Math.max(latest, env.monotonic() - began)
      assert.ok(latest <= 1_000, `${latest} ms`)
    }
    assert.ok(latest >= 200, `the bus was really cut: ${latest} ms at the latest`)
  })

  test('a node that can neither read nor hear refuses within the largest staleness', async () => {
    const deaf = holding()
    await using bench = await nodeBench({}, { spoil: deaf.spoil })
    const { one, other, env } = bench
    const { token } = await one.issue(USER)
    await env.advance(10)
    await other.verify(token)
    deaf.hold('read')
    await one.end({ userId: 'ada' })
    await env.advance(1_000)
    assert.equal(other.verifyCached(token), undefined)
    assert.equal(other.stats().lease, 'lost')
    assert.deepEqual((await other.verify(token)).ok, false)
    deaf.release()
    await env.advance(300)
    assert.equal(other.stats().lease, 'held')
  })

  test('a node whose renewals fail vouches for nothing, though it reads', async () => {
    const mute = holding()
    await using bench = await nodeBench({}, { spoil: mute.spoil })
    const { one, other, env } = bench
    const { token } = await one.issue(USER)
    await env.advance(10)
    await other.verify(token)
    mute.fail(() => new Error('no such table'), 'renew')
    await env.advance(1_300)
    assert.equal(other.verifyCached(token), undefined)
    assert.equal(other.stats().lease, 'lost')
    assert.ok((await other.verify(token)).ok, 'it asks the store')
    mute.release()
    await env.advance(600)
    assert.equal(other.stats().lease, 'held')
  })

  test('nodes join when they begin, tell how far they have read, and leave when they close', async () => {
    await using bench = await nodeBench()
    const { one, other, env } = bench
    const { nodes } = await one.nodes.list()
    assert.deepEqual(
      nodes.map(({ id, address, version }) => ({ id, address, version })),
      [
        { id: 'node_one', address: 'http://one', version: '1.2.3' },
        { id: 'node_other', address: 'http://other', version: '1.2.3' },
      ],
    )
    const { receipt } = await one.end({ userId: 'ada' })
    await env.advance(60)
    for (const { position } of (await one.nodes.list()).nodes) assert.equal(position, receipt.position)
    const left: string[] = []
    one.on('node.left', ({ node, lost }) => left.push(`${node.id} ${lost}`))
    const closed = other.close()
    await env.advance(10)
    await closed
    assert.deepEqual(
      (await one.nodes.list()).nodes.map(({ id }) => id),
      ['node_one'],
    )
    await env.advance(300)
    assert.deepEqual(left, ['node_other false'])
  })

  test('a node that was lost is taken out by the others, and joins again with nothing at hand', async () => {
    const asleep = holding()
    await using bench = await nodeBench({}, { spoil: asleep.spoil })
    const { one, other, env } = bench
    const told: string[] = []
    one.onAny(({ type }) => type.startsWith('node.') && told.push(type))
    const { token } = await one.issue(USER)
    await env.advance(10)
    await other.verify(token)
    asleep.hold('renew', 'read', 'now', 'dropLost')
    await env.advance(MEMBERSHIP + 3_000)
    assert.deepEqual(
      (await one.nodes.list()).nodes.map(({ id }) => id),
      ['node_one'],
    )
    assert.deepEqual(told, ['node.left'])
    asleep.release()
    await env.advance(1_500)
    assert.deepEqual(
      (await one.nodes.list()).nodes.map(({ id }) => id),
      ['node_one', 'node_other'],
    )
    assert.deepEqual(told, ['node.left', 'node.joined'])
    assert.equal(other.stats().atHand, 0)
    assert.equal(other.stats().lease, 'held')
  })

  test('the clock of a node may be an hour off: no decision changes, and the offset is shown', async () => {
    for (const off of [-3_600_000, 3_600_000]) {
      await using bench = await nodeBench({}, { off })
      const { one, other, env } = bench
      const right = await one.issue({ ...USER, lifetime: '30m', idle: '10m' })
      const wrong = await other.issue({ ...USER, lifetime: '30m', idle: '10m' })
      assert.ok(Math.abs(wrong.session.expiresAt - right.session.expiresAt) < 100)
      await env.advance(10)
      assert.ok((await other.verify(right.token)).ok && (await one.verify(wrong.token)).ok)
      assert.ok((await other.verify(right.token, { maxAge: '1m' })).ok)
      assert.equal((await other.list({ issuedAfter: (await other.now()) - 60_000 })).items.length, 2)
      await env.advance(11 * 60_000)
      for (const node of [one, other])
        for (const { token } of [right, wrong]) {
          const verdict = await node.verify(token)
          assert.equal(!verdict.ok && verdict.reason === 'ended' && verdict.ending.reason, 'idle')
        }
      assert.ok(Math.abs((other.stats().clockOffset ?? 0) + off) < 50)
      assert.ok(Math.abs(one.stats().clockOffset ?? 99) < 50)
    }
  })

  test('a store that nobody shares has one node: this one', async () => {
    const { engineBench } = await import('../support/engine.ts')
    await using bench = await engineBench()
    await bench.env.advance(300)
    const { nodes, at } = await bench.sessions.nodes.list()
    assert.equal(nodes.length, 1)
    assert.match(nodes[0]?.id ?? '', /^node_/)
    assert.equal(nodes[0]?.id, bench.sessions.nodes.own.id)
    assert.ok((nodes[0]?.leaseUntil ?? 0) > at)
    const { lease, breaker, feed } = bench.sessions.stats()
    assert.deepEqual([lease, breaker, feed], ['held', 'none', 'none'])
  })

  test('news of expiry, bans and withdrawn keys reach the other node at once too', async () => {
    await using bench = await nodeBench()
    const { one, other, env } = bench
    const { token } = await one.issue(USER)
    const { secret, key } = await one.keys.create({ name: 'k', scopes: ['admin'] })
    await env.advance(5)
    assert.ok((await other.verify(token)).ok && (await other.keys.verify(secret)))
    await one.users.update('ada', { banned: true })
    await one.keys.withdraw(key.id)
    await env.advance(5)
    assert.equal(other.verifyCached(token), undefined)
    assert.equal(await other.keys.verify(secret), undefined)
  })
})
