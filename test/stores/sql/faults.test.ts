import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, renameSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import type { Worker } from 'node:worker_threads'
import { isRollcallError } from '../../../src/core/errors.ts'
import type { SessionStore } from '../../../src/core/store.ts'
import { draftOf, REVOKED, TESTER } from '../../../src/testing/contract/workbench.ts'
import { until } from '../../support/until.ts'
import { freshPath, issue, open } from './support.ts'

test('when the writer stops, what it had not answered is refused, and later writes are done', async () => {
  const { store, writer } = await openWatched(freshPath())
  const [early = ''] = await issue(store, 1)
  const drafts = Array.from({ length: 2_000 }, () => draftOf())
  const writes = drafts.map((draft) => store.insert(draft, { by: TESTER }))
  await new Promise(setImmediate)
  await writer.terminate()
  const outcomes = await Promise.allSettled(writes)
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
  assert.ok(refused.length > 0)
  for (const { reason } of refused)
    assertUnavailable(reason, /writer of the database has stopped.*look, then try/)

  const later = draftOf()
  assert.ok((await store.insert(later, { by: TESTER })).ok)
  const { ended } = await store.end({ realm: 'default', id: early }, REVOKED, 1)
  assert.equal(ended.length, 1)
  for (const [index, { id }] of drafts.entries())
    if (outcomes[index]?.status === 'fulfilled') assert.ok(await store.find(id), 'what was answered is kept')
  await assertTold(store)
  await store.close()
})

test('when the writer stops with nothing to do, nobody notices', async () => {
  const { store, writer } = await openWatched(freshPath())
  await writer.terminate()
  assert.equal((await issue(store, 3)).length, 3)
  assert.equal((await store.count({})).count, 3)
  await store.close()
})

test('when the reader stops, reads under way are refused and later ones are answered', async () => {
  const { store, reader } = await openWatched(freshPath())
  const [id = ''] = await issue(store, 1)
  const reads = Promise.allSettled(Array.from({ length: 50 }, () => store.list({})))
  await new Promise(setImmediate)
  await reader.terminate()
  for (const outcome of await reads)
    if (outcome.status === 'rejected') assertUnavailable(outcome.reason, /reader of the database has stopped/)
  assert.deepEqual(
    (await store.list({})).items.map((item) => item.id),
    [id],
  )
  await store.close()
})

test('a writer that cannot be started again is said to have stopped, and is tried again until it can be', async () => {
  const folder = freshPath()
  mkdirSync(folder)
  let now = 0
  const { store, writer } = await openWatched(`${folder}/rollcall.db`, () => now)
  renameSync(folder, `${folder}-away`)
  await writer.terminate()
  await assert.rejects(store.insert(draftOf(), { by: TESTER }), (fault) =>
    assertUnavailable(fault, /writer of the database has stopped/),
  )
  renameSync(`${folder}-away`, folder)
  await assert.rejects(store.insert(draftOf(), { by: TESTER }), (fault) =>
    assertUnavailable(fault, /is being started again/),
  )
  now += 1_000
  assert.ok((await store.insert(draftOf(), { by: TESTER })).ok)
  await store.close()
})

test('a store whose writer has stopped can be closed', async () => {
  const { store, writer } = await openWatched(freshPath())
  const pending = Promise.allSettled([store.insert(draftOf(), { by: TESTER })])
  const stopping = writer.terminate()
  await Promise.all([store.close(), stopping, pending])
  await assert.rejects(store.insert(draftOf(), { by: TESTER }), (fault) => assertUnavailable(fault, /closed/))
})

test('while another process holds the file, writes are refused with its reason and reads are answered', async () => {
  const path = freshPath()
  const store = await open(path)
  const [id = ''] = await issue(store, 1)
  const other = new DatabaseSync(path)
  other.exec('begin immediate')
  const write = store.end({ realm: 'default', id }, REVOKED, 1)
  const refusal = assert.rejects(write, (fault) =>
    assertUnavailable(fault, /Another process holds the database\. Nothing was written/),
  )
  assert.equal((await store.find(id))?.record.ending, undefined)
  assert.equal((await store.list({})).items.length, 1)
  await refusal
  assert.equal((await store.find(id))?.record.ending, undefined)
  other.exec('rollback')
  other.close()
  assert.equal((await store.end({ realm: 'default', id }, REVOKED, 1)).ended.length, 1)
  await store.close()
})

test('a write that waits for another process is done once that lets go', async () => {
  const path = freshPath()
  const store = await open(path)
  const other = new DatabaseSync(path)
  other.exec('begin immediate')
  const draft = draftOf()
  let done = false
  const write = store.insert(draft, { by: TESTER }).then(() => (done = true))
  await store.list({})
  assert.equal(done, false)
  other.exec('rollback')
  other.close()
  await write
  assert.ok(await store.find(draft.id))
  await store.close()
})

test('a file that may only be read is refused, with advice', async (t) => {
  const folder = freshPath()
  const path = `${folder}/rollcall.db`
  const lock = readOnlyLater(t, folder)
  if (lock === undefined) return t.skip('root may write everywhere, and cannot mount here')
  const store = await open(path)
  await issue(store, 1)
  await store.close()
  lock()
  await assert.rejects(open(path), (fault) =>
    assertUnavailable(fault, /cannot be opened.*(Check the path|cannot be written)/),
  )
})

/** A store, with a hand on its threads. */
async function openWatched(
  path: string,
  clock?: () => number,
): Promise<{ readonly store: SessionStore; readonly writer: Worker; readonly reader: Worker }> {
  const workers: Worker[] = []
  const note = (worker: Worker): unknown => workers.push(worker)
  process.on('worker', note)
  const store = await open(path, clock)
  process.off('worker', note)
  const [writer, reader] = workers
  assert.ok(writer && reader)
  return { store, writer, reader }
}

/** Sees that the journal tells of each session that is kept, once, without a gap. */
async function assertTold(store: SessionStore): Promise<void> {
  await until('the reader sees what was written', async () => (await store.count({ status: 'any' })).exact)
  const { count } = await store.count({ status: 'any' })
  const { events } = await store.read('0', 10_000)
  const created = events.flatMap((event) => (event.type === 'session.created' ? [event.session.id] : []))
  assert.deepEqual([created.length, new Set(created).size], [count, count])
  assert.deepEqual(
    events.map(({ position }) => Number(position)),
    events.map((_, index) => index + 1),
  )
}

function assertUnavailable(fault: unknown, because: RegExp): true {
  assert.ok(isRollcallError(fault, 'store-unavailable'), String(fault))
  assert.match(fault.message, because)
  return true
}

/** Makes a folder, and answers how to forbid writing in it; undefined where nothing can. */
function readOnlyLater(t: TestContext, folder: string): (() => void) | undefined {
  mkdirSync(folder)
  if (process.getuid?.() !== 0) {
    t.after(() => chmodSync(folder, 0o700))
    return () => {
      chmodSync(`${folder}/rollcall.db`, 0o400)
      chmodSync(folder, 0o500)
    }
  }
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  t.after(() => execFileSync('umount', ['-l', folder]))
  return () => execFileSync('mount', ['-o', 'remount,ro', folder])
}
