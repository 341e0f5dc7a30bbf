import assert from 'node:assert/strict'
import { test } from 'node:test'
import { continuity } from '../../../src/live/publisher/continuity.ts'
import { reception } from '../../../src/live/publisher/reception.ts'
import { ring } from '../../../src/live/publisher/ring.ts'
import { advance, type Row } from '../../../src/live/publisher/srtp.ts'
import { seededRandom } from '../../support/seeded-random.ts'

test('numbers follow on when somebody else publishes, as much later as it is', () => {
  const numbers = continuity(90_000, { sequence: 65_534, timestamp: 0xffff_ff00 })
  assert.deepEqual(numbers.rewrite({ sequence: 10, timestamp: 1_000 }, 0), {
    sequence: 65_534,
    timestamp: 0xffff_ff00,
  })
  assert.deepEqual(numbers.rewrite({ sequence: 12, timestamp: 4_600 }, 40), {
    sequence: 0,
    timestamp: 0xffff_ff00 + 3_600 - 2 ** 32,
  })
  numbers.changeHands()
  assert.deepEqual(numbers.rewrite({ sequence: 65_535, timestamp: 5 }, 1_040), {
    sequence: 1,
    timestamp: 0xffff_ff00 + 3_600 - 2 ** 32 + 90_000,
  })
  assert.deepEqual(numbers.rewrite({ sequence: 0, timestamp: 3_605 }, 1_080)?.sequence, 2)
  assert.equal(numbers.timestampOf(5), 0xffff_ff00 + 3_600 - 2 ** 32 + 90_000)
})

test('a packet from before somebody took over is not passed on, and one that is only late is', () => {
  const numbers = continuity(90_000, { sequence: 100, timestamp: 0 })
  numbers.rewrite({ sequence: 5, timestamp: 0 }, 0)
  numbers.changeHands()
  numbers.rewrite({ sequence: 1_000, timestamp: 0 }, 10)
  numbers.rewrite({ sequence: 1_002, timestamp: 0 }, 20)
  assert.equal(numbers.rewrite({ sequence: 999, timestamp: 0 }, 30), undefined)
  assert.equal(numbers.rewrite({ sequence: 1_001, timestamp: 0 }, 30)?.sequence, 102)
})

test('numbers never repeat and never jump, however often the row begins again', () => {
  const numbers = continuity(90_000, { sequence: 3, timestamp: 0 })
  let sequence = 60_000
  let last = 2
  for (let count = 0; count < 300_000; count++) {
    if (count % 70_001 === 70_000) {
      numbers.changeHands()
      sequence = (sequence * 7 + 11) & 0xffff
    }
    const next = numbers.rewrite({ sequence, timestamp: count }, count)
    assert.equal(next?.sequence, (last + 1) & 0xffff)
    last = next?.sequence ?? 0
    sequence = (sequence + 1) & 0xffff
  }
})

test('holes are asked for after a moment, again after a while, and not for ever', () => {
  const watched = reception(1, 90_000)
  watched.take({ sequence: 65_534, timestamp: 0 }, 0)
  watched.take({ sequence: 1, timestamp: 0 }, 10)
  assert.deepEqual(watched.missing(10), [], 'they may only be late')
  assert.equal(watched.take({ sequence: 65_535, timestamp: 0 }, 20), true)
  assert.deepEqual(watched.missing(30), [0])
  assert.deepEqual(watched.missing(60), [])
  assert.equal(watched.take({ sequence: 65_535, timestamp: 0 }, 60), false, 'it was there before')
  let asked = 1
  for (let now = 100; now < 5_000; now += 25) asked += watched.missing(now).length
  assert.equal(asked, 5)
  assert.equal(watched.lost(), 1)
})

test('reports say what was lost since the last one, and in all', () => {
  const watched = reception(9, 90_000)
  for (let sequence = 0; sequence < 100; sequence++)
    if (sequence % 4 !== 1) watched.take({ sequence, timestamp: sequence * 3_600 }, sequence * 40)
  const first = watched.report(4_000)
  assert.equal(first.source, 9)
  assert.equal(first.lost, 25)
  assert.equal(first.fractionLost, 64)
  assert.equal(first.highest, 99)
  for (let sequence = 100; sequence < 120; sequence++) watched.take({ sequence, timestamp: 0 }, 4_000)
  watched.hear({ source: 9, ntp: 0x1234_5678_9abc_def0n, timestamp: 0 }, 4_500)
  const second = watched.report(5_000)
  assert.equal(second.fractionLost, 0)
  assert.equal(second.lost, 25)
  assert.equal(second.lastReport, 0x5678_9abc)
  assert.equal(second.delay, 32_768)
})

test('a jump of numbers is no reason to ask for thousands of packets', () => {
  const watched = reception(1, 90_000)
  watched.take({ sequence: 0, timestamp: 0 }, 0)
  watched.take({ sequence: 30_000, timestamp: 0 }, 1)
  assert.deepEqual(watched.missing(1_000), [])
  watched.take({ sequence: 30_500, timestamp: 0 }, 1_000)
  assert.ok(watched.missing(2_000).length <= 256)
})

test('a ring gives what it still has, and nothing in place of what it lost', () => {
  const kept = ring<string>(4)
  for (let sequence = 65_533; sequence < 65_539; sequence++) kept.add(sequence & 0xffff, `${sequence}`)
  assert.equal(kept.get(2), '65538')
  assert.equal(kept.get(65_535), '65535')
  assert.equal(kept.get(65_533), undefined)
  assert.equal(kept.get(6), undefined)
})

test('rollovers are counted right, whatever is lost or late around them', () => {
  const random = seededRandom(6)
  let row: Row | undefined
  let at = 65_000
  for (let count = 0; count < 200_000; count++) {
    at += random() < 0.001 ? Math.floor(random() * 20_000) : 1
    const late = random() < 0.01 ? Math.floor(random() * 500) : 0
    const index = Math.max(65_000, at - late)
    const next = advance(row, index & 0xffff)
    assert.equal(next.rollovers, Math.floor(index / 65_536), `packet ${index}`)
    row = next.row
  }
})
