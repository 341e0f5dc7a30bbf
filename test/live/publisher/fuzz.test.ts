/**
 * Malformed everything, 10,000 of each; as many as the first argument says where it is run by itself.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { isRollcallError } from '../../../src/core/errors.ts'
import { readRtcp, writeMissing, writeReceiverReport } from '../../../src/live/publisher/rtcp.ts'
import { readRtp } from '../../../src/live/publisher/rtp.ts'
import { readCheck } from '../../../src/live/publisher/stun.ts'
import { track } from '../../../src/live/publisher/track.ts'
import { seededRandom } from '../../support/seeded-random.ts'
import { until } from '../../support/until.ts'
import { sdp } from './descriptions.ts'
import { HELLO } from './hello.ts'
import { openRawPeer, type RawPeer, writeCheck } from './raw-peer.ts'
import { openStudio, STREAM, type Studio } from './support.ts'

const COUNT = Number(process.argv[2] ?? 10_000)
const OFFER = sdp('m=video 9 UDP/TLS/RTP/SAVPF 96', 'a=rtpmap:96 VP8/90000', 'sendrecv')
const RTP = Buffer.from('90e00001000000010000000abede000110ff0000aabbccddeeff', 'hex')

test(`${COUNT} malformed descriptions, candidates, checks, handshakes and packets of media harm nobody`, async (t) => {
  const studio = openStudio(t, { mostHalfOpen: 16 })
  await studio.publish()
  const playing = await studio.play()
  await playing.plays()
  const heapBefore = await heapOf(studio)

  await sendDescriptions(studio)
  await sendCandidates(studio)
  await sendDatagrams(t, studio)

  await playing.plays(10)
  assert.equal(playing.state(), 'connected')
  assert.equal(studio.gone(playing.peer), undefined)
  const asked = await Promise.all(Array.from({ length: 16 }, () => answerViewer(studio)))
  for (const { peer } of asked) studio.publisher.cut(peer)
  await until('the heap is back', async () => (await heapOf(studio)) < heapBefore + 48_000_000, 30_000)
})

test(`${COUNT} malformed packets of each kind are read, or passed over, and never thrown on`, () => {
  const random = seededRandom(7)
  const now = { at: 0 }
  const clock = {
    now: () => now.at,
    monotonic: () => now.at,
    every: () => () => undefined,
    after: () => () => undefined,
  }
  const picture = track(
    'video',
    { type: 96, name: 'VP8', clockRate: 90_000, channels: 1, parameters: '', feedback: [] },
    clock,
  )
  const check = writeCheck('abcd:efgh', 'password')
  const reports = Buffer.concat([
    writeReceiverReport(1, [
      { source: 10, fractionLost: 1, lost: 1, highest: 1, jitter: 1, lastReport: 1, delay: 1 },
    ]),
    writeMissing(1, 10, [1, 2, 40]),
  ])
  for (let count = 0; count < COUNT; count++) {
    now.at += random() * 50
    readCheck(spoil(check, random))?.isSignedWith('password')
    readRtcp(spoil(reports, random))
    const packet = readRtp(spoil(RTP, random))
    if (packet !== undefined) picture.pass(packet)
    assert.ok(picture.missing().length <= 256)
    picture.report()
  }
})

/** Offers and answers: whatever is not refused is answered, and cut. */
async function sendDescriptions(studio: Studio): Promise<void> {
  const random = seededRandom(1)
  const asks = [studio.publisher.answerViewer, studio.publisher.answerPublisher]
  let answered = 0
  for (let count = 0; count < COUNT; count++) {
    const offer = spoilText(OFFER, random)
    const ask = asks[count % 2] ?? studio.publisher.answerViewer
    const stream = count % 2 === 0 ? STREAM : `default/app/other-${count % 10}`
    try {
      const { peer } = await ask({ stream, offer })
      answered++
      studio.publisher.cut(peer)
    } catch (fault) {
      assert.ok(isRollcallError(fault), String(fault))
      assert.ok(['unprocessable', 'too-large'].includes(fault.code), `${fault.code} for ${offer}`)
    }
  }
  assert.ok(answered > 0 && answered < COUNT, `${answered} were answered`)
}

async function sendCandidates(studio: Studio): Promise<void> {
  const random = seededRandom(2)
  const { peer } = await answerViewer(studio)
  for (let count = 0; count < COUNT; count++) {
    const candidate = spoilText('candidate:1 1 udp 2122265343 192.0.2.1 48231 typ host', random)
    await studio.publisher
      .addCandidate(peer, { candidate })
      .catch((fault: unknown) => assert.ok(isRollcallError(fault, 'unprocessable')))
  }
  studio.publisher.cut(peer)
}

/** Checks, handshakes, media and reports, by somebody who may be answered, and has no keys. */
async function sendDatagrams(t: TestContext, studio: Studio): Promise<void> {
  const random = seededRandom(3)
  const reports = writeMissing(1, 10, [1, 2, 40])
  const perPeer = 500
  for (let sent = 0; sent < COUNT; sent += perPeer) {
    const { peer, answer } = await answerViewer(studio)
    const raw = await openRawPeer(answer)
    t.after(raw.close)
    await check(raw, 10_000)
    for (let count = 0; count < perPeer; count++) {
      raw.send(spoil(writeCheck('abcd:efgh', 'password'), random))
      raw.send(spoil(RTP, random))
      raw.send(spoil(reports, random))
      raw.send(spoil(HELLO, random))
      if (count % 50 === 49) await check(raw).catch(() => undefined) // A handshake that went wrong ends it.
      if (studio.gone(peer) !== undefined) break
    }
    studio.publisher.cut(peer)
  }
}

/** Sends a check and waits for its answer: until then the thread has read all that was sent before. */
async function check(raw: RawPeer, milliseconds = 500): Promise<void> {
  const before = raw.answers.length
  raw.check()
  await until('a check is answered', () => raw.answers.length > before, milliseconds)
}

function answerViewer({ publisher }: Studio): Promise<{ readonly peer: string; readonly answer: string }> {
  return publisher.answerViewer({ stream: STREAM, offer: OFFER })
}

async function heapOf(studio: Studio): Promise<number> {
  return (await studio.thread().getHeapStatistics()).used_heap_size
}

/** Changes, cuts off, repeats or makes up bytes. */
function spoil(datagram: Buffer, random: () => number): Buffer {
  const spoiled = Buffer.from(datagram)
  for (let changes = Math.floor(random() * 6); changes >= 0; changes--)
    spoiled.writeUInt8(Math.floor(random() * 256), Math.floor(random() * spoiled.length))
  if (random() < 0.3) return spoiled.subarray(0, Math.floor(random() * spoiled.length))
  if (random() < 0.1) return Buffer.concat([spoiled, spoiled])
  return spoiled
}

/** The same for lines of text. */
function spoilText(text: string, random: () => number): string {
  const lines = text.split('\r\n')
  for (let changes = Math.floor(random() * 3); changes >= 0; changes--) {
    const at = Math.floor(random() * lines.length)
    const line = lines[at] ?? ''
    const cut = Math.floor(random() * line.length)
    const way = Math.floor(random() * 5)
    if (way === 0) lines.splice(at, 1)
    else if (way === 1) lines.splice(at, 0, line)
    else if (way === 2) lines[at] = line.slice(0, cut)
    else if (way === 3) lines[at] = line.replaceAll(/\d+/g, () => String(Math.floor(random() * 1e9)))
    else
      lines[at] = line.slice(0, cut) + String.fromCharCode(Math.floor(random() * 300)) + line.slice(cut + 1)
  }
  return lines.join('\r\n')
}
