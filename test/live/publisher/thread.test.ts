import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { test } from 'node:test'
import { isRollcallError } from '../../../src/core/errors.ts'
import { until } from '../../support/until.ts'
import { sdp } from './descriptions.ts'
import { openStudio, STREAM } from './support.ts'

const OFFER = sdp('m=video 9 UDP/TLS/RTP/SAVPF 96', 'a=rtpmap:96 VP8/90000', 'sendonly')

test('a thread that dies of an error, as one without memory does, takes nobody with it unheard', async (t) => {
  const studio = openStudio(t)
  const { peer } = await studio.publisher.answerPublisher({ stream: STREAM, offer: OFFER })
  const thread = studio.thread()
  thread.emit('error', new Error('Worker terminated due to reaching memory limit'))
  await thread.terminate()
  await until('it is known', () => studio.gone(peer) === 'worker-lost')
  assert.equal(studio.publisher.isPublished(STREAM), false)
  await studio.publisher.answerPublisher({ stream: STREAM, offer: OFFER })
  assert.notEqual(studio.thread(), thread)
})

test('a thread that could not start and goes only now takes nothing from the one after it', async (t) => {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  const studio = openStudio(t, { mediaPorts: { from: port, to: port }, bind: ['127.0.0.1'] })
  const offer = (): Promise<{ readonly peer: string }> =>
    studio.publisher.answerPublisher({ stream: STREAM, offer: OFFER })
  const refused = assert.rejects(offer(), (fault) => isRollcallError(fault, 'busy'))
  await refused
  socket.close()
  const { peer } = await offer()
  await new Promise((resolve) => setTimeout(resolve, 300)) // The first thread is gone by then.
  assert.equal(studio.gone(peer), undefined)
  assert.ok(await studio.publisher.statistics(peer))
})

test('a thread that does not answer any more is not waited for', async (t) => {
  const studio = openStudio(t)
  await studio.publisher.answerPublisher({ stream: STREAM, offer: OFFER })
  const thread = studio.thread()
  thread.postMessage = () => undefined
  await studio.publisher.close()
  assert.equal(thread.threadId, -1)
})

test('a publisher that is closed twice is closed once', async (t) => {
  const studio = openStudio(t)
  await studio.publisher.answerPublisher({ stream: STREAM, offer: OFFER })
  await Promise.all([studio.publisher.close(), studio.publisher.close()])
  assert.deepEqual(studio.faults, [])
})
