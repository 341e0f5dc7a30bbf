/**
 * Sessions in a Socket.IO server: whoever connects has a live session, and is cut when it ends.
 *
 * @module
 */
import { RollcallError } from '../core/errors.ts'
import type { Session } from '../core/session.ts'
import type { Live, SessionManager } from '../engine/manager.ts'
import { seeOff } from '../live/closing.ts'
import type { Channel, Hub, LineRequest } from '../live/contract.ts'
import { lateChannel } from '../live/late-channel.ts'
import { type LastFrame, lastFrame } from '../protocol/live.ts'
import { toProblem } from '../protocol/problems.ts'
import { requireLive } from '../protocol/verdicts.ts'
import { carrier } from './shared/carrier.ts'
import { failureOf } from './shared/failures.ts'
import type { AdapterOptions } from './shared/options.ts'

/** The event that says why a socket is cut: `{ reason, at, by? }`. */
export const ENDED_EVENT = 'rollcall:ended'

/** The event that says that this node stops. Its transport is closed then, so that clients connect again by themselves. */
export const RECONNECT_EVENT = 'rollcall:reconnect'

/** What is needed of a socket of Socket.IO 4. */
export interface AnySocket {
  readonly connected: boolean
  readonly handshake: {
    readonly auth: Readonly<Record<string, unknown>>
    readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
    readonly address: string
    readonly secure: boolean
  }
  readonly request: { readonly rawHeaders: readonly string[] }
  readonly conn: {
    readonly readyState: string
    close(discard?: boolean): unknown
    once(event: 'close', listener: () => void): unknown
    off(event: 'close', listener: () => void): unknown
  }
  readonly nsp: {
    readonly server: {
      readonly _opts: { readonly connectionStateRecovery?: { readonly skipMiddlewares?: boolean } }
    }
  }

  /** `session` is added to it. */
  readonly data: { session?: Session }
  emit(event: string, ...words: readonly unknown[]): unknown
  disconnect(close?: boolean): unknown
  once(event: 'disconnect', listener: () => void): unknown
}

/** Lets a connection pass, or refuses it. */
export type NextSocket = (refusal?: Error & { data?: unknown }) => void

/** What sockets are let in with. */
export interface SocketIoOptions extends AdapterOptions {
  readonly sessions: Pick<SessionManager, 'verify'>
  readonly hub: Hub

  /** What a socket is attached to, its name there, and whatever else is to be said of it. */
  readonly line?: (socket: AnySocket, session: Session) => Partial<Omit<LineRequest, 'kind' | 'parentId'>>
}

/**
 * Makes a middleware that lets in sockets of live logins alone: their token comes in `auth.token`, a header or the cookie,
 * the latter from this site or an allowed origin. Each is a session of kind `connection` under its login. When that ends,
 * the socket hears `rollcall:ended` and is disconnected, after which clients of Socket.IO do not connect again.
 * `socket.data.session` is the login. Use it last: a socket that another middleware refuses behind it is held until its
 * transport closes.
 *
 * A server with `connectionStateRecovery` needs `skipMiddlewares: false`: every socket is refused and reported without it.
 *
 * What is refused reaches the client's `connect_error` with a problem (RFC 9457) as `data`.
 *
 * @example
 * ```ts
 * io.use(socketIo({ sessions, hub }))
 * io.on('connection', (socket) => socket.join(`user:${socket.data.session.userId}`))
 * ```
 */
export function socketIo(options: SocketIoOptions): (socket: AnySocket, next: NextSocket) => Promise<void> {
  const { sessions, hub, line: describe = () => ({}), report } = options
  const tokens = carrier(options)

  async function verify(socket: AnySocket): Promise<Session> {
    const token = tokens.tokenOf(incomingOf(socket), 'change')
    if (token === undefined) throw new RollcallError('no-session')
    const { session } = requireLive<Live>(await sessions.verify(token.value))
    if (session.kind === 'login') return session
    throw new RollcallError('forbidden', `A line is opened with a login. This token is of a ${session.kind}.`)
  }

  async function letIn(socket: AnySocket): Promise<void> {
    requireMiddlewares(socket)
    const session = await verify(socket)
    const channel = lateChannel()
    const line = await hub.open(requestOf(socket, session, describe), channel)
    const gone = (): void => {
      socket.conn.off('close', gone)
      line.closed()
    }
    socket.once('disconnect', gone)
    socket.conn.once('close', gone)
    if (socket.conn.readyState !== 'open') line.closed()
    socket.data.session = session
    channel.bind(channelOf(socket))
  }

  return async (socket, next) => {
    try {
      await letIn(socket)
    } catch (fault) {
      const failure = failureOf(fault) ?? new RollcallError('internal', undefined, {}, fault)
      const problem = toProblem(failure.code === 'internal' ? new RollcallError('internal') : failure)
      if (problem.status >= 500) report?.(fault)
      return next(Object.assign(new Error(problem.code), { data: problem }))
    }
    next()
  }
}

function channelOf(socket: AnySocket): Channel {
  function close({ type, ...words }: LastFrame): void {
    if (socket.connected && type === 'ended') {
      socket.emit(ENDED_EVENT, words)
      socket.disconnect(true)
    } else {
      if (socket.connected) socket.emit(RECONNECT_EVENT)
      socket.conn.close()
    }
    seeOff(socket.conn, () => socket.conn.close(true))
  }

  return {
    cut: (ending) => close(lastFrame(ending)),
    release: () => close({ type: 'reconnect' }),
  }
}

/** Refuses servers that let sockets come back past every middleware, unverified and held by nobody. */
function requireMiddlewares({ nsp }: AnySocket): void {
  if (nsp.server._opts.connectionStateRecovery?.skipMiddlewares !== true) return
  const advice =
    'Set connectionStateRecovery.skipMiddlewares to false, or sockets come back without a session.'
  throw new RollcallError('internal', advice)
}

function requestOf(
  socket: AnySocket,
  session: Session,
  describe: Exclude<SocketIoOptions['line'], undefined>,
): LineRequest {
  const { address, headers } = socket.handshake
  const userAgent = headers['user-agent']
  const device = { ip: address, ...(typeof userAgent === 'string' && { userAgent }) }
  return { device, ...describe(socket, session), kind: 'connection', parentId: session.id }
}

/** A token in `auth` counts as one in a header: no page of another site can make a browser send either. */
function incomingOf({ handshake, request }: AnySocket): Parameters<ReturnType<typeof carrier>['tokenOf']>[0] {
  const { auth, headers, address, secure } = handshake
  const sent = typeof auth.token === 'string' && auth.token !== '' ? ['x-session-token', auth.token] : []
  const host = typeof headers.host === 'string' ? headers.host : undefined
  return {
    method: 'GET',
    headers,
    rawHeaders: [...request.rawHeaders, ...sent],
    secure,
    host,
    peer: address,
    address,
  }
}
