import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { readAddress } from '../../../src/stores/redis/address.ts'
import { type RedisClient, redisClient } from '../../../src/stores/redis/client.ts'
import { type Find, finderOf } from '../../../src/stores/redis/reads/find.ts'
import { redisStore } from '../../../src/stores/redis/store.ts'
import { draftOf, NOON, REVOKED, TESTER } from '../../../src/testing/contract/workbench.ts'
import { faultProxy } from '../../support/fault-proxy.ts'
import { redisCluster, redisServer, WITHOUT_REDIS } from '../../support/redis-server.ts'
import { type Bench, bench, type Changes } from './spoiled.ts'
import { outcomeOf } from './support.ts'

const GROUNDS = [
  { name: 'redis', start: () => redisServer({ config: { appendfsync: 'no' } }) },
  { name: 'redis cluster', start: () => redisCluster({ appendfsync: 'no' }) },
]

for (const { name, start } of GROUNDS) {
  describe(`finding many at once, ${name}`, { skip: WITHOUT_REDIS }, () => {
    let ground: Awaited<ReturnType<typeof start>>
    let stores = 0
    before(async () => {
      ground = await start()
    })
    after(() => ground[Symbol.asyncDispose]())

    async function within(
      use: (node: Bench, where: Where) => Promise<void>,
      changes: Changes = {},
    ): Promise<void> {
      stores += 1
      const where = { url: ground.url, prefix: `t${stores}`, clock: () => NOON }
      const node = bench({ ...where, changes })
      try {
        await use(node, where)
      } finally {
        node.close()
      }
    }

    test('gives each who asks what they asked for, whatever others ask for', () => within(eachTheirOwn))

    test('gives each who asks what they asked for: a script that leaves out what it does not find is caught', () =>
      assert.rejects(
        within(eachTheirOwn, { 'find sessions': [["= text or ''", '= text or nil']] }),
        assert.AssertionError,
      ))

    test('answers by what is asked after, not by an answer that is under way', () =>
      within((node, where) => afterTheEnd(node, where, (find) => find)))

    test('answers by what is asked after: whoever joins a question under way is caught', () =>
      assert.rejects(
        within((node, where) => afterTheEnd(node, where, joining)),
        assert.AssertionError,
      ))
  })
}

describe('finding many at once', { skip: WITHOUT_REDIS }, () => {
  test('fails for all of them where it fails, and works again afterwards', async () => {
    await using server = await redisServer({ config: { appendfsync: 'no' } })
    await using proxy = await faultProxy({ port: server.port })
    const store = await redisStore({ url: `redis://127.0.0.1:${proxy.port}`, patience: 2_000 })
    try {
      const begun = await store.insert(draftOf(), { by: TESTER })
      assert.ok(begun.ok)
      const many = () => Array.from({ length: 100 }, () => outcomeOf(store.find(begun.record.id)))
      proxy.begin({ is: 'black-hole' })
      assert.deepEqual(new Set(await Promise.all(many())), new Set(['store-unavailable']))
      proxy.heal()
      assert.deepEqual(new Set(await Promise.all(many())), new Set(['done']))
    } finally {
      await store.close()
    }
  })

  test('takes few questions, and a bounded one each', async () => {
    await using server = await redisServer({ config: { appendfsync: 'no' } })
    let questions = 0
    const node = bench({
      url: server.url,
      prefix: 'few',
      before(name) {
        if (name === 'find sessions') questions += 1
      },
    })
    try {
      const begun = await node.insert(draftOf(), { by: TESTER })
      assert.ok(begun.ok)
      await Promise.all(Array.from({ length: 200 }, () => node.find(begun.record.id)))
      assert.equal(questions, 4)
    } finally {
      node.close()
    }
  })
})

/** A store, as several open it. */
interface Where {
  readonly url: string
  readonly prefix: string
  readonly clock: () => number
}

/** Realms and users enough for many partitions. */
const REALMS = ['default', 'north', 'south', 'east', 'west', 'up']
const USERS = Array.from({ length: 20 }, (_, index) => `user-${index}`)

/** Finds sessions that are there, others that are not, and some that all of their realm's ended with, all at once. */
async function eachTheirOwn(node: Bench): Promise<void> {
  const drafts = REALMS.flatMap((realm) => USERS.map((userId) => draftOf({ realm, userId })))
  for (const draft of drafts) assert.ok((await node.insert(draft, { by: TESTER })).ok)
  await node.advanceEpoch({ realm: 'south' }, REVOKED)
  await node.advanceEpoch({ realm: 'north', userId: 'user-3' }, REVOKED)
  const asked = drafts.flatMap((draft) => [draft, draftOf({ realm: draft.realm, userId: 'nobody' }), draft])
  const begun = new Set(drafts.map(({ id }) => id))
  for (let round = 0; round < 3; round++) {
    const found = await Promise.all(asked.map(({ id }) => node.find(id).catch(() => undefined)))
    for (const [index, { id, realm, userId }] of asked.entries()) {
      const { record, user } = found[index] ?? {}
      const isOver = realm === 'south' || (realm === 'north' && userId === 'user-3')
      assert.deepEqual(
        record && [record.id, record.realm, record.userId, user?.realm, user?.id, record.ending?.reason],
        begun.has(id) ? [id, realm, userId, realm, userId, isOver ? 'revoked' : undefined] : undefined,
      )
    }
  }
}

/** Holds an answer back, ends what it is about, and asks again: whoever asks after the end is told of it. */
async function afterTheEnd(node: Bench, where: Where, way: (find: Find) => Find): Promise<void> {
  const client = redisClient({ address: readAddress(where.url), patience: 5_000 })
  const read = Promise.withResolvers<void>()
  const opened = Promise.withResolvers<void>()
  const slow: RedisClient = {
    ...client,
    async run(...question) {
      const answer = await client.run(...question)
      read.resolve()
      await opened.promise
      return answer
    },
  }
  try {
    const find = way(finderOf({ ...where, client: slow }))
    const { id } = draftOf()
    const begun = await node.insert(draftOf({ id }), { by: TESTER })
    assert.ok(begun.ok)
    const early = find(id)
    await read.promise
    await node.end({ realm: 'default', id }, REVOKED, 1)
    const late = find(id)
    opened.resolve()
    assert.equal((await early)?.record.ending, undefined)
    assert.equal((await late)?.record.ending?.reason, 'revoked')
  } finally {
    opened.resolve()
    client.close()
  }
}

/** Lets whoever asks for what is asked for already wait for that answer. */
function joining(find: Find): Find {
  const underWay = new Map<string, ReturnType<Find>>()
  return (id) => {
    const known = underWay.get(id)
    if (known !== undefined) return known
    const asked = find(id).finally(() => underWay.delete(id))
    underWay.set(id, asked)
    return asked
  }
}
