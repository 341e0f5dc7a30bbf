import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFault, readMessage, writeFault, writeOffer } from '../../../src/live/signalling/messages.ts'
import { pick, seededRandom } from '../../support/seeded-random.ts'

const ID = 506_764_844

test('what a player says is read as its signalling server reads it', () => {
  const rows: readonly (readonly [said: unknown, read: unknown])[] = [
    [{ command: 'request_offer' }, { command: 'request_offer' }],
    [{ command: 'request_offer', id: 7 }, { command: 'request_offer' }],
    [{ command: 'ping' }, { command: 'ping' }],
    [
      { command: 'answer', id: ID, peer_id: 0, sdp: { type: 'answer', sdp: 'v=0' } },
      { command: 'answer', sdp: 'v=0' },
    ],
    [
      {
        command: 'candidate',
        id: ID,
        candidates: [{ candidate: 'candidate:1', sdpMLineIndex: 0, sdpMid: '0' }],
      },
      { command: 'candidate', candidates: [{ candidate: 'candidate:1', sdpMLineIndex: 0, sdpMid: '0' }] },
    ],
    [
      {
        command: 'candidate',
        id: ID,
        candidates: [{ candidate: '' }, 7, { candidate: 'candidate:2', sdpMid: 1 }],
      },
      { command: 'candidate', candidates: [{ candidate: 'candidate:2' }] },
    ],
    [{ command: 'stop', id: ID }, { command: 'stop' }],
    [{ command: 'change_rendition', id: ID, rendition_name: '480p' }, { command: 'change_rendition' }],
    [{ command: 'stop' }, { code: 400, error: 'Invalid ID' }],
    [
      { command: 'dance', id: 1 },
      { code: 400, error: 'Invalid ID' },
    ],
    [
      { command: 'dance', id: ID },
      { code: 400, error: 'Unknown command: dance' },
    ],
    [
      { command: 'answer', id: ID },
      { code: 400, error: 'There is no SDP' },
    ],
    [
      { command: 'answer', id: ID, sdp: 'v=0' },
      { code: 400, error: 'There is no SDP' },
    ],
    [
      { command: 'answer', id: ID, sdp: { type: 'offer', sdp: '' } },
      { code: 400, error: 'Invalid SDP type' },
    ],
    [
      { command: 'answer', id: ID, sdp: { type: 'answer' } },
      { code: 400, error: 'SDP must be a string' },
    ],
    [
      { command: 'candidate', id: ID },
      { code: 400, error: 'There is no candidate list' },
    ],
    [
      { command: 'candidate', id: ID, candidates: {} },
      { code: 400, error: 'Candidates must be array' },
    ],
  ]
  for (const [said, read] of rows) assert.deepEqual(readMessage(JSON.stringify(said), ID), read)
})

test('what is no object with a command is no message', () => {
  for (const text of ['', '{', 'null', '7', '"stop"', '[]', '{}', '{"command":null}', '{"command":["stop"]}'])
    assert.equal(readMessage(text, ID), undefined, text)
})

test('of a long word no more than its beginning is said back', () => {
  const read = readMessage(JSON.stringify({ command: 'x'.repeat(60_000), id: ID }), ID)
  assert.deepEqual(read, { code: 400, error: `Unknown command: ${'x'.repeat(40)}` })
})

test('what is written has its keys in alphabetical order, as from the origin', () => {
  const candidates = [{ candidate: 'candidate:1', sdpMid: '0' }]
  assert.equal(
    writeOffer(7, { offer: 'v=0', candidates }),
    '{"candidates":[{"candidate":"candidate:1","sdpMLineIndex":0,"sdpMid":"0"}],"code":200,"command":"offer",' +
      '"id":7,"peer_id":0,"sdp":{"sdp":"v=0","type":"offer"}}',
  )
  assert.equal(writeFault({ error: 'Forbidden', code: 403 }), '{"code":403,"error":"Forbidden"}')
})

test('nothing that a player can say is more than a message, a fault of 400 or nothing', () => {
  const random = seededRandom(508)
  const parts = [
    '{',
    '}',
    '[',
    ']',
    '"command"',
    ':',
    ',',
    '"answer"',
    '"id"',
    String(ID),
    'null',
    '\u0000',
    '"sdp"',
    '1e999',
  ]
  for (let round = 0; round < 10_000; round++) {
    const length = Math.floor(random() * 24)
    const text = Array.from({ length }, () => pick(parts, random)).join('')
    const read = readMessage(text, ID)
    if (read !== undefined && isFault(read)) assert.equal(read.code, 400)
  }
})
