/**
 * Promises about ending everything of a user or a realm.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { type ContractCase, DAY, HOUR, promise, REVOKED, TESTER } from './workbench.ts'

/** Each promise about epochs. */
export const massPromises: readonly ContractCase[] = [
  promise(
    'ends everything of a user at once, and nothing of anybody else',
    async ({ begin, store, liveIds, reasonOf }) => {
      const { record } = await begin()
      await begin({ kind: 'connection', parentId: record.id })
      await begin({ userId: 'bob' })
      await begin({ realm: 'other' })
      const { ended, descendants } = await store.advanceEpoch({ realm: 'default', userId: 'ada' }, REVOKED)
      assert.deepEqual([ended, descendants], [1, 1])
      assert.equal(await reasonOf(record.id), 'revoked')
      assert.deepEqual(await liveIds(), [])
      assert.equal((await liveIds('bob')).length, 1)
      assert.equal((await store.count({ realm: 'other' })).count, 1)
    },
  ),

  promise('ends everything of a realm at once, with and without a user', async ({ begin, store }) => {
    await begin()
    await begin({ kind: 'playback', userId: '', resource: 'default/app/stream' })
    await begin({ realm: 'other' })
    const { ended } = await store.advanceEpoch({ realm: 'default' }, REVOKED)
    assert.equal(ended, 2)
    assert.deepEqual(
      [await store.count({}), (await store.count({ realm: 'other' })).count],
      [{ count: 0, exact: true }, 1],
    )
  }),

  promise(
    'keeps one login and what lives under it, through many such ends',
    async ({ begin, store, liveIds }) => {
      const { record: login } = await begin()
      const { record: child } = await begin({ kind: 'connection', parentId: login.id })
      for (let round = 0; round < 3; round++) {
        await begin()
        const { ended } = await store.advanceEpoch(
          { realm: 'default', userId: 'ada', except: login.id },
          REVOKED,
        )
        assert.equal(ended, 1)
        await store.tidy(100)
      }
      assert.deepEqual(await liveIds(), [child.id, login.id])
      await store.advanceEpoch({ realm: 'default', userId: 'ada', except: child.id }, REVOKED)
      assert.deepEqual(await liveIds(), [child.id, login.id])
    },
  ),

  promise(
    'keeps nothing for an exception that is over, or is somebody else',
    async ({ begin, store, liveIds }) => {
      const { record: bobs } = await begin({ userId: 'bob' })
      const { record: mine } = await begin()
      await store.end({ realm: 'default', id: mine.id }, REVOKED, 10)
      await begin()
      await store.advanceEpoch({ realm: 'default', userId: 'ada', except: mine.id }, REVOKED)
      assert.deepEqual(await liveIds(), [])
      await begin()
      await store.advanceEpoch({ realm: 'default', userId: 'ada', except: bobs.id }, REVOKED)
      assert.deepEqual([await liveIds(), await liveIds('bob')], [[], [bobs.id]])
    },
  ),

  promise('ends nothing of a user who only comes later', async ({ begin, store, liveIds }) => {
    await store.advanceEpoch({ realm: 'default', userId: 'ada' }, REVOKED)
    const { record } = await begin()
    await store.tidy(100)
    assert.deepEqual(await liveIds(), [record.id])
  }),

  promise('leaves alone what is begun afterwards', async ({ begin, store, liveIds }) => {
    await begin()
    await store.advanceEpoch({ realm: 'default', userId: 'ada' }, REVOKED)
    await store.advanceEpoch({ realm: 'default' }, REVOKED)
    const { record } = await begin()
    await store.tidy(100)
    assert.deepEqual(await liveIds(), [record.id])
  }),

  promise(
    'tells once that everything ended, then once of each, with moment, reason and origin',
    async (bench) => {
      const { begin, store, wait, history, kept } = bench
      const ids = [(await begin()).record.id, (await begin()).record.id]
      wait(1_000)
      const at = await store.now()
      const { position } = await store.advanceEpoch({ realm: 'default', userId: 'ada' }, REVOKED)
      wait(1_000)
      const before = await kept(ids[0] ?? '')
      while ((await store.tidy(1)) === 1);
      const events = (await history()).slice(2)
      assert.deepEqual(
        events.map(({ type }) => type),
        ['sessions.ended', 'session.ended', 'session.ended'],
      )
      for (const event of events.slice(1)) {
        assert.ok(event.type === 'session.ended')
        assert.deepEqual(
          [event.mass, event.reason, event.at, event.session.ending],
          [position, 'revoked', at, { at, reason: 'revoked', by: TESTER }],
        )
      }
      assert.deepEqual((await kept(ids[0] ?? '')).ending, before.ending)
    },
  ),

  promise(
    'names the first of several mass endings as the one that ended a session',
    async ({ begin, store, kept }) => {
      const { record } = await begin()
      await store.advanceEpoch({ realm: 'default' }, { reason: 'logout', by: TESTER })
      await store.advanceEpoch({ realm: 'default', userId: 'ada' }, REVOKED)
      assert.equal((await kept(record.id)).ending?.reason, 'logout')
      await store.tidy(100)
      assert.equal((await kept(record.id)).ending?.reason, 'logout')
    },
  ),

  promise(
    'says of what had expired before a mass ending that it expired',
    async ({ begin, store, wait, reasonOf, history }) => {
      const { record } = await begin({ lifetime: HOUR })
      wait(DAY)
      const { ended } = await store.advanceEpoch({ realm: 'default', userId: 'ada' }, REVOKED)
      assert.deepEqual([ended, await reasonOf(record.id)], [0, 'expired'])
      await store.tidy(100)
      const last = (await history()).at(-1)
      assert.deepEqual(
        [await reasonOf(record.id), last?.type === 'session.ended' && last.reason],
        ['expired', 'expired'],
      )
    },
  ),

  promise(
    'ends whatever was begun before it in the journal, and nothing begun after',
    async ({ begin, store, liveIds }) => {
      for (let round = 0; round < 20; round++) {
        const userId = `user-${round}`
        const { position: from } = await store.read(undefined, 1)
        const begun = Array.from({ length: 8 }, () => begin({ userId }))
        const mass = store.advanceEpoch({ realm: 'default', userId }, REVOKED)
        begun.push(...Array.from({ length: 8 }, () => begin({ userId })))
        const records = (await Promise.all(begun)).map(({ record }) => record)
        const { position } = await mass
        const { events } = await store.read(from, 1_000)
        const place = events.findIndex((event) => event.position === position)
        assert.ok(place >= 0)
        const later = new Set(
          events
            .slice(place + 1)
            .flatMap((event) => (event.type === 'session.created' ? [event.session.id] : [])),
        )
        const survivors = records.map(({ id }) => id).filter((id) => later.has(id))
        assert.deepEqual([...(await liveIds(userId))].sort(), survivors.sort())
      }
    },
  ),
]
