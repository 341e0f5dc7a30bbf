import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Worker } from 'node:worker_threads'
import { isRollcallError } from '../../src/core/errors.ts'
import { createSessions } from '../../src/engine/create-sessions.ts'
import type { SessionManager } from '../../src/engine/manager.ts'
import { nodeEnv } from '../../src/env.ts'
import type { Hub } from '../../src/live/contract.ts'
import { createHub } from '../../src/live/hub.ts'
import type { Answered, Publisher } from '../../src/live/publisher/contract.ts'
import { createPublisher } from '../../src/live/publisher/publisher.ts'
import type { Streams } from '../../src/live/stream-contract.ts'
import { createStreams } from '../../src/live/streams.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { AN_OFFER } from '../support/streams.ts'
import { until } from '../support/until.ts'
import { type Playing, type Publishing, playByOffer, playOffered, publishByOffer } from '../support/webrtc.ts'

const RESOURCE = 'default/app/stream'
const BY = { kind: 'system', id: 'test' } as const
const DEVICE = { ip: '127.0.0.1' }

test('when the thread that carries media dies, its sessions end as node-lost, and whoever comes next plays', async () => {
  await using bench = streamsBench()
  const { sessions } = bench
  await using publishing = await bench.publish()
  await using playing = await bench.play('ada')
  await playing.plays()
  await bench.threads.at(-1)?.terminate()
  const live = async (): Promise<number> =>
    (await sessions.count({ kind: 'playback' })).count + (await sessions.count({ kind: 'connection' })).count
  await until('no session is left', async () => (await live()) === 0)
  const { items } = await sessions.list({ status: 'ended' })
  assert.deepEqual(
    items.map(({ ending }) => ending?.reason),
    ['node-lost', 'node-lost'],
  )
  assert.deepEqual(bench.streams.counts(), { publishers: 0, viewers: 0 })
  publishing.close()
  await using successor = await bench.publish()
  await using next = await bench.play('ada')
  await next.plays()
  assert.equal(bench.threads.length, 2)
  assert.equal(successor.state(), 'connected')
})

test('a peer that is lost while its session begins leaves no session behind', async () => {
  let meanwhile = async (): Promise<unknown> => undefined
  await using bench = streamsBench(() => meanwhile())
  await using _publishing = await bench.publish()
  const request = { resource: RESOURCE, device: DEVICE, by: BY }
  meanwhile = async () => bench.threads.at(-1)?.terminate()
  await assert.rejects(bench.streams.play({ ...request, offer: AN_OFFER }), (fault) =>
    isRollcallError(fault, 'busy'),
  )
  const { sessions } = bench
  await until('no session is left', async () => (await sessions.list({})).items.length === 0)
  const [playback] = (await sessions.list({ kind: 'playback', status: 'ended' })).items
  assert.equal(playback?.ending?.reason, 'node-lost')
  assert.deepEqual(bench.streams.counts(), { publishers: 0, viewers: 0 })
})

test('what is refused leaves no session and no peer behind, whoever it was that refused', async () => {
  await using bench = streamsBench()
  const { sessions, streams, publisher, made } = bench
  await using publishing = await bench.publish()
  await using playing = await bench.play('ada')
  const request = { resource: RESOURCE, device: DEVICE, by: BY }
  for (const refused of [
    () => streams.play({ ...request, offer: AN_OFFER, name: 'ada' }),
    () => streams.play({ ...request, offer: AN_OFFER, parentId: 'ses_1111111111111111111111' }),
    () => streams.play({ ...request, offer: 'v=0\r\nnonsense' }),
    () => streams.play({ ...request, offer: AN_OFFER, lifetime: 0 }),
    () => streams.publish({ ...request, offer: AN_OFFER.replaceAll('recvonly', 'sendonly') }),
    () => streams.offer({ ...request, name: 'ada' }),
  ])
    await assert.rejects(refused, (fault) => isRollcallError(fault))
  assert.deepEqual(streams.counts(), { publishers: 1, viewers: 1 })
  const left = await Promise.all(made.slice(2).map((peer) => publisher.statistics(peer)))
  assert.deepEqual(left, [undefined, undefined, undefined, undefined])
  assert.equal((await sessions.list({ status: 'any' })).items.length, 2)
  await playing.plays()
  assert.equal(publishing.state(), 'connected')
})

test('an offer becomes a session with its answer, and not before', async () => {
  await using bench = streamsBench()
  const { sessions, streams } = bench
  await using _publishing = await bench.publish()
  const request = { resource: RESOURCE, device: DEVICE, by: BY, name: 'ada' }
  const count = async (): Promise<number> => (await sessions.count({ kind: 'playback', name: 'ada' })).count

  const unanswered = await streams.offer(request)
  assert.equal(await count(), 0)
  unanswered.leave()
  await assert.rejects(
    unanswered.accept('v=0', () => undefined),
    (fault) => isRollcallError(fault, 'not-found'),
  )

  const nonsense = await streams.offer(request)
  await assert.rejects(
    nonsense.accept('nonsense', () => undefined),
    (fault) => isRollcallError(fault, 'unprocessable'),
  )
  await until('nothing is left of it', async () => (await count()) === 0)

  const offered = await streams.offer(request)
  const rival = await streams.offer(request)
  await using player = await playOffered(offered.offer, offered.candidates)
  const endings: unknown[] = []
  await offered.accept(player.answer, (why) => endings.push(why))
  assert.equal(await count(), 1)
  await player.plays()
  await assert.rejects(
    rival.accept(player.answer, () => undefined),
    (fault) => isRollcallError(fault, 'name-taken'),
  )
  await sessions.end({ resource: RESOURCE, name: 'ada' }, { reason: 'revoked' })
  await player.until('failed', 5_000)
  assert.deepEqual(
    endings.map((why) => (why as { readonly reason: string }).reason),
    ['revoked'],
  )
})

test('of many who want to publish at once one does in the end, and every other was replaced', async () => {
  await using bench = streamsBench()
  await using stack = new AsyncDisposableStack()
  const publish = async (): Promise<Publishing> => stack.use(await bench.publish(false))
  const attempts = await Promise.allSettled(Array.from({ length: 4 }, publish))
  const all = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []))
  assert.equal(all.length, 4, 'none was refused')
  const { items } = await bench.sessions.list({ kind: 'connection', status: 'any' })
  assert.deepEqual(items.map(({ ending }) => ending?.reason ?? 'live').sort(), [
    'live',
    'replaced',
    'replaced',
    'replaced',
  ])
  await until('one publishes', () => all.filter((each) => each.state() === 'connected').length === 1)
  await using playing = await bench.play('ada')
  await playing.plays()
})

test('whoever gives way before connecting is gone at once, and cannot take the stream back', async () => {
  await using bench = streamsBench()
  await using stack = new AsyncDisposableStack()
  const answered = Promise.withResolvers<void>()
  const replaced = Promise.withResolvers<void>()
  const publishing = bench.publish(false, async () => {
    answered.resolve()
    await replaced.promise
  })
  stack.defer(async () => {
    replaced.resolve()
    ;(await publishing).close()
  })
  await answered.promise
  const successor = stack.use(
    await bench.publish(true, async () => {
      const [first = ''] = bench.made
      await until('the first is gone', async () => (await bench.publisher.statistics(first)) === undefined)
    }),
  )
  replaced.resolve()
  const late = await publishing
  await using playing = await bench.play('ada')
  await playing.plays()
  assert.equal(successor.state(), 'connected')
  assert.notEqual(late.state(), 'connected')
})

test('a row of those who never connect keeps nobody on air whose session is over', async () => {
  await using bench = streamsBench()
  await using stack = new AsyncDisposableStack()
  stack.use(await bench.publish())
  const isOnAir = async (): Promise<boolean> =>
    (await bench.publisher.statistics(bench.made[0] ?? '')) !== undefined
  for (const isExpected of [true, false]) {
    const never = Promise.withResolvers<void>()
    const answered = Promise.withResolvers<void>()
    const publishing = bench.publish(false, () => {
      answered.resolve()
      return never.promise
    })
    stack.defer(async () => {
      never.resolve()
      ;(await publishing).close()
    })
    await answered.promise
    if (isExpected) assert.ok(await isOnAir(), 'until somebody else is, players see no gap')
    else await until('the first is off the air', async () => !(await isOnAir()))
  }
})

interface StreamsBench extends AsyncDisposable {
  readonly sessions: SessionManager
  readonly streams: Streams
  readonly publisher: Publisher

  /** Every peer that was answered. */
  readonly made: readonly string[]

  /** Every thread that was started. */
  readonly threads: readonly Worker[]

  /** Publishes; resolves when media is connected, unless told otherwise. `meanwhile` happens before the answer is used. */
  publish(connected?: boolean, meanwhile?: () => Promise<void>): Promise<Publishing>
  play(name: string): Promise<Playing>
}

/** Makes one. `meanwhile` happens between a peer and its session. */
function streamsBench(meanwhile: () => Promise<unknown> = async () => undefined): StreamsBench {
  const env = nodeEnv()
  const sessions = createSessions({ store: memoryStore({ clock: env.now }), env })
  const hub = createHub({ sessions, env })
  const threads: Worker[] = []
  const publisher = createPublisher({ started: (thread) => threads.push(thread) })
  const made: string[] = []
  const note = async (answering: Promise<Answered>): Promise<Answered> => {
    const answered = await answering
    made.push(answered.peer)
    return answered
  }
  const watched: Publisher = {
    ...publisher,
    answerPublisher: (asked) => note(publisher.answerPublisher(asked)),
    answerViewer: (asked) => note(publisher.answerViewer(asked)),
  }
  const slow: Hub = {
    ...hub,
    async open(wanted, channel) {
      await meanwhile()
      return hub.open(wanted, channel)
    },
  }
  const streams = createStreams({ hub: slow, publisher: watched, sessions })
  const request = { resource: RESOURCE, device: DEVICE, by: BY }
  return {
    sessions,
    streams,
    publisher,
    made,
    threads,
    async publish(connected = true, beforeAnswer = async () => undefined) {
      const user = { id: 'camera' }
      const peer = await publishByOffer(async (offer) => {
        const { answer } = await streams.publish({ ...request, user, offer })
        await beforeAnswer()
        return answer
      })
      if (connected) await peer.until('connected')
      return peer
    },
    play: (name) => playByOffer(async (offer) => (await streams.play({ ...request, name, offer })).answer),
    async [Symbol.asyncDispose]() {
      await hub.close()
      await streams.close()
      await sessions.close()
    },
  }
}
