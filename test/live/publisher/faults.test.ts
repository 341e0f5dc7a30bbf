import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRollcallError } from '../../../src/core/errors.ts'
import { until } from '../../support/until.ts'
import { sdp } from './descriptions.ts'
import { openDropper } from './dropper.ts'
import { HELLO } from './hello.ts'
import { openRawPeer } from './raw-peer.ts'
import { openStudio, STREAM } from './support.ts'

const OFFER = sdp('m=video 9 UDP/TLS/RTP/SAVPF 96', 'a=rtpmap:96 VP8/90000', 'recvonly')

test('a viewer that vanishes is noticed within twelve seconds, and one that never connects as well', async (t) => {
  const studio = openStudio(t)
  await studio.publish()
  const dropper = await openDropper(t)
  const vanishing = await studio.play({ by: dropper.lead })
  const staying = await studio.play()
  await Promise.all([vanishing.plays(), staying.plays()])

  const { peer: never } = await studio.publisher.answerViewer({ stream: STREAM, offer: OFFER })
  dropper.drop(1)
  const before = performance.now()
  await until(
    'both are gone',
    () => studio.gone(vanishing.peer) === 'silent' && studio.gone(never) === 'never-connected',
    12_000,
  )
  assert.ok(performance.now() - before < 12_000)
  await staying.plays()
})

test('where one packet in twenty is lost, pictures go on, for what is missing is sent again', async (t) => {
  const studio = openStudio(t)
  const [up, down] = [await openDropper(t), await openDropper(t)]
  const publishing = await studio.publish({ by: up.lead })
  const playing = await studio.play({ by: down.lead })
  await playing.plays()
  up.drop(0.05)
  down.drop(0.05)
  await until(
    'both ways were repaired',
    async () => {
      const out = await studio.publisher.statistics(playing.peer)
      const into = await studio.publisher.statistics(publishing.peer)
      return (out?.retransmissions ?? 0) > 2 && (into?.negativeAcknowledgements ?? 0) > 2
    },
    15_000,
  )
  await playing.plays(20, 15_000)
})

test('what is mangled on its way, handshakes included, harms nobody else', async (t) => {
  const studio = openStudio(t)
  await studio.publish()
  const clean = await studio.play()
  await clean.plays()
  const droppers = await Promise.all(Array.from({ length: 8 }, () => openDropper(t)))
  for (const [index, dropper] of droppers.entries()) {
    const isLate = index < 3
    if (!isLate) dropper.mangle(0.3)
    const playing = await studio.play({ by: dropper.lead })
    if (isLate) await playing.until('connected')
    dropper.mangle(0.3)
  }
  const mangled = () => droppers.reduce((sum, dropper) => sum + dropper.mangled(), 0)
  await until('many datagrams were mangled', () => mangled() > 500, 15_000)
  await clean.plays(10)
  await (await studio.play()).plays()
  assert.deepEqual(studio.faults, [])
})

test('what nobody encrypted closes nothing, though it comes from the right address', async (t) => {
  const studio = openStudio(t)
  await studio.publish()
  const dropper = await openDropper(t)
  const playing = await studio.play({ by: dropper.lead })
  await playing.plays()
  const unencrypted = [
    '15fefd0000000000000009000201 00',
    '15fefd000000000000000a00020231',
    HELLO.toString('hex'),
    '63fefd0000000000000009000100',
  ]
  const forged = ['15fefd000100000000000900020100', `15fefd0001000000000009001a${'00'.repeat(26)}`]
  for (const record of [...unencrypted, ...forged])
    dropper.inject(Buffer.from(record.replace(' ', ''), 'hex'))
  await playing.plays(10)
  assert.equal(studio.gone(playing.peer), undefined)
  studio.publisher.cut(playing.peer)
  await playing.until('failed', 500)
})

test('players far away, whose handshakes were repeated on the way, are cut like any other', async (t) => {
  const studio = openStudio(t)
  await studio.publish()
  const delays = [60, 80, 110, 150, 200, 260]
  await Promise.all(
    delays.map(async (delay) => {
      const dropper = await openDropper(t)
      dropper.delay(delay)
      const playing = await studio.play({ by: dropper.lead })
      await playing.until('connected')
      await until('it is known', () => studio.events.some(({ peer }) => peer === playing.peer))
      studio.publisher.cut(playing.peer)
      await playing.until('failed', 500 + delay)
    }),
  )
})

test('half-open viewers are bounded, and refused with a moment to wait', async (t) => {
  const studio = openStudio(t, { mostHalfOpen: 8, mostHalfOpenPerAddress: 5 })
  await studio.publish().then((publishing) => publishing.until('connected'))
  const ask = (from?: string) =>
    studio.publisher.answerViewer({ stream: STREAM, offer: OFFER, ...(from !== undefined && { from }) })
  const asked = await Promise.allSettled(Array.from({ length: 7 }, () => ask('192.0.2.1')))
  assert.equal(asked.filter(({ status }) => status === 'fulfilled').length, 5)
  for (let count = 0; count < 3; count++) await ask()
  const refusal = await ask().catch((fault: unknown) => fault)
  assert.ok(isRollcallError(refusal, 'busy'))
  assert.equal(refusal.details.retryAfter, 2)

  for (const result of asked) if (result.status === 'fulfilled') studio.publisher.cut(result.value.peer)
  const playing = await studio.play()
  await playing.plays()
})

test('who begins a handshake again and again, or sends much at once, makes no work for long', async (t) => {
  const studio = openStudio(t)
  await studio.publish().then((publishing) => publishing.until('connected'))
  const { peer, answer } = await studio.publisher.answerViewer({ stream: STREAM, offer: OFFER })
  const stranger = await openRawPeer(answer)
  t.after(stranger.close)
  stranger.check()
  await until('the check is answered', () => stranger.answers.length === 1)
  stranger.send(Buffer.concat(Array.from({ length: 40 }, () => HELLO)))
  stranger.send(Buffer.concat(Array.from({ length: 24 }, () => HELLO)))
  await until('what was short enough is answered', () => stranger.answers.length === 25)
  assert.equal(studio.gone(peer), undefined)
  stranger.send(HELLO)
  await until('one more is too many', () => studio.gone(peer) === 'failed')
})

test('the thread is killed: every peer is gone as worker-lost, and new ones publish and play', async (t) => {
  const studio = openStudio(t)
  const publishing = await studio.publish()
  const playing = await studio.play()
  await playing.plays()
  const asking = studio.publisher.statistics(playing.peer)
  await studio.thread().terminate()
  await asking.catch((fault: unknown) => assert.ok(isRollcallError(fault, 'busy')))
  assert.equal(studio.gone(publishing.peer), 'worker-lost')
  assert.equal(studio.gone(playing.peer), 'worker-lost')
  assert.equal(studio.publisher.isPublished(STREAM), false)

  await studio.publish()
  const again = await studio.play()
  await again.plays()
})

test('a stranger who does not know the password gets no answer and no picture', async (t) => {
  const studio = openStudio(t)
  await studio.publish()
  const { answer } = await studio.publisher.answerViewer({ stream: STREAM, offer: OFFER })
  const stranger = await openRawPeer(answer)
  t.after(stranger.close)
  stranger.check('not the password of it')
  stranger.send(Buffer.from([22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]))
  stranger.check()
  await until('the right check is answered', () => stranger.answers.length > 0)
  assert.equal(stranger.answers.length, 1)
})

test('a stream whose codec changes with its publisher lets go of those who cannot play it', async (t) => {
  const studio = openStudio(t)
  await studio.publish({ codecs: ['VP8', 'opus'] })
  const playing = await studio.play()
  await playing.plays()
  await studio.publish({ codecs: ['VP9', 'opus'] })
  await until('the player is gone', () => studio.gone(playing.peer) === 'failed')
  const again = await studio.play()
  await again.plays()
})

test('ports that cannot be opened are said to be the reason', async (t) => {
  const studio = openStudio(t, { bind: ['192.0.2.77'] })
  await assert.rejects(
    studio.publisher.answerPublisher({ stream: STREAM, offer: sdp() }),
    (fault) => isRollcallError(fault, 'busy') && /192\.0\.2\.77/.test(fault.message),
  )
})
