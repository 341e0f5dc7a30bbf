import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type DialectDescription, dialectContract } from '../../src/testing/dialect-contract.ts'
import { benchesOf } from './contract/bench.ts'
import { crossid } from './contract/described/crossid.ts'
import { cumulonimbus } from './contract/described/cumulonimbus.ts'
import { datepoll } from './contract/described/datepoll.ts'
import { ome } from './contract/described/ome.ts'
import { weplanx } from './contract/described/weplanx.ts'
import { MAKERS } from './made.ts'

const DESCRIPTIONS: Readonly<Record<string, DialectDescription>> = {
  crossid,
  cumulonimbus,
  datepoll,
  ome,
  weplanx,
}

test('every dialect is described', () => {
  assert.deepEqual(Object.keys(DESCRIPTIONS).sort(), Object.keys(MAKERS).sort())
})

for (const [name, make] of Object.entries(MAKERS)) {
  const description = DESCRIPTIONS[name]
  if (description === undefined) continue
  for (const { promise, check } of dialectContract) {
    test(`${name} ${promise}`, () => check(benchesOf(make), description))
  }
}
