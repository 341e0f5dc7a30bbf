/**
 * The two ways in which a line reaches a server: a WebSocket, and a stream of events.
 *
 * @module
 */
import {
  ACTIVE_FRAME,
  LIVE_PATHS,
  LIVE_PROTOCOL,
  type LiveFrame,
  readLiveFrame,
  TOKEN_PROTOCOL,
} from '../protocol/live-frames.ts'
import { RollcallProblem } from './problem.ts'
import { tooLate, unreachable } from './read-problem.ts'
import { type Connection, queryOf, send } from './request.ts'
import { framesOf } from './stream.ts'

/** One attempt to hold a line. */
export interface Attempt {
  readonly connection: Connection

  /** What it is attached to, and its name there. */
  readonly query: object

  /** Gives it up. */
  readonly signal: AbortSignal

  /** The longest silence before it counts as lost, in milliseconds, until the server says how often it speaks. */
  readonly silence: number
  hear(frame: LiveFrame): void

  /** Is told how to say that somebody is there, as soon as that can be said. */
  canTell(tell: () => void): void
}

/** Holds a line until it is lost, and answers why. */
export type Transport = (attempt: Attempt) => Promise<RollcallProblem>

/** Makes the one over a WebSocket. A refusal has no status: no page may know more than that it did not open. */
export function overWebSocket(Socket: typeof WebSocket): Transport {
  return ({ connection, query, signal, silence, hear, canTell }) =>
    new Promise((resolve) => {
      const token = connection.bearer()
      const protocols = token === undefined ? [] : [TOKEN_PROTOCOL + token]
      const socket = new Socket(socketUrl(connection.base, query), [LIVE_PROTOCOL, ...protocols])
      let patience = silence
      let timer = setTimeout(giveUp, patience)

      function giveUp(): void {
        finish(tooLate(patience))
      }

      function finish(problem: RollcallProblem): void {
        clearTimeout(timer)
        signal.removeEventListener('abort', stop)
        socket.close()
        resolve(problem)
      }

      function stop(): void {
        finish(unreachable(signal.reason))
      }

      function take(frame: LiveFrame): void {
        if (frame.type === 'opened') {
          patience = SILENT_BEATS * frame.heartbeat
          canTell(() => socket.readyState === OPEN && socket.send(ACTIVE_FRAME))
        }
        clearTimeout(timer)
        timer = setTimeout(giveUp, patience)
        hear(frame)
        if (isLast(frame)) finish(unreachable(`The server said "${frame.type}".`))
      }

      socket.addEventListener('message', ({ data }) => {
        const frame = typeof data === 'string' ? readLiveFrame(data) : undefined
        if (frame !== undefined && !signal.aborted) take(frame)
      })
      socket.addEventListener('close', ({ code, reason }) =>
        finish(unreachable(`The WebSocket was closed with ${code} ${reason}`)),
      )
      socket.addEventListener('error', () => undefined)
      signal.addEventListener('abort', stop, { once: true })
      if (signal.aborted) stop()
    })
}

/** The one over a stream of server-sent events. Refusals are told by their problems. */
export const overEvents: Transport = async ({ connection, query, signal, silence, hear, canTell }) => {
  try {
    const call = { method: 'GET', path: LIVE_PATHS.eventStream, query, headers: ACCEPT } as const
    for await (const { data } of framesOf(connection, call, { signal, silence })) {
      const frame = data === undefined ? undefined : readLiveFrame(data)
      if (frame === undefined) continue
      if (frame.type === 'opened') canTell(() => tellByCall(connection, signal))
      hear(frame)
      if (isLast(frame)) return unreachable(`The server said "${frame.type}".`)
    }
  } catch (fault) {
    return fault instanceof RollcallProblem ? fault : unreachable(fault)
  }
  return unreachable('The stream ended.')
}

function isLast({ type }: LiveFrame): boolean {
  return type === 'ended' || type === 'reconnect'
}

/** Beats that may be missing before a line counts as lost. */
const SILENT_BEATS = 3

/** The state of a WebSocket that is open. */
const OPEN = 1

const ACCEPT = { accept: 'text/event-stream, application/problem+json' }

/** A stream goes one way: whoever listens is there says so by asking who they are, which counts as activity. */
function tellByCall(connection: Connection, signal: AbortSignal): void {
  send(connection, { method: 'GET', path: '/v1/whoami' }, signal).then(
    (answer) => answer.body?.cancel(),
    () => undefined,
  )
}

declare const location: { readonly href: string } | undefined

function socketUrl(base: string, query: object): string {
  const here = typeof location === 'undefined' ? undefined : location.href
  const url = new URL(base + LIVE_PATHS.websocket + queryOf(query), here)
  url.protocol = url.protocol.replace('http', 'ws')
  return url.href
}
