import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { toTime } from '../../src/protocol/moments.ts'

const FARTHEST = 8_640_000_000_000_000

test('a moment is written as a Date writes it, however near or far it is', () => {
  const near = fc.integer({ min: 1_700_000_000_000, max: 2_000_000_000_000 })
  const far = fc.maxSafeInteger().filter((at) => Math.abs(at) <= FARTHEST)
  const between = fc.double({ min: -FARTHEST, max: FARTHEST, noNaN: true })
  fc.assert(
    fc.property(fc.oneof(near, far, between), (at) => {
      assert.equal(toTime(at), new Date(at).toISOString())
    }),
    { numRuns: 5_000 },
  )
})

test('the first and the last millisecond of a day, a year and of all time are written in full', () => {
  for (const day of [0, 20_000, -719_528, 2_932_897, -100_000_000, 100_000_000]) {
    for (const at of [day * 86_400_000 - 1, day * 86_400_000]) {
      if (Math.abs(at) <= FARTHEST) assert.equal(toTime(at), new Date(at).toISOString())
    }
  }
})

test('what is no moment is not written', () => {
  for (const at of [Number.NaN, Number.POSITIVE_INFINITY, FARTHEST + 1, -FARTHEST - 1])
    assert.throws(() => toTime(at), RangeError)
})
