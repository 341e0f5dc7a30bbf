import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  readRtcp,
  writeBandwidth,
  writeKeyFrameRequest,
  writeMissing,
  writeReceiverReport,
  writeSenderReport,
} from '../../../src/live/publisher/rtcp.ts'
import { readRtp } from '../../../src/live/publisher/rtp.ts'

test('what is written is read again', () => {
  const report = {
    source: 0xdeadbeef,
    fractionLost: 12,
    lost: -3,
    highest: 0x1_2345,
    jitter: 7,
    lastReport: 0xffffffff,
    delay: 65_536,
  }
  const time = { source: 5, ntp: 0xe000_0000_8000_0000n, timestamp: 0xffff_fff0 }
  const compound = Buffer.concat([
    writeSenderReport({ ...time, packets: 2 ** 33, bytes: 9 }),
    writeReceiverReport(1, [report]),
    writeKeyFrameRequest(1, 77),
    writeMissing(1, 88, [65_534, 65_535, 0, 14, 15, 40]),
  ])
  assert.deepEqual(readRtcp(compound), [
    { type: 'sender', report: time },
    { type: 'report', report },
    { type: 'key-frame', source: 77 },
    { type: 'missing', source: 88, sequences: [65_534, 65_535, 0, 14, 15, 40] },
  ])
})

test('a full intra request is a wish for a key frame', () => {
  const request = Buffer.from('84ce0004000000010000000000000063 01000000'.replace(' ', ''), 'hex')
  assert.deepEqual(readRtcp(request), [{ type: 'key-frame', source: 0x63 }])
})

test('bandwidth is written as 18 bits and an exponent', () => {
  for (const bits of [0, 100_000, 262_143, 262_144, 20_000_000, 2 ** 40]) {
    const packet = writeBandwidth(1, 2, bits)
    assert.equal(packet.toString('latin1', 12, 16), 'REMB')
    const word = packet.readUInt32BE(16)
    const read = (word & 0x3ffff) * 2 ** ((word >> 18) & 0x3f)
    assert.equal(word >>> 24, 1)
    assert.ok(read <= bits && read >= bits * 0.9999, `${bits} was written as ${read}`)
  }
})

test('what is malformed is passed over, and what came before it counts', () => {
  const request = writeKeyFrameRequest(1, 77)
  for (const rest of ['', '00', '80', '80ce', '80ceffff', '80c90001', '81c9ffff00000000'])
    assert.deepEqual(readRtcp(Buffer.concat([request, Buffer.from(rest, 'hex')])).slice(0, 1), [
      { type: 'key-frame', source: 77 },
    ])
})

test('a packet of media is read without its extensions, its contributors and its padding', () => {
  const packet = Buffer.from(
    `b1e0fffe 00000001 00000002 0000abcd bede0001 10ff0000 aabbcc 000003`.replaceAll(' ', ''),
    'hex',
  )
  assert.deepEqual(readRtp(packet), {
    payloadType: 96,
    marker: true,
    sequence: 0xfffe,
    timestamp: 1,
    source: 2,
    payload: Buffer.from('aabbcc', 'hex'),
  })
})

test('a packet that claims more than it has is none', () => {
  for (const packet of [
    '',
    '80',
    '8060000100000001000000',
    '906000010000000100000002',
    'a06000010000000100000002ff',
  ])
    assert.equal(readRtp(Buffer.from(packet, 'hex')), undefined)
})
