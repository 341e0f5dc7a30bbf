import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isRollcallError } from '../../../src/core/errors.ts'
import { readAddress } from '../../../src/stores/redis/address.ts'
import { redisClient } from '../../../src/stores/redis/client.ts'
import { script } from '../../../src/stores/redis/script.ts'
import { redisStore } from '../../../src/stores/redis/store.ts'
import { REVOKED } from '../../../src/testing/contract/workbench.ts'
import { faultProxy } from '../../support/fault-proxy.ts'
import { QUICK_TO_REPLACE, redisCluster, redisServer, WITHOUT_REDIS } from '../../support/redis-server.ts'
import { until } from '../../support/until.ts'
import { begin, outcomeOf, persist } from './support.ts'

const COUNT = script('write', 'count up', "return redis.call('incr', KEYS[1])")
const LOOK = script('read', 'look', "return redis.call('get', KEYS[1])")
const KEY = 'faults:{A}:count'

/** How long stores wait here, and what a machine with other work may take on top, in milliseconds. */
const PATIENCE = 2_000
const BUSY = 3_000

describe('Redis in trouble', { skip: WITHOUT_REDIS }, () => {
  test('was not asked, or has not said: the two are told apart, and nothing is done twice', async () => {
    await using server = await redisServer({ config: { appendfsync: 'always' } })
    await using proxy = await faultProxy({ port: server.port })
    const address = readAddress(`redis://127.0.0.1:${proxy.port}`)
    const client = redisClient({ address, patience: 200 })
    const patient = redisClient({ address, patience: 5_000 })
    const count = () => client.run(COUNT, 'A', [KEY], [])
    const countInTime = () => patient.run(COUNT, 'A', [KEY], [])
    const look = () => client.run(LOOK, 'A', [KEY], [])
    const refused = () =>
      until(
        'it is known that nothing is sent',
        async () => (await outcomeOf(count())) === 'store-unavailable',
      )
    assert.equal(await countInTime(), 1)
    await persist(look)
    proxy.begin({ is: 'lost-replies' })
    assert.equal(await outcomeOf(count()), 'outcome-unknown')
    assert.equal(await outcomeOf(look()), 'store-unavailable')
    assert.equal(await outcomeOf(count()), 'store-unavailable', 'no new connection answers')
    proxy.heal()
    assert.equal(await persist(look), '2')
    proxy.begin({ is: 'refuse' })
    proxy.cut()
    await refused()
    proxy.heal()
    assert.equal(await countInTime(), 3)
    await server.kill()
    await refused()
    await server.restart()
    assert.equal(await countInTime(), 4, 'also where the server has forgotten the script')
    patient.close()
    client.close()
    await assert.rejects(count(), (fault) => isRollcallError(fault, 'store-unavailable'))
  })

  test('answers within its patience while it hangs, and is there again when it goes on', async () => {
    await using server = await redisServer()
    const store = await redisStore({ url: server.url, patience: 500 })
    const { id } = await persist(() => begin(store))
    server.pause()
    for (let times = 0; times < 3; times++) {
      const started = performance.now()
      assert.equal(await outcomeOf(store.find(id)), 'store-unavailable')
      assert.ok(performance.now() - started < 1_500 + BUSY)
    }
    server.resume()
    assert.ok(await persist(() => store.find(id)))
    await store.close()
  })

  test('says what is wrong and what helps, where it refuses', async () => {
    await using server = await redisServer()
    const store = await redisStore({ url: server.url, patience: PATIENCE })
    const { id } = await begin(store)
    await server.ask('config', 'set', 'maxmemory', 1)
    await assert.rejects(
      begin(store),
      (fault) => isRollcallError(fault, 'store-unavailable') && /maxmemory/.test(fault.message),
    )
    assert.ok(await store.find(id), 'reads go on')
    await server.ask('config', 'set', 'maxmemory', 0)
    await server.ask('config', 'set', 'min-replicas-to-write', 1)
    await assert.rejects(
      begin(store),
      (fault) => isRollcallError(fault, 'store-unavailable') && /min-replicas-to-write/.test(fault.message),
    )
    await store.close()
    await server.ask('config', 'set', 'requirepass', 'secret')
    await assert.rejects(
      redisStore({ url: `redis://:wrong@127.0.0.1:${server.port}`, patience: PATIENCE }),
      (fault) => isRollcallError(fault, 'store-unavailable') && /WRONGPASS.*password/.test(fault.message),
    )
  })

  test('is followed when a master of a cluster is gone and its replica takes its place', async () => {
    await using cluster = await redisCluster(QUICK_TO_REPLACE)
    const store = await redisStore({ url: cluster.url })
    const { id } = await begin(store)
    const { position } = await store.read(undefined, 1)
    const partition = id.charAt(4)
    const master = await cluster.masterOf(partition)
    await until('the replica has the session', async () => {
      const role = (await master.ask('role')) as readonly [string, number, readonly (readonly string[])[]]
      return role[2].every((replica) => Number(replica[2]) >= role[1])
    })
    await master.kill()
    const started = performance.now()
    await persist(() => store.end({ realm: 'default', id }, REVOKED, 1))
    assert.ok(performance.now() - started < 10_000)
    assert.equal((await persist(() => store.find(id)))?.record.ending?.reason, 'revoked')
    const { events } = await persist(() => store.read(position, 10))
    assert.deepEqual(
      events.map(({ type }) => type),
      ['session.ended'],
    )
    await master.restart()
    assert.equal((await persist(() => store.find(id)))?.record.ending?.reason, 'revoked')
    await store.close()
  })

  test('is heard again after the bus was cut, and says that there may be news', async () => {
    await using server = await redisServer()
    await using bus = await faultProxy({ port: server.port })
    const store = await redisStore({
      url: server.url,
      feedUrl: `redis://127.0.0.1:${bus.port}`,
      patience: PATIENCE,
    })
    const { feed } = store
    assert.ok(feed)
    let news = 0
    feed.onNews(() => {
      news += 1
    })
    await until('it is heard', feed.connected)
    for (const fault of [{ is: 'black-hole' }, { is: 'refuse' }] as const) {
      bus.begin(fault)
      if (fault.is === 'refuse') bus.cut()
      await until('it is known not to be heard', () => !feed.connected())
      const before = news
      await begin(store)
      assert.equal(news, before)
      bus.heal()
      await until('it is heard again', feed.connected)
      await until('there may be news', () => news > before)
    }
    await store.close()
  })
})
