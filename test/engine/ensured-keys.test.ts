import assert from 'node:assert/strict'
import { test } from 'node:test'
import { surround } from '../../src/core/around.ts'
import { RollcallError } from '../../src/core/errors.ts'
import type { SessionStore } from '../../src/core/store.ts'
import { engineBench, STORES } from '../support/engine.ts'

const SECRET = 'a-key-that-every-start-knows'

for (const { name, open } of STORES) {
  test(`a key that is there already is ensured without a write, so that a start needs no replica for it (${name})`, async () => {
    let unconfirmed = false
    const lonely = (store: SessionStore): SessionStore =>
      surround(store, (operation, work) => {
        if (unconfirmed && operation === 'insertKey') throw new RollcallError('outcome-unknown')
        return work()
      })
    await using bench = await engineBench({}, lonely, open)
    const { keys } = bench.sessions
    const first = await keys.ensure({ name: 'configured', scopes: ['admin'], secret: SECRET })
    unconfirmed = true
    assert.equal((await keys.ensure({ name: 'configured', scopes: ['admin'], secret: SECRET })).id, first.id)
    await assert.rejects(keys.ensure({ name: 'configured', scopes: ['admin'], secret: `${SECRET}-2` }))
  })

  test(`ensuring another secret of that name, or a withdrawn one, writes (${name})`, async () => {
    await using bench = await engineBench({}, undefined, open)
    const { keys } = bench.sessions
    const first = await keys.ensure({ name: 'configured', scopes: ['admin'], secret: SECRET })
    const second = await keys.ensure({ name: 'configured', scopes: ['admin'], secret: `${SECRET}-2` })
    const live = (await keys.list()).filter(({ withdrawnAt }) => withdrawnAt === undefined)
    assert.deepEqual(
      live.map(({ id }) => id),
      [second.id],
    )
    const again = await keys.ensure({ name: 'configured', scopes: ['admin'], secret: SECRET })
    assert.notEqual(again.id, first.id)
    assert.equal((await keys.verify(SECRET))?.id, again.id)
  })
}
