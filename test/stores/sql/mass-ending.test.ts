import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resolve } from '../../../src/stores/sql/resolve.ts'
import { fromId } from '../../../src/stores/sql/rows.ts'
import { openReader } from '../../../src/stores/sql/sqlite/connection.ts'
import { sqliteStore } from '../../../src/stores/sql/sqlite/store.ts'
import { DAY, draftOf, NOON, REVOKED, TESTER } from '../../../src/testing/contract/workbench.ts'
import { freshPath, issue, open } from './support.ts'

const ADA = { realm: 'default', userId: 'ada' } as const

test('ending everything of somebody unknown ends nothing that they begin later', async () => {
  const store = await open(freshPath())
  await store.advanceEpoch({ realm: 'default', userId: 'ghost' }, REVOKED)
  const [id = ''] = await issue(store, 1, () => ({ userId: 'ghost' }))
  assert.equal(await store.tidy(10), 0)
  assert.equal((await store.find(id))?.record.ending, undefined)
  await store.close()
})

test('a row that was read before the tidier came and judged after it is over all the same', async () => {
  const path = freshPath()
  const store = await open(path)
  const [id = ''] = await issue(store, 1)
  await store.advanceEpoch(ADA, REVOKED)
  const reader = openReader(path)
  const row = reader.first(reader.statements.findSession, { id: fromId(id) })
  assert.equal(row?.ended_at, null)
  assert.equal(await store.tidy(10), 1)
  assert.equal(row && (await resolve(reader, row)).ending?.reason, 'revoked')
  reader.close()
  await store.close()
})

test('whoever takes the name of a session that a mass ending ended tells of that end with its origin', async () => {
  const store = await open(freshPath())
  const named = { kind: 'playback', resource: 'default/app/stream', name: 'left' } as const
  await issue(store, 1, () => named)
  const { position } = await store.advanceEpoch(ADA, REVOKED)
  assert.ok((await store.insert(draftOf(named), { by: TESTER })).ok)
  assert.equal(await store.tidy(10), 0)
  const { events } = await store.read(position, 10)
  assert.deepEqual(
    events.map((event) => [event.type, event.type === 'session.ended' && event.mass]),
    [
      ['session.ended', position],
      ['session.created', false],
    ],
  )
  await store.close()
})

test('a session does not begin under a login that gives way to it', async () => {
  const store = await open(freshPath())
  const [login = ''] = await issue(store, 1)
  const child = draftOf({ kind: 'connection', parentId: login })
  const refused = await store.insert(child, { by: TESTER, replaces: { id: login } })
  assert.deepEqual(refused, { ok: false, code: 'parent-not-live' })
  assert.equal((await store.find(login))?.record.ending, undefined)
  await store.close()
})

test('an expiry that is told late is kept in the journal from when it was told', async () => {
  let now = NOON
  const store = await sqliteStore({ path: freshPath(), clock: () => now })
  await store.insert(draftOf({ lifetime: 1_000 }), { by: TESTER })
  now += 10 * DAY
  await store.expire(10)
  assert.equal(await store.trim({ entries: 1_000, age: 7 * DAY }), 1)
  const { events } = await store.read('1', 10)
  assert.deepEqual(
    events.map(({ type, at }) => [type, at]),
    [['session.ended', NOON + 1_000]],
  )
  await store.close()
})
