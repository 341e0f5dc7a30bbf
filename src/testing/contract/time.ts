/**
 * Promises about expiry, and about forgetting.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { ACTIVITY_FLUSH } from '../../core/policy.ts'
import { type ContractCase, DAY, HOUR, NOON, promise, REVOKED } from './workbench.ts'

/** Each promise about time. */
export const timePromises: readonly ContractCase[] = [
  promise('lists a session until the very millisecond of its expiry', async ({ begin, liveIds, wait }) => {
    await begin({ lifetime: HOUR })
    wait(HOUR - 1)
    assert.equal((await liveIds()).length, 1)
    wait(1)
    assert.equal((await liveIds()).length, 0)
  }),

  promise(
    'ends what is due, dated when it was due, children too',
    async ({ begin, store, wait, kept, history }) => {
      const { record: login } = await begin({ lifetime: HOUR })
      const { record: child } = await begin({ kind: 'connection', parentId: login.id, lifetime: DAY })
      const { record: silent } = await begin({ idle: HOUR })
      const { record: lives } = await begin()
      wait(2 * HOUR)
      assert.ok((await store.expire(100)) >= 2)
      assert.equal(await store.expire(100), 0)
      assert.deepEqual((await kept(login.id)).ending, {
        at: NOON + HOUR,
        reason: 'expired',
        by: { kind: 'system', id: 'expiry' },
      })
      assert.deepEqual((await kept(silent.id)).ending, {
        at: NOON + HOUR,
        reason: 'idle',
        by: { kind: 'system', id: 'expiry' },
      })
      assert.ok((await kept(child.id)).ending)
      assert.equal((await kept(lives.id)).ending, undefined)
      assert.equal((await history()).filter(({ type }) => type === 'session.ended').length, 3)
    },
  ),

  promise('grants silence the time that unwritten activity may take', async ({ begin, liveIds, wait }) => {
    await begin({ idle: HOUR })
    wait(HOUR + ACTIVITY_FLUSH - 1)
    assert.equal((await liveIds()).length, 1)
    wait(1)
    assert.equal((await liveIds()).length, 0)
  }),

  promise(
    'keeps what is used past the end of its first silence, and ends it after the last',
    async (bench) => {
      const { begin, store, wait, kept } = bench
      const { record } = await begin({ idle: HOUR })
      wait(HOUR / 2)
      await store.touch([{ id: record.id, ago: 0 }])
      wait(HOUR / 2 + ACTIVITY_FLUSH)
      assert.deepEqual([await store.expire(100), (await store.count({})).count], [0, 1])
      wait(HOUR / 2)
      assert.equal(await store.expire(100), 1)
      assert.deepEqual((await kept(record.id)).ending?.at, NOON + 1.5 * HOUR)
    },
  ),

  promise('ends no more of what is due than it was told to', async ({ begin, store, wait }) => {
    for (let index = 0; index < 5; index++) await begin({ lifetime: HOUR })
    wait(HOUR)
    assert.deepEqual([await store.expire(3), await store.expire(3), await store.expire(3)], [3, 2, 0])
  }),

  promise(
    'keeps a tombstone until the session would have expired, then forgets it',
    async ({ begin, store, wait }) => {
      const { record } = await begin({ lifetime: 10 * DAY })
      const { record: lives } = await begin({ lifetime: 30 * DAY })
      await store.end({ realm: 'default', id: record.id }, REVOKED, 10)
      wait(10 * DAY - 1)
      assert.equal(await store.sweep(100), 0)
      wait(1)
      assert.equal(await store.sweep(100), 1)
      assert.equal(await store.find(record.id), undefined)
      assert.ok(await store.find(lives.id))
    },
  ),

  promise('keeps a tombstone for a day at least', async ({ begin, store, wait }) => {
    await begin({ lifetime: HOUR })
    wait(HOUR)
    await store.expire(100)
    wait(DAY - 1)
    assert.equal(await store.sweep(100), 0)
    wait(1)
    assert.equal(await store.sweep(100), 1)
  }),

  promise(
    'sweeps nothing that an epoch ended before its ending is told',
    async ({ begin, store, wait, history }) => {
      const { record } = await begin({ lifetime: HOUR })
      await store.advanceEpoch({ realm: 'default', userId: 'ada' }, REVOKED)
      wait(10 * DAY)
      assert.equal(await store.sweep(100), 0)
      await store.tidy(100)
      assert.equal(await store.sweep(100), 1)
      const told = (await history()).filter(
        (event) => event.type === 'session.ended' && event.session.id === record.id,
      )
      assert.equal(told.length, 1)
    },
  ),
]
