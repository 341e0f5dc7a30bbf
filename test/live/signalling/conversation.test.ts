import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Ending } from '../../../src/core/session.ts'
import { type Conversation, converse, PATIENCE } from '../../../src/live/signalling/conversation.ts'
import type { OfferedLine, Over } from '../../../src/live/stream-contract.ts'
import { type TestEnv, testEnv } from '../../support/test-env.ts'

const ASK = '{"command":"request_offer"}'
const ENDING: Ending = { at: 0, reason: 'banned', by: { kind: 'system', id: 'test' } }

test('a player that asks for nothing is given up after ten seconds', async () => {
  const { env, closes } = begin()
  await env.advance(PATIENCE - 1)
  assert.deepEqual(closes, [])
  await env.advance(1)
  assert.deepEqual(closes, [[1008, 'Nothing came in time']])
})

test('a player that does not answer is given up ten seconds after its offer, which is taken back', async () => {
  const { env, conversation, closes, offer } = begin()
  await env.advance(PATIENCE - 1)
  conversation.hear(ASK)
  offer.resolve()
  await env.advance(PATIENCE - 1)
  assert.deepEqual([closes, offer.left()], [[], 0])
  await env.advance(1)
  assert.deepEqual([closes, offer.left()], [[[1008, 'Nothing came in time']], 1])
})

test('an offer that is made for a player who has gone is taken back', async () => {
  const { env, conversation, offer } = begin()
  conversation.hear(ASK)
  await env.advance(0)
  conversation.gone()
  offer.resolve()
  await env.advance(0)
  assert.equal(offer.left(), 1)
})

test('a player who goes while its answer is taken leaves nothing behind', async () => {
  const { env, conversation, offer, answer } = begin()
  await answer()
  conversation.gone()
  offer.accepted()
  await env.advance(0)
  assert.equal(offer.left(), 1)
})

test('a second answer is refused, and ends what the first began', async () => {
  const { env, answer, offer, said, closes } = begin()
  await answer()
  offer.accepted()
  await env.advance(0)
  await answer(false)
  assert.match(said.at(-1) ?? '', /^\{"code":400,"error":"Could not find peer id: \d+"\}$/)
  assert.deepEqual([closes, offer.left()], [[[1008, 'refused']], 1])
})

test('too many messages at once close the socket; as many one after another do not', async () => {
  const flooded = begin()
  for (let count = 0; count < 129; count++) flooded.conversation.hear('{"command":"ping"}')
  await flooded.env.advance(0)
  assert.deepEqual(flooded.closes, [[1008, 'Too much at once']])
  const patient = begin()
  for (let count = 0; count < 200; count++) {
    patient.conversation.hear('{"command":"ping"}')
    await patient.env.advance(0)
  }
  assert.deepEqual([patient.closes, patient.said.length], [[], 200])
})

for (const [why, close] of [
  [ENDING, [4401, 'banned']],
  ['released', [1012, 'This server stops']],
  ['lost', [1000, 'closed']],
] as const satisfies readonly (readonly [Over, readonly [number, string]])[])
  test(`a player whose session is over (${close[1]}) has its socket closed with ${close[0]}, once`, async () => {
    const { env, answer, offer, closes } = begin()
    await answer()
    offer.accepted()
    offer.over(why)
    offer.over(why)
    await env.advance(0)
    assert.deepEqual(closes, [close])
  })

/** A conversation on a machine whose time is moved by hand, with what the player hears, and a stream that waits to be told. */
interface Begun {
  readonly env: TestEnv
  readonly conversation: Conversation
  readonly said: readonly string[]
  readonly closes: readonly (readonly [code: number, reason: string])[]
  readonly offer: Told

  /** Asks for the offer, unless that was done, and answers it. */
  answer(asks?: boolean): Promise<void>
}

/** A stream that is offered, accepted and over when a test says so. */
interface Told {
  resolve(): void
  accepted(): void
  over(why: Over): void

  /** How often it was left. */
  left(): number
}

function begin(): Begun {
  const env = testEnv()
  const said: string[] = []
  const closes: (readonly [number, string])[] = []
  const offered = Promise.withResolvers<void>()
  const accepted = Promise.withResolvers<void>()
  let tell: (why: Over) => void = () => undefined
  let left = 0
  const line: OfferedLine = {
    offer: 'v=0',
    candidates: [],
    accept(_answer, over) {
      tell = over
      return accepted.promise
    },
    addCandidate: async () => undefined,
    leave() {
      left += 1
    },
  }
  const conversation = converse({
    env,
    offer: () => offered.promise.then(() => line),
    socket: {
      say: (text) => void said.push(text),
      close: (code, reason) => void closes.push([code, reason]),
    },
    report(fault) {
      throw fault
    },
  })
  return {
    env,
    conversation,
    said,
    closes,
    offer: {
      resolve: offered.resolve,
      accepted: accepted.resolve,
      over: (why) => tell(why),
      left: () => left,
    },
    async answer(asks = true) {
      if (asks) conversation.hear(ASK)
      offered.resolve()
      await env.advance(0)
      const { id } = JSON.parse(said[0] ?? '{}') as { readonly id?: number }
      conversation.hear(JSON.stringify({ command: 'answer', id, sdp: { type: 'answer', sdp: 'v=0' } }))
      await env.advance(0)
    },
  }
}
