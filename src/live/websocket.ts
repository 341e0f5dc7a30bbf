/**
 * The server's own WebSockets, once they are lines: what is said over them, and when they are given up.
 *
 * @module
 */
import type { RawData, WebSocket } from 'ws'
import { CLOSE_CODES, isActiveFrame, openedFrame } from '../protocol/live.ts'
import type { Line } from './contract.ts'

/** How patient lines are. */
export interface Patience {
  /** How often it is said that a line still stands, in milliseconds. 15,000. */
  readonly heartbeat?: number

  /** How many bytes may wait to be read by a peer before it is given up. 65,536. */
  readonly unread?: number
}

/** What lines are like unless told otherwise. */
export const PATIENCE: Required<Patience> = { heartbeat: 15_000, unread: 65_536 }

/**
 * Talks over a WebSocket for as long as it is open: says that the line is, and from time to time that it still is; counts
 * what its peer says as activity. A peer that does not answer two beats, does not read or says what it should not is given up.
 */
export function speakOver(socket: WebSocket, line: Line, patience: Patience = {}): void {
  const { heartbeat, unread } = { ...PATIENCE, ...patience }
  const active = atMostEverySecond(() => line.active())
  let unanswered = 0

  /** Gives up a peer that leaves too much unread. Answers whether it may be written to. */
  function reads(): boolean {
    if (socket.bufferedAmount <= unread) return true
    socket.terminate()
    return false
  }

  const beat = setInterval(() => {
    if (unanswered >= MISSED_BEATS) return socket.terminate()
    unanswered += 1
    if (!reads() || socket.readyState !== socket.OPEN) return
    socket.ping()
    socket.send(HEARTBEAT)
  }, heartbeat)
  beat.unref()

  socket.on('error', () => undefined)
  socket.once('close', () => {
    clearInterval(beat)
    line.closed()
  })
  socket.on('pong', () => {
    unanswered = 0
  })
  socket.on('ping', (data) => {
    if (socket.readyState === socket.OPEN && reads()) socket.pong(data)
  })
  socket.on('message', (data, isBinary) => {
    unanswered = 0
    if (!isBinary && isActiveFrame(textOf(data))) active()
    else socket.close(CLOSE_CODES.notAllowed, 'Send {"type":"active"}, as text, or nothing.')
  })
  socket.send(JSON.stringify(openedFrame(line.session, heartbeat)))
}

const HEARTBEAT = JSON.stringify({ type: 'heartbeat' })

/** Beats that a peer may leave unanswered. */
const MISSED_BEATS = 2

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
