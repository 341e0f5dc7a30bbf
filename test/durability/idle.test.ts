import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { test } from 'node:test'
import { sqliteStore } from '../../src/stores/sql/sqlite/store.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

test('upkeep that finds nothing to do writes nothing, and an end that finds nothing writes all the same', async () => {
  const path = `${temporaryFolder()}/idle.db`
  const store = await sqliteStore({ path, clock: Date.now })
  const written = (): number => statSync(`${path}-wal`).size
  const before = written()
  for (const work of [store.tidy, store.expire, store.sweep]) assert.equal(await work(100), 0)
  await store.trim({ entries: 10, age: 1_000 })
  assert.equal(written(), before)
  await store.end(
    { realm: 'default', id: 'ses_1111111111111111111111' },
    { reason: 'revoked', by: { kind: 'system', id: 'test' } },
    1,
  )
  assert.ok(written() > before)
  await store.close()
})
