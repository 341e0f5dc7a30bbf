/**
 * Promises about beginning a session.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { type ContractCase, DAY, draftOf, HOUR, NOON, promise, REVOKED, TESTER } from './workbench.ts'

/** Each promise about beginning a session. */
export const insertingPromises: readonly ContractCase[] = [
  promise('finds what was begun, field for field', async ({ store, kept }) => {
    const draft = draftOf({
      kind: 'playback',
      resource: 'default/app/stream',
      name: 'front-row',
      idle: HOUR,
      authenticatedAgo: 5_000,
      device: {
        ip: '203.0.113.7',
        userAgent: 'Example/1.0',
        label: 'The big screen',
        browser: 'Example 1',
        os: 'TV',
        type: 'tv',
      },
      authentication: { methods: ['pwd', 'otp'], level: 2 },
      data: { plan: 'pro', nested: { deep: ['é', null, 1.5] } },
    })
    const inserted = await store.insert(draft, { by: TESTER })
    assert.ok(inserted.ok)
    const { lifetime: _lifetime, authenticatedAgo: _ago, ...given } = draft
    assert.deepEqual(await kept(draft.id), {
      ...given,
      serial: inserted.record.serial,
      stamp: NOON / 1000,
      issuedAt: NOON,
      authenticatedAt: NOON - 5_000,
      lastActiveAt: NOON,
      expiresAt: NOON + DAY,
      idleExpiresAt: NOON + HOUR,
      realmEpoch: 0,
      userEpoch: 0,
      revision: 0,
      tokenRole: 'member',
    })
    assert.deepEqual(inserted.record, await kept(draft.id))
  }),

  promise('keeps absent fields absent', async ({ begin, store }) => {
    const { record } = await begin({ kind: 'playback', userId: '', resource: 'default/app/stream' })
    const found = await store.find(record.id)
    assert.deepEqual(Object.keys(found ?? {}).sort(), ['at', 'record'])
    const absent = ['userId', 'parentId', 'name', 'idle', 'idleExpiresAt', 'authentication', 'data', 'ending']
    assert.deepEqual(
      absent.filter((field) => field in (found?.record ?? {})),
      [],
    )
  }),

  promise('answers undefined for an id it has never seen', async ({ store }) => {
    assert.equal(await store.find(draftOf().id), undefined)
  }),

  promise('gives serials that grow and stamps that are unique among a user', async ({ begin }) => {
    const all = await Promise.all(Array.from({ length: 20 }, () => begin()))
    const serials = all.map(({ record }) => record.serial)
    assert.equal(new Set(serials).size, 20)
    assert.deepEqual(new Set(all.map(({ record }) => record.stamp)).size, 20)
    assert.ok((await begin()).record.serial > Math.max(...serials))
  }),

  promise(
    'makes a user with the first session, and changes only the fields given later',
    async ({ begin, store }) => {
      await begin({}, { user: { displayName: 'Ada', role: 'staff' } })
      await begin({}, { user: { displayName: 'Ada L.' } })
      const user = await store.findUser('default', 'ada')
      assert.deepEqual([user?.displayName, user?.role, user?.banned], ['Ada L.', 'staff', false])
    },
  ),

  promise('refuses a banned user, whatever else holds', async ({ begin, attempt, store }) => {
    await begin()
    await store.updateUser('default', 'ada', { banned: true }, TESTER)
    assert.equal(await attempt(), 'user-banned')
    assert.equal(await attempt({ realm: 'other' }), 'begun')
    await store.updateUser('default', 'ada', { banned: false }, TESTER)
    assert.equal(await attempt(), 'begun')
  }),

  promise(
    'lets a session live only under a live login of its own realm and user',
    async ({ begin, attempt, store }) => {
      const { record: login } = await begin()
      const child = { kind: 'connection', parentId: login.id } as const
      const { record: connection } = await begin(child)
      assert.equal(await attempt({ ...child, userId: 'bob' }), 'parent-not-live')
      assert.equal(await attempt({ ...child, realm: 'other' }), 'parent-not-live')
      assert.equal(await attempt({ ...child, parentId: connection.id }), 'parent-not-live')
      assert.equal(await attempt({ ...child, parentId: draftOf().id }), 'parent-not-live')
      await store.end({ realm: 'default', id: login.id }, REVOKED, 10)
      assert.equal(await attempt(child), 'parent-not-live')
    },
  ),

  promise('lets no login live under another', async ({ begin, attempt }) => {
    const { record: login } = await begin()
    assert.equal(await attempt({ kind: 'login', parentId: login.id }), 'parent-not-live')
  }),

  promise(
    'frees the name of what a mass ending ended, and tells of that end once, with its origin',
    async ({ begin, attempt, store, history, kept }) => {
      const named = { kind: 'connection', resource: 'app/one', name: 'seat-1' } as const
      const { record } = await begin(named)
      const { position } = await store.advanceEpoch({ realm: 'default', userId: 'ada' }, REVOKED)
      assert.equal(await attempt(named), 'begun')
      assert.equal(await attempt(named), 'name-taken')
      await store.tidy(100)
      const told = (await history()).filter(
        (event) => event.type === 'session.ended' && event.session.id === record.id,
      )
      assert.deepEqual(
        told.map((event) => event.type === 'session.ended' && [event.mass, event.reason, event.at]),
        [[position, 'revoked', NOON]],
      )
      assert.equal((await kept(record.id)).ending?.reason, 'revoked')
      assert.equal((await store.count({ resource: 'app/one' })).count, 1)
    },
  ),

  promise('lets nothing live under a login that gives way to it', async ({ begin, attempt, reasonOf }) => {
    const { record: login } = await begin()
    const child = { kind: 'connection', parentId: login.id } as const
    assert.equal(await attempt(child, { replaces: { id: login.id } }), 'parent-not-live')
    assert.equal(await reasonOf(login.id), undefined)
  }),

  promise('never lets a child outlive its parent', async ({ begin }) => {
    const { record: login } = await begin({ lifetime: HOUR })
    const { record: child } = await begin({ kind: 'connection', parentId: login.id, lifetime: DAY })
    assert.equal(child.expiresAt, login.expiresAt)
  }),

  promise(
    'holds a live name for one session of its kind and resource, however many ask at once',
    async ({ attempt, store }) => {
      const named = { kind: 'playback', resource: 'default/app/stream', name: 'front-row' } as const
      const answers = await Promise.all(Array.from({ length: 20 }, () => attempt(named)))
      assert.equal(answers.filter((answer) => answer === 'begun').length, 1)
      assert.equal(answers.filter((answer) => answer === 'name-taken').length, 19)
      assert.equal(await attempt({ ...named, resource: 'default/app/other' }), 'begun')
      assert.equal(await attempt({ ...named, realm: 'other' }), 'begun')
      await store.end({ realm: 'default', resource: named.resource, name: named.name }, REVOKED, 10)
      assert.equal(await attempt(named), 'begun')
    },
  ),

  promise(
    'frees a name when its holder expires or is ended by an epoch',
    async ({ begin, attempt, store, wait }) => {
      const named = {
        kind: 'playback',
        resource: 'default/app/stream',
        name: 'front-row',
        lifetime: HOUR,
      } as const
      await begin(named)
      wait(HOUR)
      assert.equal(await attempt(named), 'begun')
      await store.advanceEpoch({ realm: 'default' }, REVOKED)
      assert.equal(await attempt(named), 'begun')
      assert.equal(await attempt(named), 'name-taken')
    },
  ),

  promise(
    'never lets a user have more sessions than the limit, however many are begun at once',
    async ({ attempt, liveIds }) => {
      const limit = { sessions: 3, atLimit: 'refuse' } as const
      const answers = await Promise.all(Array.from({ length: 20 }, () => attempt({}, { limit })))
      assert.equal(answers.filter((answer) => answer === 'begun').length, 3)
      assert.equal(answers.filter((answer) => answer === 'limit-reached').length, 17)
      assert.equal((await liveIds()).length, 3)
    },
  ),

  promise(
    'evicts the oldest, or the idlest, to stay within the limit',
    async ({ begin, wait, store, liveIds, reasonOf }) => {
      const { record: first } = await begin()
      wait(1_000)
      const { record: second } = await begin()
      wait(1_000)
      await store.touch([{ id: first.id, ago: 0 }])
      const third = await begin({}, { limit: { sessions: 2, atLimit: 'evict-idlest' } })
      assert.deepEqual(third.gaveWay, [second.id])
      const fourth = await begin({}, { limit: { sessions: 2, atLimit: 'evict-oldest' } })
      assert.deepEqual(fourth.gaveWay, [first.id])
      assert.equal(await reasonOf(first.id), 'evicted')
      assert.deepEqual(await liveIds(), [fourth.record.id, third.record.id])
    },
  ),

  promise('lets one session of the same user give way to another', async ({ begin, reasonOf }) => {
    const { record: mine } = await begin()
    const { record: other } = await begin({ userId: 'bob' })
    const { gaveWay } = await begin(
      {},
      { replaces: { id: mine.id }, limit: { sessions: 1, atLimit: 'refuse' } },
    )
    assert.deepEqual(gaveWay, [mine.id])
    assert.equal(await reasonOf(mine.id), 'replaced')
    assert.deepEqual((await begin({}, { replaces: { id: other.id } })).gaveWay, [])
    assert.equal(await reasonOf(other.id), undefined)
  }),

  promise('changes nothing when it refuses', async ({ begin, attempt, store, history, liveIds }) => {
    await begin({}, { user: { displayName: 'Ada' } })
    const before = [await history(), await liveIds()]
    const limit = { sessions: 1, atLimit: 'refuse' } as const
    assert.equal(
      await attempt({}, { limit, user: { displayName: 'Eve', role: 'operator' } }),
      'limit-reached',
    )
    assert.deepEqual([await history(), await liveIds()], before)
    assert.equal((await store.findUser('default', 'ada'))?.role, 'member')
  }),

  promise('keeps out whom an end denies, until the time is over', async ({ begin, attempt, store, wait }) => {
    const place = {
      kind: 'playback',
      resource: 'default/app/stream',
      name: 'seat-1',
      device: { ip: '203.0.113.7' },
    } as const
    const { record } = await begin(place)
    const deny = { keys: ['name', 'address'], span: HOUR } as const
    await store.end({ realm: 'default', id: record.id }, { ...REVOKED, deny }, 10)
    assert.equal(await attempt({ ...place, device: {} }), 'denied')
    assert.equal(await attempt({ userId: 'bob', device: { ip: '203.0.113.7' } }), 'denied')
    assert.equal(await attempt({ ...place, name: 'seat-2', device: {} }), 'begun')
    wait(HOUR)
    assert.equal(await attempt(place), 'begun')
    await store.advanceEpoch(
      { realm: 'default', userId: 'ada' },
      { ...REVOKED, deny: { keys: ['user'], span: HOUR } },
    )
    assert.equal(await attempt(), 'denied')
  }),
]
