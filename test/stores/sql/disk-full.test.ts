import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { isRollcallError } from '../../../src/core/errors.ts'
import type { SessionStore } from '../../../src/core/store.ts'
import { draftOf, REVOKED, TESTER } from '../../../src/testing/contract/workbench.ts'
import { freshPath, open } from './support.ts'

test('on a full disk nothing is acknowledged, and the store goes on by itself once there is space', async (t) => {
  const folder = freshPath()
  if (!mountSmall(folder)) return t.skip('a small disk can only be mounted by root')
  let store: SessionStore | undefined
  try {
    store = await open(`${folder}/rollcall.db`)
    const acknowledged: string[] = []
    const refused: string[] = []
    fillUp(`${folder}/filler`)
    for (let round = 0; round < 500 && refused.length < 5; round++) {
      const draft = draftOf({ data: { padding: 'x'.repeat(3_000) } })
      const fault = await store.insert(draft, { by: TESTER }).then(
        () => undefined,
        (reason: unknown) => reason,
      )
      if (fault === undefined) acknowledged.push(draft.id)
      else {
        assert.ok(isRollcallError(fault, 'store-unavailable'), String(fault))
        assert.match(fault.message, /disk is full.*free some space|Nothing was written/)
        refused.push(draft.id)
      }
    }
    assert.ok(refused.length > 0, 'the disk was filled')
    for (const id of acknowledged) assert.ok(await store.find(id), 'what was acknowledged is still there')
    for (const id of refused) assert.equal(await store.find(id), undefined, 'what was refused is not there')

    rmSync(`${folder}/filler`)
    const later = draftOf()
    assert.ok((await store.insert(later, { by: TESTER })).ok)
    await store.end({ realm: 'default', id: later.id }, REVOKED, 1)
    await store.close()
    store = await open(`${folder}/rollcall.db`)
    assert.equal((await store.find(later.id))?.record.ending?.reason, 'revoked')
    for (const id of acknowledged) assert.ok(await store.find(id))
    const { events } = await store.read('0', 1_000)
    assert.equal(events.length, acknowledged.length + 2)
  } finally {
    await store?.close()
    execFileSync('umount', ['-l', folder])
  }
})

function mountSmall(folder: string): boolean {
  mkdirSync(folder)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function fillUp(path: string): void {
  writeFileSync(path, '')
  try {
    for (;;) appendFileSync(path, Buffer.alloc(64 * 1024))
  } catch {
    // It is full now.
  }
}
