/**
 * Promises about ending sessions one by one, and about changing them.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { type ContractCase, DAY, HOUR, NOON, promise, REVOKED, TESTER } from './workbench.ts'

/** Each promise about ending and changing single sessions. */
export const endingPromises: readonly ContractCase[] = [
  promise('finds and ends nothing by what is no session id', async ({ begin, store, reasonOf }) => {
    const { record: login } = await begin()
    const { record: child } = await begin({ kind: 'connection', parentId: login.id })
    const rest = login.id.slice(4)
    const odd = [`foo_${rest}`, `SES_${rest}`, rest, `ses_${rest} `, `ses_${rest.slice(1)}`, 'ses_', '', '%']
    for (const id of odd) {
      assert.equal(await store.find(id), undefined, id)
      assert.deepEqual((await store.list({ parentId: id })).items, [], id)
      assert.equal((await store.count({ parentId: id })).count, 0, id)
      for (const pointed of [{ id }, { ids: [id] }, { parentId: id }])
        assert.deepEqual((await store.end({ realm: 'default', ...pointed }, REVOKED, 10)).ended, [], id)
    }
    assert.deepEqual([await reasonOf(login.id), await reasonOf(child.id)], [undefined, undefined])
  }),

  promise('ends a session once, however many ask at once', async ({ begin, store, kept, wait }) => {
    const { record } = await begin()
    wait(1_000)
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => store.end({ realm: 'default', id: record.id }, REVOKED, 10)),
    )
    assert.equal(answers.filter(({ ended }) => ended.length === 1).length, 1)
    assert.deepEqual((await kept(record.id)).ending, { at: NOON + 1_000, reason: 'revoked', by: TESTER })
  }),

  promise('ends what lives under a login with it, and names it apart', async ({ begin, store, reasonOf }) => {
    const { record: login } = await begin()
    const { record: child } = await begin({ kind: 'connection', parentId: login.id })
    const { ended, descendants } = await store.end({ realm: 'default', id: login.id }, REVOKED, 10)
    assert.deepEqual(
      ended.map(({ id }) => id),
      [login.id],
    )
    assert.deepEqual(
      descendants.map(({ id }) => id),
      [child.id],
    )
    assert.equal(await reasonOf(child.id), 'parent-ended')
  }),

  promise(
    'counts a session as pointed at also where its parent is, too',
    async ({ begin, store, reasonOf }) => {
      const { record: login } = await begin()
      const { record: child } = await begin({ kind: 'connection', parentId: login.id })
      const both = await store.end({ realm: 'default', ids: [login.id, child.id] }, REVOKED, 10)
      assert.deepEqual(
        [both.ended.length, both.descendants.length, await reasonOf(child.id)],
        [2, 0, 'revoked'],
      )
    },
  ),

  promise('ends exactly what each selector points at', async ({ begin, store, reasonOf }) => {
    const { record: login } = await begin()
    const under = { kind: 'connection', parentId: login.id, resource: 'room/1' } as const
    const { record: one } = await begin({ ...under, name: 'one' })
    const { record: two } = await begin({ ...under, name: 'two' })
    const { record: bobs } = await begin({ userId: 'bob', resource: 'room/1' })
    const counts = [
      await store.end({ realm: 'default', resource: 'room/1', name: 'one' }, REVOKED, 10),
      await store.end({ realm: 'default', parentId: login.id }, REVOKED, 10),
      await store.end({ realm: 'other', ids: [login.id, bobs.id] }, REVOKED, 10),
      await store.end({ realm: 'default', ids: [bobs.id], filter: { kind: 'connection' } }, REVOKED, 10),
      await store.end({ realm: 'default', ids: [bobs.id], filter: { userId: 'bob' } }, REVOKED, 10),
      await store.end({ realm: 'default', ids: [login.id, login.id] }, REVOKED, 10),
    ].map(({ ended }) => ended.length)
    assert.deepEqual(counts, [1, 1, 0, 0, 1, 1])
    assert.deepEqual(
      await Promise.all([one, two, bobs, login].map(({ id }) => reasonOf(id))),
      Array(4).fill('revoked'),
    )
  }),

  promise(
    'ends of the sessions that a filter was seen to mean only those that it still means',
    async (bench) => {
      const { begin, store, wait, reasonOf } = bench
      const silent = await Promise.all(Array.from({ length: 4 }, () => begin({ device: { label: 'old' } })))
      wait(HOUR)
      const filter = { label: 'old', activeBefore: NOON + 1 } as const
      const { items } = await store.list({ ...filter, limit: 200 })
      const ids = items.map(({ id }) => id)
      assert.deepEqual([...ids].sort(), silent.map(({ record }) => record.id).sort())
      const [used = '', renamed = '', over = '', meant = ''] = ids
      await store.touch([{ id: used, ago: 0 }])
      const { record } = (await store.find(renamed)) ?? {}
      assert.ok(record && (await store.replace({ ...record, device: { label: 'new' } })))
      await store.end({ realm: 'default', id: over }, { reason: 'logout', by: TESTER }, 10)
      const before = (await store.read(undefined, 1)).position
      const { ended, position } = await store.end({ realm: 'default', ids, filter }, REVOKED, 10)
      assert.deepEqual(
        ended.map(({ id }) => id),
        [meant],
      )
      assert.deepEqual(await Promise.all(ids.map(reasonOf)), [undefined, undefined, 'logout', 'revoked'])
      const { events } = await store.read(before, 10)
      assert.deepEqual(
        events.map((event) => [event.type, event.position]),
        [['session.ended', position]],
      )
    },
  ),

  promise('ends many in one write: no entry of the journal gets between theirs', async (bench) => {
    const { begin, store, attempt, history } = bench
    const begun = await Promise.all(Array.from({ length: 60 }, () => begin({ resource: 'room/1' })))
    const ids = begun.map(({ record }) => record.id)
    const from = (await history()).length
    await Promise.all([
      ...Array.from({ length: 5 }, () => attempt({ userId: 'bob' })),
      store.end({ realm: 'default', ids, filter: { resource: 'room/1' } }, REVOKED, 100),
      ...Array.from({ length: 5 }, () => attempt({ userId: 'bob' })),
    ])
    const types = (await history()).slice(from).map(({ type }) => type)
    const first = types.indexOf('session.ended')
    assert.equal(types.length, 70)
    assert.ok(types.slice(first, first + 60).every((type) => type === 'session.ended'))
  }),

  promise('ends no more at once than it was told to', async ({ begin, store, liveIds }) => {
    for (let index = 0; index < 5; index++) await begin({ resource: 'room/1' })
    const { ended } = await store.end({ realm: 'default', resource: 'room/1' }, REVOKED, 3)
    assert.deepEqual([ended.length, (await liveIds()).length], [3, 2])
  }),

  promise(
    'never changes an ended session: no touch, no replacing, no second ending',
    async ({ begin, store, kept, wait }) => {
      const { record } = await begin({ idle: HOUR })
      await store.end({ realm: 'default', id: record.id }, REVOKED, 10)
      const dead = await kept(record.id)
      wait(1_000)
      await store.touch([{ id: record.id, ago: 0 }])
      assert.equal(await store.replace({ ...dead, device: { label: 'ghost' } }), false)
      assert.equal(await store.replace({ ...record, device: { label: 'ghost' } }), false)
      await store.end({ realm: 'default', id: record.id }, { reason: 'logout', by: TESTER }, 10)
      await store.advanceEpoch({ realm: 'default', userId: 'ada' }, REVOKED)
      await store.tidy(100)
      wait(2 * DAY - 1)
      await store.expire(100)
      assert.deepEqual(await kept(record.id), dead)
    },
  ),

  promise(
    'replaces only at the revision that was read, and only what may change',
    async ({ begin, store, kept }) => {
      const { record } = await begin({ device: { ip: '203.0.113.7', label: 'old' }, data: { a: 1 } })
      const forged = { userId: 'eve', expiresAt: NOON + 9 * DAY, serial: 1e6, kind: 'playback' } as const
      const next = { ...record, ...forged, device: { ip: '203.0.113.7', label: 'new' }, data: { b: 2 } }
      assert.equal(await store.replace(next), true)
      assert.equal(await store.replace({ ...record, data: { late: true } }), false)
      const after = await kept(record.id)
      assert.deepEqual(after, {
        ...record,
        device: { ip: '203.0.113.7', label: 'new' },
        data: { b: 2 },
        revision: 1,
      })
    },
  ),

  promise('moves activity forward only, and idle expiry with it', async ({ begin, store, kept, wait }) => {
    const { record } = await begin({ idle: HOUR })
    wait(10_000)
    await store.touch([
      { id: record.id, ago: 2_000 },
      { id: 'ses_1111111111111111111111', ago: 0 },
    ])
    assert.equal((await kept(record.id)).lastActiveAt, NOON + 8_000)
    await store.touch([{ id: record.id, ago: 5_000 }])
    const { lastActiveAt, idleExpiresAt, expiresAt, revision } = await kept(record.id)
    assert.deepEqual(
      [lastActiveAt, idleExpiresAt, expiresAt, revision],
      [NOON + 8_000, NOON + 8_000 + HOUR, NOON + DAY, 0],
    )
  }),
]
