import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isRollcallError } from '../../src/core/errors.ts'
import { fromCursor, type Sort, toCursor } from '../../src/core/page.ts'

const place = fc.tuple(fc.maxSafeNat(), fc.maxSafeNat())
const sorts = fc.constantFrom<Sort>('issued', 'active')

test('a cursor leads back to the place it was made of', () => {
  fc.assert(
    fc.property(place, sorts, (at, sort) => assert.deepEqual(fromCursor(toCursor(at, sort), sort), at)),
  )
})

test('a cursor can be put into a URL as it is', () => {
  fc.assert(fc.property(place, sorts, (at, sort) => assert.match(toCursor(at, sort), /^[a-z0-9-]+$/)))
})

test('a cursor of one order is refused in the other', () => {
  fc.assert(
    fc.property(place, sorts, (at, sort) =>
      assertBad(toCursor(at, sort), sort === 'issued' ? 'active' : 'issued'),
    ),
  )
})

test('a forged cursor is refused, or leads to a place and no further', () => {
  const near = fc.string({ unit: fc.constantFrom(...'ia0z9-_A '), maxLength: 26 })
  fc.assert(
    fc.property(fc.oneof(near, fc.string({ unit: 'binary' })), sorts, (forged, sort) => {
      try {
        const [moment, serial] = fromCursor(forged, sort)
        assert.ok(Number.isSafeInteger(moment) && Number.isSafeInteger(serial))
        assert.ok(moment >= 0 && serial >= 0)
      } catch (fault) {
        assert.ok(isRollcallError(fault, 'bad-cursor'), String(fault))
      }
    }),
    { numRuns: 5_000 },
  )
  for (const forged of [
    '',
    'i',
    'i-',
    'i-1',
    'i1-',
    'x1-1',
    'i1-1 ',
    ' i1-1',
    'i1-1\n',
    'I1-1',
    'i1--1',
    '1-1',
    'i1.5-1',
  ])
    assertBad(forged, 'issued')
  for (const tooFar of ['izzzzzzzzzzz-1', 'i1-zzzzzzzzzzz', 'i1-1000000000000']) assertBad(tooFar, 'issued')
})

function assertBad(cursor: string, sort: Sort): void {
  assert.throws(
    () => fromCursor(cursor, sort),
    (fault) => isRollcallError(fault, 'bad-cursor'),
    cursor,
  )
}
