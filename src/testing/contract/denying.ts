/**
 * Promises about keeping somebody or something out.
 *
 * @module
 */
import assert from 'node:assert/strict'
import type { Denial, DenyKey } from '../../core/denial.ts'
import type { NewEnding, SessionDraft } from '../../core/store.ts'
import {
  type ContractCase,
  draftOf,
  HOUR,
  NOON,
  promise,
  REVOKED,
  TESTER,
  type Workbench,
} from './workbench.ts'

/** Each promise about denials. */
export const denyingPromises: readonly ContractCase[] = [
  promise('keeps out what each key says and nothing else, in its realm, until its time', async (bench) => {
    const { begin, attempt, store, wait } = bench
    const { record: login } = await begin({ userId: 'bob' })
    const seat = {
      userId: 'bob',
      kind: 'connection',
      parentId: login.id,
      resource: 'app/one',
      name: 'seat 1',
      device: { ip: '203.0.113.7' },
    } as const
    const plain = { userId: 'eve', device: {} }
    const table: Readonly<Record<DenyKey, readonly [out: Draft[], let_in: Draft[]]>> = {
      user: [[{ userId: 'bob' }], [plain, { userId: 'Bob' }, { userId: 'bob', realm: 'other' }]],
      login: [[{ ...seat, name: 'seat 2', device: {} }], [plain, { userId: 'bob' }]],
      name: [
        [{ ...plain, kind: 'connection', resource: 'app/one', name: 'seat 1' }],
        [
          { ...plain, kind: 'playback', resource: 'app/one', name: 'seat 1' },
          { ...plain, kind: 'connection', resource: 'app/two', name: 'seat 1' },
          { ...plain, kind: 'connection', resource: 'app/one', name: 'seat' },
        ],
      ],
      address: [
        [{ userId: 'eve', device: { ip: '203.0.113.7' } }],
        [{ userId: 'eve', device: { ip: '203.0.113.70' } }, plain],
      ],
    }
    for (const [key, [out, letIn]] of Object.entries(table) as [DenyKey, (typeof table)[DenyKey]][]) {
      const { record } = await begin(seat)
      await store.end({ realm: 'default', id: record.id }, denying([key], HOUR), 10)
      const until = (await store.now()) + HOUR
      for (const draft of out)
        assert.deepEqual(
          await store.insert(draftOf(draft), { by: TESTER }),
          { ok: false, code: 'denied', until },
          key,
        )
      for (const draft of letIn)
        assert.equal(await attempt(draft), 'begun', `${key} ${JSON.stringify(draft)}`)
      await store.end({ realm: 'default', resource: 'app/one' }, REVOKED, 100)
      wait(HOUR - 1)
      assert.equal(await attempt(out[0]), 'denied', key)
      wait(1)
      assert.equal(await attempt(out[0]), 'begun', key)
      assert.deepEqual((await store.listDenials({ realm: 'default', limit: 10 })).items, [], key)
      await store.end({ realm: 'default', resource: 'app/one' }, REVOKED, 100)
    }
  }),

  promise('mistakes nobody for another, whatever separates the parts of a name', async (bench) => {
    const { begin, attempt, store } = bench
    const odd = ['a b', 'a', 'b', 'a:b', 'a,b', 'a/b', "a'b", 'a%', 'a_', 'default a', 'user a']
    for (const userId of odd) {
      const { record } = await begin({ userId })
      await store.end({ realm: 'default', id: record.id }, denying(['user'], HOUR), 10)
      for (const other of odd)
        assert.equal(
          await attempt({ userId: other }),
          other === userId ? 'denied' : 'begun',
          `${userId} ${other}`,
        )
      await store.advanceEpoch({ realm: 'default' }, REVOKED)
      const { items } = await store.listDenials({ realm: 'default', limit: 10 })
      await store.liftDenial('default', items[0]?.id ?? '', TESTER)
    }
    const place = { kind: 'playback', userId: '' } as const
    const { record } = await begin({ ...place, resource: 'a', name: 'b c' })
    await store.end({ realm: 'default', id: record.id }, denying(['name'], HOUR), 10)
    assert.equal(await attempt({ ...place, name: 'a b c' }), 'begun')
    assert.equal(await attempt({ ...place, resource: 'a/b', name: 'c' }), 'begun')
    assert.equal(await attempt({ ...place, resource: 'a', name: 'b c' }), 'denied')
  }),

  promise('begins nothing of whom it keeps out, from the moment that it says so', async (bench) => {
    const { begin, attempt, store, history, liveIds } = bench
    for (let round = 0; round < 10; round++) {
      const userId = `user-${round}`
      const { record } = await begin({ userId })
      const answers = await Promise.all([
        ...Array.from({ length: 10 }, () => attempt({ userId })),
        store.end({ realm: 'default', id: record.id }, denying(['user'], HOUR), 10).then(() => 'ended'),
        ...Array.from({ length: 10 }, () => attempt({ userId })),
      ])
      const told = (await history()).filter((event) =>
        'session' in event
          ? event.session.userId === userId
          : event.type === 'denial.created' && event.denial.value === userId,
      )
      const denied = told.findIndex(({ type }) => type === 'denial.created')
      assert.ok(denied > 0)
      assert.ok(told.slice(denied).every(({ type }) => type !== 'session.created'))
      const begun = answers.filter((answer) => answer === 'begun').length
      assert.deepEqual([(await liveIds(userId)).length, begun], [begun, told.slice(1, denied).length])
    }
  }),

  promise('lists denials by number, page by page, and lifts one for good', async (bench) => {
    const { attempt, store, wait, history } = bench
    for (let index = 0; index < 5; index++) await denyUser(bench, `user-${index}`, HOUR)
    await denyUser(bench, 'elsewhere', HOUR, 'other')
    await denyUser(bench, 'soon', 1_000)
    wait(1_000)
    const all = await walkDenials(bench, 2)
    assert.deepEqual(
      all.map(({ value }) => value),
      [0, 1, 2, 3, 4].map((index) => `user-${index}`),
    )
    const second = all[1]
    assert.ok(second)
    const { id, ...rest } = second
    assert.deepEqual(rest, {
      realm: 'default',
      key: 'user',
      value: 'user-1',
      at: NOON,
      until: NOON + HOUR,
      by: TESTER,
    })
    const soon = (await history()).findLast((event) => event.type === 'denial.created')
    assert.ok(soon?.type === 'denial.created')
    const lifter = { kind: 'key', id: 'key_lifter' } as const
    for (const [realm, wrong] of [
      ['other', id],
      ['default', soon.denial.id],
      ['default', '0'],
      ['default', '-1'],
      ['default', `0${id}`],
      ['default', 'x'],
      ['default', '9'.repeat(30)],
    ] as const)
      assert.equal(await store.liftDenial(realm, wrong, lifter), undefined, wrong)
    assert.deepEqual(await store.liftDenial('default', id, lifter), second)
    assert.equal(await store.liftDenial('default', id, lifter), undefined)
    assert.equal(await attempt({ userId: 'user-1' }), 'begun')
    assert.equal(await attempt({ userId: 'user-2' }), 'denied')
    assert.deepEqual(
      (await walkDenials(bench, 10)).map(({ value }) => value),
      ['user-0', 'user-2', 'user-3', 'user-4'],
    )
    const lifted = (await history()).filter((event) => event.type === 'denial.lifted')
    assert.deepEqual(
      lifted.map(({ realm, denial, by }) => [realm, denial, by]),
      [['default', second, lifter]],
    )
  }),

  promise('tells of each denial, and keeps the longer of two', async (bench) => {
    const { attempt, store, wait, history } = bench
    await denyUser(bench, 'bob', 2 * HOUR)
    await store.advanceEpoch({ realm: 'default', userId: 'bob' }, denying(['user'], HOUR))
    await store.advanceEpoch({ realm: 'default', userId: 'eve' }, denying(['user'], HOUR))
    const [first, second, ...more] = await walkDenials(bench, 10)
    assert.deepEqual(
      [first?.value, first?.until, second?.value, second?.until, more],
      ['bob', NOON + 2 * HOUR, 'eve', NOON + HOUR, []],
    )
    const told = (await history()).filter((event) => event.type === 'denial.created')
    assert.deepEqual(
      told.map(({ denial, by }) => [denial, by]),
      [
        [first, TESTER],
        [second, TESTER],
      ],
    )
    wait(HOUR)
    assert.deepEqual(
      [await attempt({ userId: 'bob' }), await attempt({ userId: 'eve' })],
      ['denied', 'begun'],
    )
    await store.sweep(100)
    assert.equal(await attempt({ userId: 'bob' }), 'denied')
  }),

  promise('keeps out also of what was over already, where ids alone point at it', async (bench) => {
    const { begin, attempt, store, history, kept } = bench
    const ended = async (userId: string) => {
      const { record } = await begin({ userId, device: { ip: '203.0.113.7' } })
      await store.end({ realm: 'default', id: record.id }, REVOKED, 10)
      return record.id
    }
    const [bob, eve] = [await ended('bob'), await ended('eve')]
    const before = await kept(bob)
    const { record: zoe } = await begin({ userId: 'zoe' })
    await store.advanceEpoch({ realm: 'default', userId: 'zoe' }, REVOKED)
    const { record: live } = await begin({ userId: 'joe' })
    const out = denying(['user', 'address'], HOUR)
    assert.deepEqual((await store.end({ realm: 'other', id: bob }, out, 10)).ended, [])
    assert.deepEqual(await walkDenials(bench, 10), [])
    assert.deepEqual((await store.end({ realm: 'default', id: bob }, out, 10)).ended, [])
    const done = await store.end({ realm: 'default', ids: [eve, zoe.id, live.id] }, out, 10)
    assert.deepEqual(
      done.ended.map(({ id }) => id),
      [live.id],
    )
    assert.deepEqual(await kept(bob), before)
    const told = (await history()).filter((event) => event.type === 'denial.created')
    assert.deepEqual(
      told.map(({ denial: { value, until, by } }) => [value, until, by]).sort(),
      ['203.0.113.7', 'bob', 'eve', 'joe', 'zoe'].map((value) => [value, NOON + HOUR, TESTER]),
    )
    for (const userId of ['bob', 'eve', 'zoe', 'joe']) assert.equal(await attempt({ userId }), 'denied')
  }),

  promise('denies nothing that a session has not, nor of what it was not pointed at', async (bench) => {
    const { begin, store, history } = bench
    const { record } = await begin({ kind: 'playback', userId: '' })
    const keys = ['user', 'login', 'name', 'address'] as const
    await store.end({ realm: 'default', id: record.id }, denying(keys, HOUR), 10)
    const { record: over } = await begin({ userId: 'bob' })
    await store.end({ realm: 'default', id: over.id }, REVOKED, 10)
    const { id: never } = draftOf({ userId: 'bob' })
    const filter = { userId: 'bob' }
    await store.end({ realm: 'default', ids: [over.id], filter }, denying(keys, HOUR), 10)
    await store.end({ realm: 'default', id: never }, denying(keys, HOUR), 10)
    await store.end({ realm: 'default', parentId: over.id }, denying(keys, HOUR), 10)
    assert.deepEqual(await walkDenials(bench, 10), [])
    assert.ok((await history()).every(({ type }) => type !== 'denial.created'))
  }),
]

type Draft = Partial<SessionDraft>

function denying(keys: readonly DenyKey[], span: number): NewEnding {
  return { ...REVOKED, deny: { keys, span } }
}

async function denyUser({ begin, store }: Workbench, userId: string, span: number, realm = 'default') {
  const { record } = await begin({ userId, realm })
  await store.end({ realm, id: record.id }, denying(['user'], span), 10)
}

async function walkDenials({ store }: Workbench, limit: number): Promise<readonly Denial[]> {
  const denials: Denial[] = []
  let after: string | undefined
  do {
    const page = await store.listDenials({ realm: 'default', limit, ...(after !== undefined && { after }) })
    assert.ok(page.items.length <= limit)
    denials.push(...page.items)
    after = page.nextCursor
  } while (after !== undefined)
  return denials
}
