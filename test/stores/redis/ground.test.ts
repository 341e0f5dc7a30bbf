import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isRollcallError } from '../../../src/core/errors.ts'
import { readAddress } from '../../../src/stores/redis/address.ts'
import { redisStore } from '../../../src/stores/redis/store.ts'
import { type RedisServer, redisServer, WITHOUT_REDIS } from '../../support/redis-server.ts'
import { until } from '../../support/until.ts'
import { begin } from './support.ts'

describe('the ground that Redis gives', { skip: WITHOUT_REDIS }, () => {
  test('is refused where full memory would make it forget ended sessions, and says what to set', async () => {
    for (const policy of ['allkeys-lru', 'volatile-ttl']) {
      await using server = await redisServer({ config: { 'maxmemory-policy': policy } })
      await assert.rejects(
        redisStore({ url: server.url }),
        (fault) =>
          isRollcallError(fault, 'conflict') &&
          fault.message.includes(policy) &&
          fault.message.includes('CONFIG SET maxmemory-policy noeviction'),
      )
      await server.ask('config', 'set', 'maxmemory-policy', 'noeviction')
      const store = await redisStore({ url: server.url })
      await store.close()
    }
  })

  test('is described as it is: how a write reaches the disk', async () => {
    const always = { appendfsync: 'always' }
    assert.deepEqual((await caveatsOn(always)).filter(aboutDisk), [])
    assert.match((await caveatsOn({})).find(aboutDisk) ?? '', /everysec.*power cut.*CONFIG SET appendfsync/)
    assert.match((await caveatsOn({ appendfsync: 'no' })).find(aboutDisk) ?? '', /half a minute/)
    assert.match((await caveatsOn({ appendonly: 'no' })).find(aboutDisk) ?? '', /everything is lost/)
    const snapshots = await caveatsOn({ appendonly: 'no', save: '3600 1' })
    assert.match(snapshots.find(aboutDisk) ?? '', /snapshots only/)
  })

  test('is described as it is: replicas that may be promoted, and a master that goes on without them', async () => {
    await using server = await redisServer()
    await using replica = await replicaOf(server)
    const store = await redisStore({ url: server.url })
    const careless = (await store.caveats()).join('\n')
    assert.match(careless, /min-replicas-to-write 1/)
    assert.match(careless, /asynchronous.*durability/)
    await server.ask('config', 'set', 'min-replicas-to-write', 1)
    assert.doesNotMatch((await store.caveats()).join('\n'), /min-replicas/)
    await store.close()
    await using second = await replicaOf(server)
    const confirmed = await redisStore({ url: server.url, durability: 'replicated', replicas: 1 })
    assert.match((await confirmed.caveats()).join('\n'), /1 of 2 replicas.*Set replicas to 2/)
    await confirmed.close()
    const greedy = await redisStore({ url: server.url, durability: 'replicated', replicas: 3 })
    assert.match((await greedy.caveats()).join('\n'), /confirmed by 3 replicas, and a master has 2/)
    await greedy.close()
    assert.ok(replica.port !== second.port)
  })

  test('is described as far as it may be asked about', async () => {
    await using server = await redisServer()
    await server.ask('acl', 'setuser', 'plain', 'on', '>secret', '~*', '&*', '+@all', '-config')
    await server.ask('acl', 'setuser', 'blind', 'on', '>secret', '~*', '&*', '+@all', '-config', '-info')
    for (const [user, sentence] of [
      ['plain', /CONFIG GET is not permitted/],
      ['blind', /INFO is not permitted/],
    ] as const) {
      const store = await redisStore({ url: `redis://${user}:secret@127.0.0.1:${server.port}` })
      assert.match((await store.caveats()).join('\n'), sentence)
      await begin(store)
      await store.close()
    }
  })

  test('is enough with the commands and keys that the documentation lists, and no others', async () => {
    await using server = await redisServer()
    const rules = ['on', '>p@ss/word', '~mine:*', '&mine:*', '-@all', ...PERMITTED]
    await server.ask('acl', 'setuser', 'rollcall', ...rules)
    const store = await redisStore({
      url: `redis://rollcall:p%40ss%2Fword@127.0.0.1:${server.port}`,
      prefix: 'mine',
    })
    let news = 0
    store.feed?.onNews(() => {
      news += 1
    })
    await until('the feed is heard', () => store.feed?.connected())
    const { id } = await begin(store)
    await store.end({ realm: 'default', id }, { reason: 'revoked', by: { kind: 'key', id: 'k' } }, 1)
    assert.equal((await store.find(id))?.record.ending?.reason, 'revoked')
    assert.equal((await store.list({ status: 'ended' })).items.length, 1)
    assert.equal((await store.read('0', 10)).events.length, 2)
    await until('there is news', () => news > 0)
    await store.close()
    const elsewhere = await redisStore({
      url: `redis://rollcall:p%40ss%2Fword@127.0.0.1:${server.port}`,
    })
    await assert.rejects(begin(elsewhere), (fault) => isRollcallError(fault))
    await elsewhere.close()
  })
})

test('an address says where Redis is, or what is wrong with it without repeating it', () => {
  assert.deepEqual(readAddress('redis://h1:1,[::1]:2,h3/4'), {
    cluster: false,
    hosts: [
      { host: 'h1', port: 1 },
      { host: '::1', port: 2 },
      { host: 'h3', port: 6379 },
    ],
    tls: false,
    database: 4,
  })
  assert.deepEqual(readAddress('rediss-cluster://u:p%40@h:1'), {
    cluster: true,
    hosts: [{ host: 'h', port: 1 }],
    tls: true,
    username: 'u',
    password: 'p@',
    database: 0,
  })
  const wrong = [
    'redis:',
    'http://h',
    'redis://',
    'redis://h:0',
    'redis://h:99999',
    'redis://h,',
    'redis-cluster://h/1',
  ]
  for (const url of [...wrong, 'redis://u:se%cret@h', 'redis://u:secret@h:x']) {
    assert.throws(
      () => readAddress(url),
      (fault) => isRollcallError(fault, 'bad-request') && !fault.message.includes('se'.concat('%cret')),
      url,
    )
  }
})

/** What docs/stores/redis.md tells operators to permit. */
const PERMITTED = [
  '+@read',
  '+@write',
  '+@scripting',
  '+@pubsub',
  '+@connection',
  '+time',
  '+role',
  '+info',
  '+config|get',
  '+wait',
]

const aboutDisk = (sentence: string): boolean => /disk|snapshots/.test(sentence)

async function caveatsOn(config: Readonly<Record<string, string>>): Promise<readonly string[]> {
  await using server = await redisServer({ config })
  const store = await redisStore({ url: server.url })
  const caveats = await store.caveats()
  await store.close()
  return caveats
}

async function replicaOf(server: RedisServer): Promise<RedisServer> {
  const replica = await redisServer({ config: { replicaof: `127.0.0.1 ${server.port}` } })
  await until('the replica is connected', async () =>
    String(await replica.ask('info', 'replication')).includes('master_link_status:up'),
  )
  return replica
}
