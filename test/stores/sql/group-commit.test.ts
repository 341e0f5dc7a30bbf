import assert from 'node:assert/strict'
import { copyFileSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { isRollcallError } from '../../../src/core/errors.ts'
import { draftOf, REVOKED, TESTER } from '../../../src/testing/contract/workbench.ts'
import { freshPath, issue, open } from './support.ts'

test('writes that arrive together share a transaction, and writes one after another do not', async () => {
  const path = freshPath()
  const store = await open(path)
  await issue(store, 1)
  const before = commitsIn(path)
  await issue(store, 200)
  const together = commitsIn(path) - before
  for (let index = 0; index < 10; index++) await issue(store, 1)
  assert.ok(together <= 2, `200 writes took ${together} commits`)
  assert.equal(commitsIn(path) - before - together, 10)
  await store.close()
})

test('an answered write is in the files that a crash at that moment would leave', async () => {
  const path = freshPath()
  const store = await open(path)
  const [ended = '', live = ''] = await issue(store, 2)
  await store.end({ realm: 'default', id: ended }, REVOKED, 1)
  const crashed = freshPath()
  for (const suffix of ['', '-wal']) copyFileSync(path + suffix, crashed + suffix)
  await store.close()

  const recovered = await open(crashed)
  assert.equal((await recovered.find(ended))?.record.ending?.reason, 'revoked')
  assert.equal((await recovered.find(live))?.record.ending, undefined)
  await recovered.close()
})

test('ending again what is over is a commit all the same', async () => {
  const path = freshPath()
  const store = await open(path)
  const [id = ''] = await issue(store, 1)
  await store.end({ realm: 'default', id }, REVOKED, 1)
  const before = commitsIn(path)
  assert.deepEqual((await store.end({ realm: 'default', id }, REVOKED, 1)).ended, [])
  assert.equal(commitsIn(path), before + 1)
  await store.close()
})

test('a write that fails leaves nothing behind and does not disturb those beside it', async () => {
  const store = await open(freshPath())
  const twice = draftOf()
  const drafts = [draftOf(), twice, twice, draftOf()]
  const outcomes = await Promise.allSettled(drafts.map((draft) => store.insert(draft, { by: TESTER })))
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
  )
  const failed = outcomes[2]
  assert.ok(failed?.status === 'rejected' && isRollcallError(failed.reason, 'internal'))
  const { events } = await store.read('0', 100)
  assert.deepEqual(
    events.map(({ position, type }) => [position, type]),
    [
      ['1', 'session.created'],
      ['2', 'session.created'],
      ['3', 'session.created'],
    ],
  )
  await store.close()
})

test('a closed store refuses whatever comes late', async () => {
  const store = await open(freshPath())
  const [id = ''] = await issue(store, 1)
  await store.close()
  for (const late of [store.find(id), store.list({}), store.insert(draftOf(), { by: TESTER })]) {
    await assert.rejects(late, (fault) => isRollcallError(fault, 'store-unavailable'))
  }
})

/** Commits that the write-ahead log holds: frames that name a size of the database (SQLite file format, section 4.1). */
function commitsIn(path: string): number {
  const log = readFileSync(`${path}-wal`)
  const pageSize = log.readUInt32BE(8)
  const salt = log.subarray(16, 24)
  let commits = 0
  for (let frame = 32; frame + 24 + pageSize <= log.length; frame += 24 + pageSize) {
    if (!log.subarray(frame + 8, frame + 16).equals(salt)) break
    if (log.readUInt32BE(frame + 4) > 0) commits += 1
  }
  return commits
}
