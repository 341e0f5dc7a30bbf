import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasPassed, joinPositions, readPosition, writePosition } from '../../src/core/position.ts'

test('a position is one count, or a count for each partition', () => {
  assert.deepEqual([...(readPosition('42') ?? [])], [['', 42]])
  assert.deepEqual(
    [...(readPosition('A-42.1-7') ?? [])],
    [
      ['A', 42],
      ['1', 7],
    ],
  )
  assert.deepEqual([...(readPosition('0') ?? ['?'])], [])
})

test('what is no position is none', () => {
  for (const text of ['', 'x', '-1', '1.5', '01', 'A-0', 'A-1.A-2', 'A-1.2', 'l-1', '1234567890123456', ' 1'])
    assert.equal(readPosition(text), undefined, text)
})

test('a position is written in one way', () => {
  for (const text of ['0', '42', '1-7.A-42.f-3'])
    assert.equal(writePosition(readPosition(text) ?? new Map()), text)
  assert.equal(
    writePosition(
      new Map([
        ['f', 3],
        ['A', 0],
        ['1', 7],
      ]),
    ),
    '1-7.f-3',
  )
})

test('who has got at least as far in every partition has passed another', () => {
  assert.ok(hasPassed('42', '42') && hasPassed('43', '42') && !hasPassed('41', '42'))
  assert.ok(hasPassed('A-2.B-5', 'B-5') && !hasPassed('A-2.B-5', 'A-3') && !hasPassed('A-2', 'A-1.B-1'))
  assert.ok(hasPassed('0', '0') && hasPassed('A-1', '0'))
  assert.ok(!hasPassed('x', '0') && !hasPassed('5', 'x'))
})

test('positions are joined by the furthest of each partition', () => {
  assert.equal(joinPositions(['A-1.B-5', 'A-3', '0']), 'A-3.B-5')
  assert.equal(joinPositions([]), '0')
})
