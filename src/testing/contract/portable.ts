/**
 * Promises about giving everything away and taking it in, of two stores of a kind.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { isLive } from '../../core/policy.ts'
import type { Portable } from '../../core/portable.ts'
import type { SessionRecord } from '../../core/session.ts'
import type { SessionStore } from '../../core/store.ts'
import type { SecretHash } from '../../core/token.ts'
import { everything, moving } from './moving.ts'
import { type ContractCase, DAY, draftOf, HOUR, NOON, REVOKED, TESTER } from './workbench.ts'

/** Each promise about moving. */
export const portablePromises: readonly ContractCase[] = [
  moving('keeps what lives alive where it is taken in, with everything about it', async (bench) => {
    const { begin, store, there, move, kept } = bench
    const login = await begin(
      {
        device: { ip: '203.0.113.7', userAgent: 'Agent/1', label: 'laptop', browser: 'Agent 1' },
        authentication: { methods: ['pwd', 'otp'], level: 2 },
        data: { plan: 'pro' },
        idle: HOUR,
        authenticatedAgo: 5_000,
      },
      { user: { displayName: 'Ada', role: 'staff' } },
    )
    await begin({ kind: 'connection', parentId: login.record.id, resource: 'room/1', name: 'ada' })
    const nobodys = await begin({ kind: 'playback', userId: '', resource: 'room/2' })
    await store.touch([{ id: login.record.id, ago: 1_000 }])
    await move()
    for (const id of [login.record.id, nobodys.record.id]) {
      const found = await there.find(id)
      assert.deepEqual(found && asMoved(found.record), asMoved(await kept(id)))
    }
    assert.deepEqual(await there.findUser('default', 'ada'), await store.findUser('default', 'ada'))
    assert.equal((await there.list({ userId: 'ada', limit: 10 })).items.length, 2)
    const under = await there.list({ parentId: login.record.id, limit: 10 })
    assert.deepEqual(
      under.items.map(({ name }) => name),
      ['ada'],
    )
  }),

  moving('keeps what is over over: ended, by an epoch, by time, with the login above', async (bench) => {
    const { begin, store, there, move, wait } = bench
    const revoked = await begin({ userId: 'ada' })
    await store.end({ realm: 'default', id: revoked.record.id }, REVOKED, 1)
    const massEnded = await begin({ userId: 'bob' })
    await store.advanceEpoch({ realm: 'default', userId: 'bob' }, REVOKED)
    const late = await begin({ userId: 'cleo', lifetime: HOUR })
    const silent = await begin({ userId: 'dora', idle: HOUR })
    const under = await begin({ userId: 'dora', kind: 'connection', parentId: silent.record.id })
    wait(2 * HOUR)
    await move()
    const why = async (id: string) => (await there.find(id))?.record.ending
    assert.deepEqual(await why(revoked.record.id), { at: NOON, reason: 'revoked', by: TESTER })
    assert.deepEqual(await why(massEnded.record.id), { at: NOON, reason: 'revoked', by: TESTER })
    assert.equal((await why(late.record.id))?.at, NOON + HOUR)
    assert.deepEqual(
      [(await why(late.record.id))?.reason, (await why(silent.record.id))?.reason],
      ['expired', 'idle'],
    )
    assert.equal((await why(under.record.id))?.reason, 'parent-ended')
    assert.equal((await there.list({ limit: 10 })).items.length, 0)
    const over = { realm: 'default', ids: [revoked.record.id, massEnded.record.id, late.record.id] }
    assert.equal((await there.end(over, REVOKED, 10)).ended.length, 0)
  }),

  moving('begins epochs anew, whatever they were on either side', async (bench) => {
    const { begin, store, there, move } = bench
    await begin({ userId: 'ada' })
    await store.advanceEpoch({ realm: 'default' }, REVOKED)
    await store.advanceEpoch({ realm: 'default', userId: 'ada' }, REVOKED)
    const after = await begin({ userId: 'ada' })
    for (const userId of ['ada', 'bob']) await there.insert(draftOf({ userId }), { by: TESTER })
    for (let times = 0; times < 3; times++) {
      await there.advanceEpoch({ realm: 'default' }, REVOKED)
      await there.advanceEpoch({ realm: 'default', userId: 'ada' }, REVOKED)
    }
    while ((await there.tidy(10)) > 0);
    await move()
    const live = async () => (await there.list({ limit: 10 })).items.map(({ id }) => id)
    assert.deepEqual(await live(), [after.record.id])
    assert.equal((await there.advanceEpoch({ realm: 'default', userId: 'ada' }, REVOKED)).ended, 1)
    assert.deepEqual(await live(), [])
  }),

  moving('gives later serials and stamps above those taken in', async (bench) => {
    const { begin, there, move, kept } = bench
    const ids: string[] = []
    for (let count = 0; count < 5; count++) ids.push((await begin()).record.id)
    await there.insert(draftOf(), { by: TESTER })
    await move()
    const next = await there.insert(draftOf(), { by: TESTER })
    assert.ok(next.ok)
    for (const id of ids) {
      const before = await kept(id)
      assert.ok(next.record.serial > before.serial && next.record.stamp > before.stamp)
    }
    const serials = (await there.list({ userId: 'ada', limit: 10 })).items.map(({ serial }) => serial)
    assert.equal(new Set(serials).size, 7)
  }),

  moving('takes in nothing twice, and goes on where it stopped', async (bench) => {
    const { begin, store, there, move } = bench
    for (const userId of ['ada', 'bob', 'cleo']) await begin({ userId })
    await store.insertKey(KEY, TESTER)
    const first = await store.dump(undefined, 3)
    const some = await there.adopt(first.items)
    assert.equal(some, first.items.length)
    const all = await everything(store, 100)
    assert.equal(await move(), all.length - some)
    assert.equal(await move(), 0)
    assert.equal((await there.list({ limit: 10 })).items.length, 3)
  }),

  moving('leaves what is there already as it is', async (bench) => {
    const { begin, there, move } = bench
    const { record } = await begin({}, { user: { displayName: 'Ada', role: 'staff' } })
    await move()
    await there.end({ realm: 'default', id: record.id }, REVOKED, 1)
    await there.updateUser('default', 'ada', { displayName: 'Countess' }, TESTER)
    await move()
    assert.equal((await there.find(record.id))?.record.ending?.reason, 'revoked')
    assert.equal((await there.findUser('default', 'ada'))?.displayName, 'Countess')
  }),

  moving('lets no two live sessions hold one name', async (bench) => {
    const { begin, there, move } = bench
    const named = { kind: 'playback', resource: 'room/1', name: 'ada' } as const
    const held = await there.insert(draftOf({ ...named, userId: 'bob' }), { by: TESTER })
    const { record } = await begin(named)
    await move()
    const live = (await there.list({ resource: 'room/1', limit: 10 })).items.map(({ id }) => id)
    assert.deepEqual(live, [held.ok && held.record.id])
    assert.equal(await there.find(record.id), undefined)
  }),

  moving('takes names along, and frees them with their holders', async (bench) => {
    const { begin, there, move } = bench
    const named = { kind: 'playback', resource: 'room/1', name: 'ada' } as const
    const { record } = await begin(named)
    await move()
    const again = await there.insert(draftOf({ ...named, userId: 'bob' }), { by: TESTER })
    assert.deepEqual([again.ok, !again.ok && again.code], [false, 'name-taken'])
    await there.end({ realm: 'default', id: record.id }, REVOKED, 1)
    assert.ok((await there.insert(draftOf({ ...named, userId: 'bob' }), { by: TESTER })).ok)
  }),

  moving('takes along who is banned, and who and what is kept out, in every realm', async (bench) => {
    const { begin, store, there, move } = bench
    await begin({ userId: 'ada' })
    await store.updateUser('default', 'ada', { banned: true, banReason: 'spam' }, TESTER)
    const { record } = await begin({ userId: 'bob', realm: 'shop' })
    const deny = { keys: ['user'], span: HOUR } as const
    await store.end({ realm: 'shop', id: record.id }, { ...REVOKED, deny }, 1)
    await move()
    await move()
    const refusal = async (userId: string, realm: string) => {
      const tried = await there.insert(draftOf({ userId, realm }), { by: TESTER })
      return tried.ok ? 'begun' : tried.code
    }
    assert.deepEqual(
      [await refusal('ada', 'default'), await refusal('bob', 'shop'), await refusal('bob', 'default')],
      ['user-banned', 'denied', 'begun'],
    )
    assert.equal((await there.findUser('default', 'ada'))?.banReason, 'spam')
    const denials = await there.listDenials({ realm: 'shop', limit: 10 })
    assert.deepEqual(
      denials.items.map(({ value, until }) => [value, until]),
      [['bob', NOON + HOUR]],
    )
  }),

  moving('takes access keys along, withdrawn ones withdrawn', async ({ store, there, move }) => {
    await store.insertKey(KEY, TESTER)
    await store.insertKey({ ...KEY, id: 'key_two', name: 'two', hash: hashOf('two') }, TESTER)
    await store.withdrawKey('key_two', TESTER)
    await move()
    for (const secret of ['one', 'two'])
      assert.deepEqual(await there.findKey(hashOf(secret)), await store.findKey(hashOf(secret)))
  }),

  moving('goes on refreshing what was refreshed before, and knows stolen tokens', async (bench) => {
    const { begin, store, there, move, kept } = bench
    const { record } = await begin()
    const old = record.tokenHash ?? hashOf('old')
    const rotate = (of: SessionStore, hash: SecretHash, next: SecretHash) =>
      of.rotate({ id: record.id, presented: hash, successor: { hash: next, salt: 'c2FsdA', grace: 0 } })
    await rotate(store, old, hashOf('next'))
    await move()
    assert.deepEqual((await there.find(record.id))?.record.predecessors, (await kept(record.id)).predecessors)
    assert.equal((await rotate(there, hashOf('next'), hashOf('third'))).outcome, 'rotated')
    await rotate(there, old, hashOf('fourth'))
    assert.equal((await there.find(record.id))?.record.ending?.reason, 'reused')
  }),

  moving('lets time end, and forget, what was taken in', async (bench) => {
    const { begin, store, there, move, wait } = bench
    const { record } = await begin({ lifetime: HOUR })
    const over = await begin({ lifetime: HOUR })
    await store.end({ realm: 'default', id: over.record.id }, REVOKED, 1)
    await move()
    wait(HOUR)
    assert.equal(await there.expire(10), 1)
    assert.equal((await there.find(record.id))?.record.ending?.reason, 'expired')
    wait(2 * DAY)
    assert.equal(await there.sweep(10), 2)
    assert.equal(await there.find(record.id), undefined)
  }),

  moving('tells nothing of it in the journal', async ({ begin, there, move }) => {
    await begin()
    const { position } = await there.read(undefined, 1)
    await move()
    assert.deepEqual((await there.read(position, 10)).events, [])
  }),

  moving(
    'gives everything away once, users before sessions and logins before what is under them',
    async (bench) => {
      const { begin, store } = bench
      const { record } = await begin()
      for (let count = 0; count < 5; count++)
        await begin({ kind: 'connection', parentId: record.id, userId: 'ada' })
      for (const userId of ['bob', 'cleo']) await begin({ userId, realm: 'shop' })
      await store.insertKey(KEY, TESTER)
      const inTwos = await everything(store, 2)
      const names = inTwos.map(nameOf)
      assert.equal(new Set(names).size, 12)
      assert.equal(names.length, 12)
      assert.deepEqual(new Set((await everything(store, 100)).map(nameOf)), new Set(names))
      const place = (name: string) => names.indexOf(name)
      for (const item of inTwos) {
        if (item.kind !== 'session') continue
        const { id, realm, userId = '', parentId } = item.session
        assert.ok(place(`user ${realm} ${userId}`) < place(id))
        if (parentId !== undefined) assert.ok(place(parentId) < place(id))
      }
    },
  ),
]

const KEY = { id: 'key_one', name: 'one', realm: '*', scopes: ['admin'], hash: hashOf('one') } as const

function nameOf(item: Portable): string {
  switch (item.kind) {
    case 'user':
      return `user ${item.user.realm} ${item.user.id}`
    case 'session':
      return item.session.id
    case 'key':
      return item.key.id
    case 'denial':
      return `denial ${item.denial.id}`
  }
}

/** What must be the same on both sides. */
function asMoved(record: SessionRecord): object {
  assert.ok(isLive(record, NOON))
  return { ...record, realmEpoch: 0, userEpoch: 0, revision: 0 }
}

function hashOf(secret: string): SecretHash {
  return secret.padEnd(43, 'A') as SecretHash
}
