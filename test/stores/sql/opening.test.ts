import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { isRollcallError } from '../../../src/core/errors.ts'
import { REVOKED } from '../../../src/testing/contract/workbench.ts'
import { alter, freshPath, issue, open } from './support.ts'

test('what was ended is ended and what was live is live after the store was opened again', async () => {
  const path = freshPath()
  const first = await open(path)
  const [ended = '', live = ''] = await issue(first, 2)
  await first.end({ realm: 'default', id: ended }, REVOKED, 1)
  const before = [await first.find(ended), await first.find(live)]
  const { position } = await first.read(undefined, 1)
  await first.close()

  const second = await open(path)
  const after = [await second.find(ended), await second.find(live)]
  assert.deepEqual(
    after.map((found) => found?.record),
    before.map((found) => found?.record),
  )
  assert.equal((await second.read(undefined, 1)).position, position)
  await second.close()
})

test('closing leaves one file with everything in it, and no owner', async () => {
  const path = freshPath()
  const store = await open(path)
  const pending = issue(store, 100)
  await new Promise(setImmediate)
  await store.close()
  const ids = await pending
  assert.equal(existsSync(`${path}-owner`), false)
  assert.equal(existsSync(`${path}-wal`) && readFileSync(`${path}-wal`).length > 0, false)
  const again = await open(path)
  for (const id of ids) assert.ok(await again.find(id))
  await again.close()
})

test('a store that nobody closes does not keep its process alive, and keeps what it answered', async () => {
  const path = freshPath()
  const support = JSON.stringify(new URL('./support.ts', import.meta.url).href)
  const script = `
    const { open, issue } = await import(${support})
    const store = await open(${JSON.stringify(path)})
    const [id] = await issue(store, 1)
    await store.list({})
    console.log(id)`
  const id = execFileSync(process.execPath, ['--input-type=module', '-e', script], { timeout: 20_000 })
  const store = await open(path)
  assert.ok(await store.find(String(id).trim()))
  await store.close()
})

test('a second server on the same file is refused and told who the first one is', async () => {
  const path = freshPath()
  const store = await open(path)
  const link = freshPath()
  symlinkSync(path, link)
  for (const way of [path, link]) {
    await refused(way, new RegExp(`Another Rollcall is running on .*process ${process.pid}, since .*Stop it`))
  }
  await store.close()
  await (await open(path)).close()
})

test('a file that is no database is refused and left as it is', async () => {
  const path = freshPath()
  const text = 'shopping list\n'.repeat(500)
  writeFileSync(path, text)
  await refused(path, /cannot be opened.*damaged.*restore a backup/)
  assert.equal(readFileSync(path, 'utf8'), text)
})

test('a damaged file is refused', async () => {
  const path = freshPath()
  const store = await open(path)
  await issue(store, 200)
  await store.close()
  const bytes = readFileSync(path)
  writeFileSync(path, bytes.fill(0xa5, 4096))
  await refused(path, /damaged.*restore a backup/)
})

test('a database of another program is refused and left as it is', async () => {
  const path = freshPath()
  alter(path, 'create table invoices (id integer)')
  await refused(path, /database of another program.*file of its own/)
})

test('a file that a newer Rollcall has written is refused', async () => {
  const path = freshPath()
  await (await open(path)).close()
  alter(path, "insert into migrations (number, name) values (99, 'from the future')")
  await refused(path, /newer Rollcall \(schema 99; this one knows \d+\)\. Start the newer version/)
})

test('a path that cannot be a file is refused with advice', async () => {
  const path = freshPath()
  mkdirSync(path)
  await refused(path, /cannot be opened.*Check the path/)
})

test('a refused file is not held', async () => {
  const path = freshPath()
  writeFileSync(path, 'no database, whatever it says'.repeat(100))
  await refused(path, /damaged/)
  writeFileSync(path, '')
  await (await open(path)).close()
})

async function refused(path: string, because: RegExp): Promise<void> {
  await assert.rejects(open(path), (fault: unknown) => {
    assert.ok(isRollcallError(fault, 'store-unavailable'), String(fault))
    assert.match(fault.message, because)
    return true
  })
}
