/**
 * What is said over a line of the native API: frames of JSON, over a WebSocket (RFC 6455) or as server-sent events. Clients
 * read them by this alone: it brings nothing along.
 *
 * @module
 */
import type { Actor, EndReason } from '../core/session.ts'
import type { WireSession } from './shapes.ts'

/** What a server says. */
export type LiveFrame = OpenedFrame | HeartbeatFrame | LastFrame

/** What a server says last, before it closes. */
export type LastFrame = EndedFrame | ReconnectFrame

/** The line is open. It is the first frame. */
export interface OpenedFrame {
  readonly type: 'opened'

  /** The session that stands for the line. */
  readonly session: WireSession

  /** How often something is said at the least, in milliseconds. A line that is silent for three times as long is lost. */
  readonly heartbeat: number
}

/** The line still stands. */
export interface HeartbeatFrame {
  readonly type: 'heartbeat'
}

/** The session is over, or the login that it lived under. It is no use to come back with the same token. */
export interface EndedFrame {
  readonly type: 'ended'
  readonly reason: EndReason
  readonly at: string

  /** Where somebody decided it: what kind of somebody. */
  readonly by?: Actor['kind']
}

/** This node stops. It is worth coming back at once. */
export interface ReconnectFrame {
  readonly type: 'reconnect'
}

/** With which a WebSocket is closed (RFC 6455 7.4). */
export const CLOSE_CODES = {
  /** The session is over: do not come back. */
  ended: 4401,

  /** This node stops: come back. */
  restarting: 1012,

  /** The client said what is not understood here. */
  notAllowed: 1008,

  /** The client said too much at once. */
  tooLarge: 1009,
} as const

/** The subprotocol of lines (RFC 6455 1.9). */
export const LIVE_PROTOCOL = 'rollcall'

/** What a subprotocol begins with that is a token: the one way in which a page can send one along with a WebSocket. */
export const TOKEN_PROTOCOL = 'rollcall.token.'

/** The longest frame that a client may send, in bytes. */
export const LONGEST_CLIENT_FRAME = 1_024

/** The paths of lines. */
export const LIVE_PATHS = { websocket: '/v1/live', eventStream: '/v1/live/events' } as const

/** The one thing that a client says: that somebody is there. It counts as activity, once a second at the most. */
export const ACTIVE_FRAME = '{"type":"active"}'

/** Tells whether a text from a client is {@link ACTIVE_FRAME}, however it is spaced. */
export function isActiveFrame(text: string): boolean {
  const frame = readObject(text)
  return frame?.type === 'active' && Object.keys(frame).length === 1
}

/** Reads what a server said. Answers undefined for what is none of the frames, which a newer server may send. */
export function readLiveFrame(text: string): LiveFrame | undefined {
  const frame = readObject(text)
  return frame && READERS[String(frame.type)]?.(frame)
}

/** Reads the subprotocols that a client offers: the token among them, if there is one. */
export function tokensOfProtocols(header: string): readonly string[] {
  const offered = header.split(',').map((each) => each.trim())
  return offered.flatMap((each) =>
    each.startsWith(TOKEN_PROTOCOL) ? [each.slice(TOKEN_PROTOCOL.length)] : [],
  )
}

type Fields = Readonly<Record<string, unknown>>

const READERS: Readonly<Record<string, (fields: Fields) => LiveFrame | undefined>> = {
  opened({ session, heartbeat }) {
    if (typeof session !== 'object' || session === null || typeof heartbeat !== 'number') return undefined
    return { type: 'opened', session: session as WireSession, heartbeat }
  },
  heartbeat: () => ({ type: 'heartbeat' }),
  ended({ reason, at, by }) {
    if (typeof reason !== 'string' || typeof at !== 'string') return undefined
    const kind = KINDS.find((each) => each === by)
    return { type: 'ended', reason: reason as EndReason, at, ...(kind !== undefined && { by: kind }) }
  },
  reconnect: () => ({ type: 'reconnect' }),
}

const KINDS = ['user', 'key', 'system'] as const

function readObject(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}
