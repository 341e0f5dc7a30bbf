import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isRollcallError } from '../../../src/core/errors.ts'
import { redisStore } from '../../../src/stores/redis/store.ts'
import { draftOf, REVOKED } from '../../../src/testing/contract/workbench.ts'
import { type FaultProxy, faultProxy } from '../../support/fault-proxy.ts'
import { type RedisServer, redisServer, WITHOUT_REDIS } from '../../support/redis-server.ts'
import { until } from '../../support/until.ts'
import { begin, outcomeOf, persist } from './support.ts'

const REVOKE = (id: string) => ({ realm: 'default', id }) as const

describe('Redis with a replica', { skip: WITHOUT_REDIS }, () => {
  test('counts a write only once the replica has it, where that is asked for', async () => {
    await using pair = await startPair()
    const local = await redisStore({ url: pair.master.url, patience: 2_000 })
    const replicated = await redisStore({ url: pair.master.url, patience: 2_000, durability: 'replicated' })
    const { id } = await persist(() => begin(replicated))
    assert.equal(await outcomeOf(replicated.end(REVOKE(id), REVOKED, 1)), 'done')

    pair.link.begin({ is: 'black-hole' })
    const second = await begin(local)
    assert.equal(await outcomeOf(replicated.end(REVOKE(second.id), REVOKED, 1)), 'outcome-unknown')
    assert.equal(
      await outcomeOf(replicated.end(REVOKE(second.id), REVOKED, 1)),
      'outcome-unknown',
      'again (T1)',
    )
    assert.equal(await outcomeOf(replicated.end(REVOKE('ses_nobody'), REVOKED, 1)), 'outcome-unknown')
    assert.equal(
      await outcomeOf(local.end(REVOKE(second.id), REVOKED, 1)),
      'done',
      'the control does not wait',
    )
    assert.ok(await replicated.find(second.id), 'reads go on')
    assert.ok(await replicated.nodes?.list())

    pair.link.heal()
    await persist(() => replicated.end(REVOKE(second.id), REVOKED, 1))
    await local.close()
    await replicated.close()
  })

  test('gives no successor away that no replica has, however often its token is presented', async () => {
    await using pair = await startPair()
    const store = await redisStore({ url: pair.master.url, patience: 2_000, durability: 'replicated' })
    const other = await redisStore({ url: pair.master.url, patience: 2_000, durability: 'replicated' })
    const { id, tokenHash } = await persist(() => begin(store))
    const { tokenHash: hash } = draftOf()
    assert.ok(tokenHash && hash)
    const rotation = { id, presented: tokenHash, successor: { hash, salt: 'salt', grace: 60_000 } }
    await persist(() => begin(other))
    pair.link.begin({ is: 'black-hole' })
    assert.equal(await outcomeOf(store.rotate(rotation)), 'outcome-unknown')
    for (const asked of [store, other])
      assert.equal(
        await outcomeOf(asked.rotate(rotation)),
        'outcome-unknown',
        'it is graceful, and not sure to stay',
      )
    pair.link.heal()
    const { outcome } = await persist(() => other.rotate(rotation))
    assert.equal(outcome, 'standing')
    await store.close()
    await other.close()
  })

  test('keeps an end that a replica confirmed when that is promoted; without, it is lost', async () => {
    for (const durability of ['replicated', 'local'] as const) {
      await using pair = await startPair()
      const store = await redisStore({ url: urlOf(pair), patience: 2_000, durability })
      const { id } = await persist(() => begin(store))
      await persist(() => store.end(REVOKE(id), REVOKED, 1))
      const other = await persist(() => begin(store))
      await caughtUp(pair)
      pair.link.begin({ is: 'black-hole' })
      const outcome = await outcomeOf(store.end(REVOKE(other.id), REVOKED, 1))
      assert.equal(outcome, durability === 'replicated' ? 'outcome-unknown' : 'done')
      await promote(pair)
      const found = await persist(async () => (await store.find(id))?.record.ending?.reason)
      assert.equal(found, 'revoked')
      const lost = (await store.find(other.id))?.record.ending === undefined
      assert.ok(lost, 'what was not confirmed is lost: never claimed with replicated, the residue of local')
      await store.close()
    }
  })

  test('goes over to the one that is the master, and speaks to no replica', async () => {
    await using pair = await startPair()
    const store = await redisStore({ url: urlOf(pair), patience: 2_000 })
    const { id } = await begin(store)
    await caughtUp(pair)
    await assert.rejects(
      redisStore({ url: pair.replica.url, patience: 2_000 }),
      (fault) => isRollcallError(fault, 'store-unavailable') && /is a replica of/.test(fault.message),
    )
    await pair.replica.ask('replicaof', 'no', 'one')
    const torn = await redisStore({ url: urlOf(pair), patience: 2_000 }).catch((fault: unknown) => fault)
    assert.ok(isRollcallError(torn, 'store-unavailable') && /both say/.test(torn.message))
    await pair.master.ask('replicaof', '127.0.0.1', pair.replica.port)
    await persist(() => store.end(REVOKE(id), REVOKED, 1))
    assert.equal(String(await pair.replica.ask('exists', `rollcall:{${id[4]}}:s:${id.slice(5)}`)), '1')
    assert.equal((await store.find(id))?.record.ending?.reason, 'revoked')
    await store.close()
  })

  test('forgets every position once entries that were read are lost', async () => {
    await using pair = await startPair()
    const store = await redisStore({ url: urlOf(pair), patience: 2_000 })
    const other = await redisStore({ url: urlOf(pair), patience: 2_000 })
    await begin(store)
    const { position: common } = await store.read('0', 10)
    await caughtUp(pair)
    pair.link.begin({ is: 'black-hole' })
    for (let times = 0; times < 3; times++) await begin(store)
    const { position: lost } = await store.read(common, 10)
    await promote(pair)
    for (let times = 0; times < 5; times++) await persist(() => begin(other))
    const page = await persist(() => store.read(lost, 10))
    assert.equal(page.forgotten, true, 'the same counts, and not the same entries')
    for (const reader of [store, other]) {
      assert.equal((await reader.read(common, 10)).forgotten, true, 'for whoever stands anywhere before')
      const { position } = await reader.read(undefined, 1)
      await begin(reader)
      const next = await reader.read(position, 10)
      assert.deepEqual([next.forgotten, next.events.length], [false, 1])
    }
    await store.close()
    await other.close()
  })
})

interface Pair extends AsyncDisposable {
  readonly master: RedisServer
  readonly replica: RedisServer

  /** What the replica reads from its master through. */
  readonly link: FaultProxy
}

async function startPair(): Promise<Pair> {
  const master = await redisServer()
  const link = await faultProxy({ port: master.port })
  const replica = await redisServer({ config: { replicaof: `127.0.0.1 ${link.port}` } })
  const pair: Pair = {
    master,
    replica,
    link,
    async [Symbol.asyncDispose]() {
      await Promise.all([master, replica, link].map((each) => each[Symbol.asyncDispose]()))
    },
  }
  await until('the replica is connected', async () =>
    String(await replica.ask('info', 'replication')).includes('master_link_status:up'),
  )
  return pair
}

function urlOf({ master, replica }: Pair): string {
  return `redis://127.0.0.1:${master.port},127.0.0.1:${replica.port}`
}

/** Waits until the replica has all that its master has. */
async function caughtUp({ master, replica }: Pair): Promise<void> {
  await until('the replica has caught up', async () => {
    const [there, here] = await Promise.all(
      [master, replica].map(async (server) => {
        const role = (await server.ask('role')) as readonly unknown[]
        return Number(role[0] === 'master' ? role[1] : role[4])
      }),
    )
    return there === here
  })
}

/** Kills the master and makes its replica the master. */
async function promote({ master, replica }: Pair): Promise<void> {
  await master.kill()
  await replica.ask('replicaof', 'no', 'one')
}
