import assert from 'node:assert/strict'
import { test } from 'node:test'
import { meter } from '../../../src/live/publisher/meter.ts'

test('a meter shows the average, the last whole second and the best', () => {
  const line = meter()
  assert.deepEqual(line.read(5_000), { bytes: 0, packets: 0, average: 0, last: 0, most: 0 })
  line.add(1_000, 10_000)
  line.add(1_000, 10_900)
  line.add(500, 11_100)
  assert.deepEqual(line.read(11_200), {
    bytes: 2_500,
    packets: 3,
    firstAt: 10_000,
    lastAt: 11_100,
    average: 16_667,
    last: 16_000,
    most: 16_667,
  })
  const later = line.read(20_000)
  assert.equal(later.last, 0, 'nothing went over it in the last second')
  assert.equal(later.most, 16_667, 'what was best once stays')
  assert.equal(later.average, 2_000)
})

test('the best second is never below the average, however the seconds fall', () => {
  const line = meter()
  for (let now = 10_500; now < 16_500; now += 20) {
    line.add(1_000, now)
    const { average, most } = line.read(now)
    assert.ok(most >= average, `${most} and ${average} after ${now - 10_500} ms`)
  }
})

test('a clock that is set back does not make a second count twice', () => {
  const line = meter()
  line.add(100, 10_500)
  line.add(100, 9_000)
  assert.equal(line.read(11_000).last, 1_600)
  assert.equal(line.read(11_000).lastAt, 10_500)
})
