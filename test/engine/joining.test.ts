import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRollcallError, RollcallError } from '../../src/core/errors.ts'
import { holding, nodeBench } from '../support/node-bench.ts'

const LINE = { kind: 'playback', resource: 'default/app/stream', name: 'viewer' } as const

test('a node that cannot join opens no line, says so at once, and opens some as soon as it can', async () => {
  await using bench = await nodeBench()
  const away = holding()
  away.fail(() => new RollcallError('store-unavailable'), 'renew')
  const late = await bench.start('late', { spoil: away.spoil })
  await assert.rejects(late.open(LINE), (fault) => isRollcallError(fault, 'store-unavailable'))
  assert.equal((await bench.one.count({ kind: 'playback' })).count, 0)
  away.release()
  const { session } = await late.open(LINE)
  assert.equal(session.node, 'node_late')
  await bench.env.advance(20_000)
  assert.equal((await bench.one.get(session.id))?.ending, undefined)
})
