/**
 * WebSockets as lines: those of an application, and those of the server.
 *
 * @module
 */
import { CLOSE_CODES, type LastFrame, lastFrame } from '../protocol/live.ts'
import { openOver, seeOff } from './closing.ts'
import type { Channel, Hub, Line, LineRequest } from './contract.ts'

/** What is needed of a WebSocket, as the package `ws` has it. */
export interface AnyWebSocket {
  /** 1 while it is open. */
  readonly readyState: number
  send(text: string, sent: (fault?: Error) => void): void
  close(code: number, reason: string): void
  terminate(): void
  once(event: 'close', listener: () => void): unknown
}

/** How a WebSocket is attached. */
export interface AttachOptions {
  /**
   * Writes what is said before the socket is closed; undefined says nothing. The frame as JSON unless told otherwise.
   */
  readonly lastWords?: (frame: LastFrame) => string | undefined
}

/**
 * Makes an open WebSocket of an application a line. It is closed with 4401 when its session ends, with 1012 when this
 * node stops, and is gone a second later whether its peer closes it or not. The application verifies whoever opened it
 * before, and gives the id of their login as `parentId`.
 *
 * @throws RollcallError what refused it. The socket is then left as it is, for the application to close.
 *
 * @example
 * ```ts
 * server.on('connection', async (socket, request) => {
 *   const verdict = await sessions.verify(tokenOf(request))
 *   if (!verdict.ok) return socket.close(4401, 'sign in')
 *   await attachWebSocket(hub, socket, { kind: 'connection', parentId: verdict.session.id })
 *     .catch((fault) => socket.close(1008, fault.code))
 * })
 * ```
 */
export async function attachWebSocket(
  hub: Hub,
  socket: AnyWebSocket,
  request: LineRequest,
  options: AttachOptions = {},
): Promise<Line> {
  const isClosed = socket.readyState !== OPEN
  return openOver(socket, isClosed, () => hub.open(request, webSocketChannel(socket, options)))
}

/** Makes the channel that runs over a WebSocket. */
export function webSocketChannel(
  socket: AnyWebSocket,
  { lastWords = JSON.stringify }: AttachOptions = {},
): Channel {
  function close(frame: LastFrame): void {
    const words = lastWords(frame)
    if (words !== undefined && socket.readyState === OPEN) socket.send(words, () => undefined)
    if (frame.type === 'ended') socket.close(CLOSE_CODES.ended, frame.reason)
    else socket.close(CLOSE_CODES.restarting, 'this node stops')
    seeOff(socket, () => socket.terminate())
  }

  return {
    cut: (ending) => close(lastFrame(ending)),
    release: () => close({ type: 'reconnect' }),
  }
}

const OPEN = 1
