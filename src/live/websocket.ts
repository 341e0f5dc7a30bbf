/**
 * The server's own WebSockets, once they are lines: what is said over them, and when they are given up.
 *
 * @module
 */
import type { RawData, WebSocket } from 'ws'
import { CLOSE_CODES, isActiveFrame, openedFrame } from '../protocol/live.ts'
import { attend, type Patience } from './attendance.ts'
import type { Line } from './contract.ts'

/** What lines are like unless told otherwise. */
export const PATIENCE: Required<Patience> = { heartbeat: 15_000, unread: 65_536 }

/**
 * Talks over a WebSocket for as long as it is open: says that the line is, and from time to time that it still is; counts
 * what its peer says as activity. A peer that does not answer two beats, does not read or says what it should not is given up.
 */
export function speakOver(socket: WebSocket, line: Line, patience: Patience = {}): void {
  const asked = { ...PATIENCE, ...patience }
  const active = atMostEverySecond(() => line.active())
  attend(socket, asked, () => socket.send(HEARTBEAT))
  socket.on('error', () => undefined)
  socket.once('close', () => line.closed())
  socket.on('message', (data, isBinary) => {
    if (!isBinary && isActiveFrame(textOf(data))) active()
    else socket.close(CLOSE_CODES.notAllowed, 'Send {"type":"active"}, as text, or nothing.')
  })
  socket.send(JSON.stringify(openedFrame(line.session, asked.heartbeat)))
}

const HEARTBEAT = JSON.stringify({ type: 'heartbeat' })

function textOf(data: RawData): string {
  return Buffer.isBuffer(data) ? data.toString() : ''
}

function atMostEverySecond(act: () => void): () => void {
  let last = Number.NEGATIVE_INFINITY
  return () => {
    const now = performance.now()
    if (now - last < 1_000) return
    last = now
    act()
  }
}
