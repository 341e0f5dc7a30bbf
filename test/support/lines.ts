/**
 * Lines as whoever opened them sees them: told why they are over, and when.
 *
 * @module
 */
import { get, type IncomingMessage } from 'node:http'
import { io } from 'socket.io-client'
import { WebSocket } from 'ws'

/** A line, seen from its other end. */
export interface WatchedLine extends Disposable {
  /** What became of it, as soon as it is over. */
  over(): Over | undefined

  /** Waits until it is over. */
  readonly gone: Promise<Over>
}

/** How a line ended. */
export interface Over {
  /** Why, as it was told. Absent where it was told nothing. */
  readonly reason?: string

  /** What was told last, but for beats. */
  readonly last?: string

  /** How a WebSocket was closed (RFC 6455 7.4). */
  readonly code?: number

  /** When, on the monotonic clock of this process, in milliseconds. */
  readonly at: number
}

/** Opens a line with a token, and waits until it is open. Rejects with the status and the text of a refusal. */
export type OpenLine = (url: string, token: string, query?: string) => Promise<WatchedLine>

/** Opens a WebSocket. */
export const openWebSocket: OpenLine = (url, token, query = '') => {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/live${query}`, { headers: bearer(token) })
  const { line, say, end } = watched(() => socket.terminate())
  return new Promise((resolve, reject) => {
    socket.on('unexpected-response', (_request, response) => void refusalOf(response).then(reject))
    socket.on('error', reject)
    socket.on('close', (code) => end({ code }))
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data)) as Frame
      if (frame.type === 'opened') resolve(line)
      else say(frame)
    })
  })
}

/** Opens a stream of server-sent events. */
export const openEventStream: OpenLine = (url, token, query = '') => {
  const headers = { ...bearer(token), accept: 'text/event-stream' }
  return new Promise((resolve, reject) => {
    const asked = get(`${url}/v1/live/events${query}`, { headers, agent: false }, (response) => {
      if (response.statusCode !== 200) {
        void refusalOf(response).then(reject)
        return
      }
      const { line, say, end } = watched(() => asked.destroy())
      response.on('close', () => end())
      response.on('error', () => undefined)
      readEvents(response, (type, data) => {
        if (type === 'opened') resolve(line)
        else say({ ...(JSON.parse(data) as Frame), type })
      })
    })
    asked.on('error', reject)
  })
}

/** Opens a connection of Socket.IO, to an application's own server. */
export const openSocketIo: OpenLine = (url, token) => {
  const socket = io(url, { auth: { token }, transports: ['websocket'], forceNew: true })
  const { line, say, end } = watched(() => socket.disconnect())
  return new Promise((resolve, reject) => {
    socket.on('connect', () => resolve(line))
    socket.on('connect_error', (fault) => {
      socket.disconnect()
      reject(fault)
    })
    socket.on('rollcall:ended', (frame: Frame) => say({ ...frame, type: 'ended' }))
    socket.on('rollcall:reconnect', () => say({ type: 'reconnect' }))
    socket.on('disconnect', () => {
      socket.disconnect()
      end()
    })
  })
}

/** Makes a line that is told things. */
export function watched(close: () => void): {
  readonly line: WatchedLine
  say(frame: Frame): void
  end(how?: Pick<Over, 'code'> & { readonly at?: number }): void
} {
  const { promise, resolve } = Promise.withResolvers<Over>()
  let reason: string | undefined
  let last: string | undefined
  let over: Over | undefined
  return {
    line: { gone: promise, over: () => over, [Symbol.dispose]: close },
    say(frame) {
      if (frame.type !== 'heartbeat') last = frame.type
      if (frame.type === 'ended') reason = frame.reason
    },
    end(how = {}) {
      over ??= {
        at: performance.now(),
        ...how,
        ...(reason !== undefined && { reason }),
        ...(last !== undefined && { last }),
      }
      resolve(over)
    },
  }
}

/** What is told over a line. */
export interface Frame {
  readonly type: string
  readonly reason?: string
}

function bearer(token: string): { readonly authorization: string } {
  return { authorization: `Bearer ${token}` }
}

async function refusalOf(response: IncomingMessage): Promise<Error> {
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) text += chunk
  return new Error(`${response.statusCode} ${text}`)
}

/** Reads whole events (HTML Living Standard 9.2.6), each with its type and its data. */
export function readEvents(response: IncomingMessage, heard: (type: string, data: string) => void): void {
  let rest = ''
  response.setEncoding('utf8').on('data', (chunk: string) => {
    const events = (rest + chunk).split('\n\n')
    rest = events.pop() ?? ''
    for (const event of events) {
      const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(event)?.[1] ?? ''
      if (field('data') !== '') heard(field('event'), field('data'))
    }
  })
}
