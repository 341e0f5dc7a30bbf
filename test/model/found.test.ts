/** What the model found, said again in plain words. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SessionStore } from '../../src/core/store.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { sqliteStore } from '../../src/stores/sql/sqlite/store.ts'
import { DAY, draftOf, HOUR, NOON, REVOKED, TESTER } from '../../src/testing/contract/workbench.ts'
import { engineBench } from '../support/engine.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const BY = { by: TESTER }

const STORES: Readonly<Record<string, (clock: () => number) => Promise<SessionStore>>> = {
  memory: async (clock) => memoryStore({ clock }),
  sqlite: (clock) => sqliteStore({ path: `${temporaryFolder()}/found.db`, clock }),
}

for (const [name, open] of Object.entries(STORES)) {
  let now = NOON
  const store = await open(() => now)
  const begin = async (...[draft, guards]: [Parameters<typeof draftOf>[0], object?]) => {
    const inserted = await store.insert(draftOf(draft), { ...BY, ...guards })
    assert.ok(inserted.ok, JSON.stringify(inserted))
    return inserted
  }
  const endingOf = async (id: string) => (await store.find(id))?.record.ending

  test(`${name}: a refresh with the clock set back does not bring the end of silence nearer`, async () => {
    const { record } = await begin({ userId: 'refreshed', idle: HOUR })
    now -= HOUR
    const presented = draftOf().tokenHash
    assert.ok(record.tokenHash && presented)
    const successor = { hash: presented, grace: 0 }
    const rotated = await store.rotate({ id: record.id, presented: record.tokenHash, successor })
    assert.equal(rotated.outcome === 'rotated' && rotated.record.idleExpiresAt, record.idleExpiresAt)
    now += HOUR
  })

  test(`${name}: what ends with an expired login is dated as that, before the sweep and after`, async () => {
    const { record: login } = await begin({ userId: 'silent', idle: HOUR })
    const { record: child } = await begin({ userId: 'silent', kind: 'connection', parentId: login.id })
    const due = now + HOUR
    now += 2 * HOUR
    await store.expire(100)
    assert.deepEqual([(await endingOf(login.id))?.at, (await endingOf(child.id))?.at], [due, due])
  })

  test(`${name}: what leaves with a replaced login is neither evicted too, nor told twice`, async () => {
    const { record: login } = await begin({ userId: 'replaced' })
    const under = {
      userId: 'replaced',
      kind: 'connection',
      parentId: login.id,
      resource: 'a/b',
      name: 'front',
    } as const
    const { record: child } = await begin(under)
    const { position } = await store.read(undefined, 1)
    const { gaveWay } = await begin(
      { userId: 'replaced', kind: 'connection', resource: 'a/b', name: 'front' },
      { replaces: { id: login.id }, limit: { sessions: 1, atLimit: 'evict-oldest' } },
    )
    assert.deepEqual(gaveWay, [login.id])
    assert.equal((await endingOf(child.id))?.reason, 'parent-ended')
    const { events } = await store.read(position, 10)
    assert.deepEqual(
      events.map(({ type }) => type),
      ['session.ended', 'session.ended', 'session.created'],
    )
  })

  test(`${name}: a login that was due when all else was ended takes what lived under it along`, async () => {
    const { record: login } = await begin({ userId: 'due', idle: HOUR })
    const { record: child } = await begin({
      userId: 'due',
      kind: 'connection',
      parentId: login.id,
      idle: DAY,
    })
    now += 2 * HOUR
    await store.advanceEpoch({ realm: 'default', userId: 'due', except: child.id }, REVOKED)
    while ((await store.tidy(100)) > 0);
    assert.deepEqual(
      [(await endingOf(login.id))?.reason, (await endingOf(child.id))?.reason],
      ['idle', 'parent-ended'],
    )
    await store.close()
  })
}

test('a use that is written after its session was over prolongs nothing at hand', async () => {
  await using bench = await engineBench({ maxStaleness: '1h' }, (store) => ({
    ...store,
    expire: async () => 0,
  }))
  const { token } = await bench.sessions.issue({ user: { id: 'ada' }, idle: '20s' })
  await bench.env.advance(49_999)
  assert.ok((await bench.sessions.verify(token)).ok)
  await bench.env.advance(30_000)
  assert.equal(bench.sessions.verifyCached(token), undefined)
})
