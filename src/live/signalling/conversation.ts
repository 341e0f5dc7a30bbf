/**
 * What one player and this server say to each other, from the first word to the last.
 *
 * @module
 */
import type { Cancel, Env } from '../../core/env.ts'
import { FAILURES, type FailureCode, isRollcallError } from '../../core/errors.ts'
import { CLOSE_CODES } from '../../protocol/live.ts'
import type { OfferedLine, Over } from '../stream-contract.ts'
import {
  type Fault,
  isFault,
  type PlayerMessage,
  PONG,
  readMessage,
  writeFault,
  writeOffer,
} from './messages.ts'

/** The other end, as this side uses it. */
export interface PlayerSocket {
  say(text: string): void

  /** Closes with a code (RFC 6455 7.4) and a reason. Nothing is said after it. */
  close(code: number, reason: string): void
}

/** One that is under way. */
export interface Conversation {
  /** Takes what the player said. */
  hear(text: string): void

  /** Says that the socket has closed. */
  gone(): void

  /** Says that this server stops and that it is worth coming back, and closes. */
  release(): void
}

/** What one is made of. */
export interface ConversationParts {
  /** Offers the stream, or throws a RollcallError that says why not. */
  readonly offer: () => Promise<OfferedLine>
  readonly socket: PlayerSocket
  readonly env: Pick<Env, 'after' | 'random'>

  /** Told of what the player was not to blame for. */
  readonly report: (fault: unknown) => void
}

/** How long a player may take to ask for an offer, and to answer it, in milliseconds. */
export const PATIENCE = 10_000

/** Messages that may wait while one is being answered. */
const MOST_WAITING = 128

/** Begins one. */
export function converse({ offer, socket, env, report }: ConversationParts): Conversation {
  const id = newId(env)
  let state: State = 'silent'
  let stream: OfferedLine | undefined
  let waiting = 0
  let turn = Promise.resolve()
  let stopWaiting: Cancel = awaitWithin()

  function awaitWithin(): Cancel {
    return env.after(PATIENCE, () => close(CLOSE_CODES.notAllowed, 'Nothing came in time'))
  }

  /** Lets go of what the player has here. Answers false where that was done before. */
  function leave(): boolean {
    if (state === 'over') return false
    state = 'over'
    stopWaiting()
    stream?.leave()
    return true
  }

  function close(code: number, reason: string): void {
    if (leave()) socket.close(code, reason)
  }

  function refuse(fault: Fault): void {
    if (state !== 'over') socket.say(writeFault(fault))
    close(CLOSE_CODES.notAllowed, 'refused')
  }

  async function answer(text: string): Promise<void> {
    if (state === 'over') return
    const said = readMessage(text, id)
    if (said === undefined) close(CLOSE_CODES.notAllowed, 'That is no message')
    else if (isFault(said)) refuse(said)
    else await ANSWERS[said.command](said as never)
  }

  async function makeOffer(): Promise<void> {
    if (state !== 'silent') return refuse({ code: 400, error: 'There is an offer already' })
    state = 'asked'
    try {
      const offered = await offer()
      if (isOver()) return offered.leave()
      stream = offered
    } catch (fault) {
      return refuse(explain(fault, NO_OFFER))
    }
    state = 'offered'
    stopWaiting()
    stopWaiting = awaitWithin()
    socket.say(writeOffer(id, stream))
  }

  async function takeAnswer({ sdp }: PlayerMessage & { readonly command: 'answer' }): Promise<void> {
    if (state !== 'offered') return refuse(noPeer())
    state = 'answered'
    stopWaiting()
    await stream?.accept(sdp, end).catch((fault: unknown) => refuse(explain(fault, FORBIDDEN)))
  }

  async function takeCandidates({
    candidates,
  }: PlayerMessage & { readonly command: 'candidate' }): Promise<void> {
    if (stream === undefined) return refuse(noPeer())
    for (const candidate of candidates) await stream.addCandidate(candidate)
  }

  function end(why: Over): void {
    if (why === 'released') close(CLOSE_CODES.restarting, 'This server stops')
    else if (why === 'lost') close(DONE, 'closed')
    else close(CLOSE_CODES.ended, why.reason)
  }

  function explain(fault: unknown, otherwise: Fault): Fault {
    if (!isRollcallError(fault) || OURS.has(fault.code)) report(fault)
    return (isRollcallError(fault) && FAULTS[fault.code]) || otherwise
  }

  function noPeer(): Fault {
    return { code: 400, error: `Could not find peer id: ${id}` }
  }

  function isOver(): boolean {
    return state === 'over'
  }

  const ANSWERS = {
    request_offer: makeOffer,
    answer: takeAnswer,
    candidate: takeCandidates,
    change_rendition: nothing,
    pong: nothing,
    ping: async () => socket.say(PONG),
    stop: async () => close(DONE, 'closed'),
  } as const

  return {
    hear(text) {
      waiting += 1
      if (waiting > MOST_WAITING) return close(CLOSE_CODES.notAllowed, 'Too much at once')
      turn = turn
        .then(() => answer(text))
        .catch((fault: unknown) => {
          report(fault)
          close(CLOSE_CODES.notAllowed, 'Internal error')
        })
        .finally(() => {
          waiting -= 1
        })
    },
    gone: () => void leave(),
    release: () => end('released'),
  }
}

/** How far one has come: nothing was said; an offer was asked for, made, answered; it is over. */
type State = 'silent' | 'asked' | 'offered' | 'answered' | 'over'

/** Closed because everything was said (RFC 6455 7.4.1). */
const DONE = 1000

const NO_OFFER: Fault = { code: 404, error: 'Cannot create offer' }
const FORBIDDEN: Fault = { code: 403, error: 'Forbidden' }

/** What a player is told other than that it may not play. */
const FAULTS: Readonly<Partial<Record<FailureCode, Fault>>> = {
  unprocessable: { code: 400, error: 'Could not parse SDP' },
  busy: { code: 503, error: FAILURES.busy.title },
  'store-unavailable': { code: 503, error: FAILURES['store-unavailable'].title },
}

/** What is nobody's fault but this side's. */
const OURS: ReadonlySet<FailureCode> = new Set(['internal', 'store-unavailable', 'outcome-unknown'])

async function nothing(): Promise<void> {}

/** A number from 1 to 2^31 - 1, as the origin gives its players. */
function newId({ random }: Pick<Env, 'random'>): number {
  const bytes = random(4)
  return (new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) % 0x7f_ff_ff_fe) + 1
}
