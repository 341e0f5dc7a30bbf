import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import { readCheck, writeCheckAnswer } from '../../../src/live/publisher/stun.ts'

/** RFC 5769, section 2.1. */
const REQUEST = Buffer.from(
  `000100582112a442b7e7a701bc34d686fa87dfae
   802200105354554e207465737420636c69656e74
   002400046e0001ff80290008932ff9b151263b36
   000600096576746a3a68367659202020
   000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2
   80280004e57a3bcf`.replaceAll(/\s/g, ''),
  'hex',
)
const PASSWORD = 'VOkJxbRl1RmTxUk/WvJxBt'

test('the check of RFC 5769 is read, and its signature holds for its password only', () => {
  const check = readCheck(REQUEST)
  assert.ok(check)
  assert.equal(check.to, 'evtj')
  assert.equal(check.nominates, false)
  assert.equal(check.isSignedWith(PASSWORD), true)
  assert.equal(check.isSignedWith(`${PASSWORD}x`), false)
})

test('a check that was changed anywhere before its signature is not signed', () => {
  for (let at = 4; at < REQUEST.length - 32; at++) {
    const changed = Buffer.from(REQUEST)
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
    assert.ok(!readCheck(changed)?.isSignedWith(PASSWORD), `byte ${at}`)
  }
})

test('an answer says where the check came from, as RFC 5769 has it, and is signed', () => {
  const check = readCheck(REQUEST)
  assert.ok(check)
  const mapped = {
    '192.0.2.1': '002000080001a147e112a643',
    '2001:db8:1234:5678:11:2233:4455:6677': '002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9',
  }
  for (const [address, expected] of Object.entries(mapped)) {
    const answer = writeCheckAnswer(check, PASSWORD, address, 32_853)
    assert.equal(answer.readUInt16BE(0), 0x0101)
    assert.equal(answer.readUInt16BE(2), answer.length - 20)
    assert.deepEqual(answer.subarray(8, 20), check.transaction)
    assert.ok(answer.toString('hex').includes(expected), address)

    const end = answer.length - 32
    const signed = Buffer.from(answer.subarray(0, end))
    signed.writeUInt16BE(end - 20 + 24, 2)
    assert.deepEqual(answer.subarray(end + 4, end + 24), createHmac('sha1', PASSWORD).update(signed).digest())
    assert.equal(answer.readUInt32BE(answer.length - 4), (crc32(answer.subarray(0, -8)) ^ 0x5354554e) >>> 0)
  }
})

test('a message that is no check is none', () => {
  for (const message of ['', '0001', REQUEST.toString('hex').replace('2112a442', '2112a443')])
    assert.equal(readCheck(Buffer.from(message, 'hex')), undefined)
  assert.equal(readCheck(REQUEST.subarray(0, -1)), undefined)
})
