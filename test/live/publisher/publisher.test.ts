import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRollcallError } from '../../../src/core/errors.ts'
import { until } from '../../support/until.ts'
import { playByOffer, playOffered } from '../../support/webrtc.ts'
import { openStudio, STREAM } from './support.ts'

test('what one publishes, others see, and one who is cut sees no more of it while the others go on', async (t) => {
  const studio = openStudio(t)
  await studio.publish()
  const [kept, cut, other] = [await studio.play(), await studio.play(), await studio.play()]
  await Promise.all([kept.plays(), cut.plays(), other.plays()])

  const before = performance.now()
  studio.publisher.cut(cut.peer)
  await cut.until('failed', 500)
  assert.ok(performance.now() - before < 500, 'the player fails at once')

  await Promise.all([kept.plays(10), other.plays(10)])
  assert.equal(kept.state(), 'connected')
  assert.equal(studio.gone(cut.peer), undefined, 'whoever cuts knows that it is gone')
  assert.equal(await studio.publisher.statistics(cut.peer), undefined)
  assert.deepEqual(studio.faults, [])
})

test('who comes late sees a picture without waiting for the next key frame', async (t) => {
  const studio = openStudio(t)
  const publishing = await studio.publish()
  const first = await studio.play()
  await first.plays(20)
  const late = await studio.play()
  const before = performance.now()
  await late.plays(1)
  assert.ok(performance.now() - before < 5_000, `the first picture took ${performance.now() - before} ms`)
  assert.ok(((await publishing.video()).pliCount ?? 0) >= 1, 'a key frame was asked for')
})

test('who publishes anew takes over, and players go on without noticing', async (t) => {
  const studio = openStudio(t)
  const before = await studio.publish()
  const playing = await studio.play()
  await playing.plays(5)
  const source = (await playing.video()).ssrc

  const after = await studio.publish()
  await after.until('connected')
  await until('the first publisher is gone', () => studio.gone(before.peer) === 'replaced')
  await playing.plays(20)

  const figures = await playing.video()
  assert.equal(figures.ssrc, source)
  assert.ok(Number(figures.packetsLost) < 50, 'the numbers of the packets go on: a break is thousands')
  assert.equal(playing.state(), 'connected')
  assert.equal(studio.publisher.isPublished(STREAM), true)
})

test('of many who publish one stream at once, one is left, and everybody sees it', async (t) => {
  const studio = openStudio(t)
  const publishing = await Promise.all(Array.from({ length: 4 }, () => studio.publish()))
  const playing = await Promise.all(Array.from({ length: 3 }, () => studio.play()))
  await until('all but one gave way', () => {
    const replaced = publishing.filter(({ peer }) => studio.gone(peer) === 'replaced')
    return replaced.length === publishing.length - 1
  })
  const [left] = publishing.filter(({ peer }) => studio.gone(peer) === undefined)
  assert.equal(left?.state(), 'connected')
  await Promise.all(playing.map((player) => player.plays(5)))
  left?.close()
  await until('nobody publishes', () => !studio.publisher.isPublished(STREAM))
})

test('a peer that is cut before it is connected never connects', async (t) => {
  const studio = openStudio(t)
  await studio.publish()
  let cut = ''
  await using playing = await playByOffer(async (offer) => {
    const { peer, answer } = await studio.publisher.answerViewer({ stream: STREAM, offer })
    cut = peer
    studio.publisher.cut(peer)
    return answer
  })
  const other = await studio.play()
  await other.plays()
  assert.ok(!studio.events.some(({ peer }) => peer === cut))
  assert.equal(await playing.framesDecoded(), 0)
})

test('players wait for a publisher that went away, and are gone when none comes', async (t) => {
  const studio = openStudio(t, { resumeWithin: 5_000 })
  const first = await studio.publish()
  const playing = await studio.play()
  await playing.plays()

  first.close()
  await until('the publisher is gone', () => studio.gone(first.peer) === 'closed')
  assert.equal(studio.publisher.isPublished(STREAM), false)
  await assert.rejects(studio.play(), (fault) => isRollcallError(fault, 'not-published'))

  const second = await studio.publish()
  await second.until('connected')
  await playing.plays(5)

  second.close()
  await until('the player is gone', () => studio.gone(playing.peer) === 'publisher-gone', 15_000)
  await playing.until('failed')
})

test('a publisher that stalls keeps its players, and they go on when it does', async (t) => {
  const studio = openStudio(t)
  const publishing = await studio.publish({ audio: false })
  const playing = await studio.play()
  await playing.plays()
  publishing.film(false)
  await until(
    'nothing comes for a second',
    async () => (await studio.publisher.statistics(publishing.peer))?.lastThroughput === 0,
  )
  assert.equal(playing.state(), 'connected')
  publishing.film(true)
  await playing.plays(5)
})

test('whoever closes the publisher cuts everybody', async (t) => {
  const studio = openStudio(t)
  const publishing = await studio.publish()
  const playing = await studio.play()
  await playing.plays()
  await studio.publisher.close()
  await Promise.all([publishing.until('failed', 500), playing.until('failed', 500)])
  await assert.rejects(studio.play(), (fault) => isRollcallError(fault, 'busy'))
})

test('a player that waits for an offer is offered the stream', async (t) => {
  const studio = openStudio(t)
  await studio.publish()
  const { peer, offer, candidates } = await studio.publisher.offerViewer({ stream: STREAM })
  assert.ok(candidates.length > 0)
  const playing = await playOffered(offer, candidates)
  t.after(playing.close)
  await studio.publisher.acceptAnswer(peer, playing.answer)
  await playing.plays()
  studio.publisher.cut(peer)
  await playing.until('failed', 500)
})

test('whoever closes is gone at once', async (t) => {
  const studio = openStudio(t)
  await studio.publish()
  const playing = await studio.play()
  await playing.plays()
  playing.close()
  await until('it is gone', () => studio.gone(playing.peer) === 'closed')
})

test('without a publisher there is nothing to play', async (t) => {
  const studio = openStudio(t)
  const refused = await studio.play().catch((fault: unknown) => fault)
  assert.ok(isRollcallError(refused, 'not-published'))
  assert.equal(refused.details.retryAfter, 2)
})

test('a player without the codec of the stream is refused, and one that has it under another number plays', async (t) => {
  const studio = openStudio(t)
  await studio.publish({ codecs: ['VP9', 'opus'] })
  await assert.rejects(studio.play({ codecs: ['VP8', 'opus'] }), (fault) =>
    isRollcallError(fault, 'unprocessable'),
  )
  const renumbered = (offer: string) =>
    offer
      .replaceAll(/^(a=(?:rtpmap|fmtp|rtcp-fb)):98 /gm, '$1:120 ')
      .replace(/^(m=video .*) 98 /m, '$1 120 ')
      .replaceAll('apt=98', 'apt=120')
  const playing = await studio.play({ codecs: ['VP9', 'opus'], change: renumbered })
  await playing.plays()
})

test('figures tell what went over a peer', async (t) => {
  const studio = openStudio(t)
  const publishing = await studio.publish()
  const playing = await studio.play()
  await playing.plays(30)
  await until(
    'the way there and back is known',
    async () => (await studio.publisher.statistics(playing.peer))?.roundTrip !== undefined,
  )
  const out = await studio.publisher.statistics(playing.peer)
  const into = await studio.publisher.statistics(publishing.peer)
  assert.ok(out && into)
  assert.equal(out.stream, STREAM)
  assert.deepEqual(out.codecs, ['VP8', 'opus'])
  assert.ok(out.bytesSent > 10_000 && out.packetsSent > 50, JSON.stringify(out))
  assert.ok(into.bytesReceived >= out.bytesSent, 'what is sent was received')
  assert.ok(out.lastThroughput > 0 && out.mostThroughput >= out.lastThroughput && out.averageThroughput > 0)
  assert.ok(out.firstAt !== undefined && out.lastAt !== undefined && out.lastAt > out.firstAt)
  assert.match(out.remoteAddress ?? '', /:\d+$/)
})
