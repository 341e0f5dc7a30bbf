import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshPath, issue, open } from './support.ts'

test('what is read from a user agent today holds for every session that has it', async () => {
  const store = await open(freshPath())
  const device = { userAgent: 'Example/1.0', browser: 'Old name 1', os: 'Linux', type: 'desktop' } as const
  const [before = ''] = await issue(store, 1, () => ({ device }))
  const [after = ''] = await issue(store, 1, () => ({ device: { ...device, browser: 'New name 1' } }))
  for (const id of [before, after])
    assert.deepEqual((await store.find(id))?.record.device, { ...device, browser: 'New name 1' })
  assert.equal((await store.count({ browser: 'new name' })).count, 2)
  assert.equal((await store.count({ browser: 'old name' })).count, 0)
  await store.close()
})
