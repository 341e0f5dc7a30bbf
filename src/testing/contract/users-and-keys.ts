/**
 * Promises about users and access keys.
 *
 * @module
 */
import assert from 'node:assert/strict'
import type { SessionKind } from '../../core/session.ts'
import type { NewAccessKey } from '../../core/store.ts'
import type { SecretHash } from '../../core/token.ts'
import { type ContractCase, promise, REVOKED, TESTER } from './workbench.ts'

/** Each promise about users and keys. */
export const userPromises: readonly ContractCase[] = [
  promise(
    'ends everything of a user in the write that bans them, and revives nothing afterwards',
    async (bench) => {
      const { begin, store, liveIds, reasonOf } = bench
      const { record } = await begin()
      await begin({ userId: 'bob' })
      const banned = await store.updateUser('default', 'ada', { banned: true, banReason: 'spam' }, TESTER)
      assert.deepEqual([banned?.ended, banned?.user.banned, banned?.user.banReason], [1, true, 'spam'])
      assert.equal(await reasonOf(record.id), 'banned')
      const lifted = await store.updateUser('default', 'ada', { banned: false }, TESTER)
      assert.deepEqual([lifted?.user.banned, lifted?.user.banReason], [false, undefined])
      assert.deepEqual([await liveIds(), (await liveIds('bob')).length], [[], 1])
    },
  ),

  promise(
    'changes only the given fields of a user, and tells so',
    async ({ begin, store, liveIds, history }) => {
      await begin({}, { user: { displayName: 'Ada' } })
      const updated = await store.updateUser('default', 'ada', { role: 'operator' }, TESTER)
      assert.deepEqual(
        [updated?.ended, updated?.user.role, updated?.user.displayName],
        [0, 'operator', 'Ada'],
      )
      assert.equal((await liveIds()).length, 1)
      assert.equal((await history()).at(-1)?.type, 'user.updated')
      assert.equal(await store.updateUser('default', 'nobody', { role: 'staff' }, TESTER), undefined)
    },
  ),

  promise('lists the users of a realm by id, page by page', async ({ begin, store }) => {
    for (const userId of ['cleo', 'ada', 'bob']) await begin({ userId })
    await begin({ userId: 'dora', realm: 'other' })
    const first = await store.listUsers({ realm: 'default', limit: 2 })
    assert.deepEqual(
      first.items.map(({ id }) => id),
      ['ada', 'bob'],
    )
    const second = await store.listUsers({
      realm: 'default',
      limit: 2,
      ...(first.nextCursor && { after: first.nextCursor }),
    })
    assert.deepEqual([second.items.map(({ id }) => id), second.nextCursor], [['cleo'], undefined])
  }),

  promise('lists only users who have a live session of a kind, where that is asked', async (bench) => {
    const { begin, store, wait } = bench
    await begin({ userId: 'ada' })
    await begin({ userId: 'bob', kind: 'playback', resource: 'room/1' })
    const { record: left } = await begin({ userId: 'cleo' })
    await begin({ userId: 'dora' })
    await begin({ userId: 'eve', lifetime: 1_000 })
    await begin({ userId: 'fay', realm: 'other' })
    await store.end({ realm: 'default', id: left.id }, REVOKED, 1)
    await store.advanceEpoch({ realm: 'default', userId: 'dora' }, REVOKED)
    wait(1_000)
    const holding = async (kind: SessionKind) =>
      (await store.listUsers({ realm: 'default', limit: 10, holding: kind })).items.map(({ id }) => id)
    assert.deepEqual(await holding('login'), ['ada'])
    assert.deepEqual(await holding('playback'), ['bob'])
    await begin({ userId: 'cleo' })
    const first = await store.listUsers({ realm: 'default', limit: 1, holding: 'login' })
    assert.deepEqual([first.items.map(({ id }) => id), first.nextCursor], [['ada'], 'ada'])
    assert.deepEqual(await holding('login'), ['ada', 'cleo'])
  }),

  promise('keeps keys by hash and withdraws them for good', async ({ store, history }) => {
    const key = await store.insertKey(aKey('one', 'first'), TESTER)
    assert.deepEqual(await store.findKey(hashOf('one')), key)
    assert.equal(await store.findKey(hashOf('two')), undefined)
    assert.deepEqual(await store.listKeys(), [key])
    const withdrawn = await store.withdrawKey(key.id, TESTER)
    assert.ok(withdrawn?.withdrawnAt)
    assert.deepEqual(await store.withdrawKey(key.id, TESTER), withdrawn)
    assert.deepEqual(await store.findKey(hashOf('one')), withdrawn)
    assert.equal(await store.withdrawKey('key_none', TESTER), undefined)
    assert.deepEqual(
      (await history()).map(({ type }) => type),
      ['key.created', 'key.withdrawn'],
    )
  }),

  promise(
    'makes a named key true: the same one stays, another one replaces it',
    async ({ store, history }) => {
      const first = await store.insertKey(aKey('one', 'configured'), TESTER, true)
      const again = await store.insertKey({ ...aKey('one', 'configured'), id: 'key_again' }, TESTER, true)
      assert.deepEqual(again, first)
      await store.insertKey(aKey('two', 'configured'), TESTER, true)
      assert.ok((await store.findKey(hashOf('one')))?.withdrawnAt)
      assert.equal((await store.findKey(hashOf('two')))?.withdrawnAt, undefined)
      const back = await store.insertKey({ ...aKey('one', 'configured'), id: 'key_back' }, TESTER, true)
      assert.deepEqual(
        [(await store.findKey(hashOf('one')))?.withdrawnAt, back.withdrawnAt],
        [undefined, undefined],
      )
      assert.equal((await history()).length, 5)
    },
  ),
]

function aKey(secret: string, name: string): NewAccessKey {
  return { id: `key_${secret}`, name, realm: '*', scopes: ['admin'], hash: hashOf(secret) }
}

function hashOf(secret: string): SecretHash {
  return secret.padEnd(43, 'A') as SecretHash
}
