/**
 * Whether the peer of a WebSocket is still there, and reads.
 *
 * @module
 */
import type { WebSocket } from 'ws'

/** How patient one is with a peer. */
export interface Patience {
  /** How often a peer must show that it is there, in milliseconds. One that misses two beats is given up. 15,000. */
  readonly heartbeat?: number

  /** How many bytes may wait to be read by a peer before it is given up. */
  readonly unread?: number
}

/** What is known of a peer. */
export interface Attendance {
  /** Gives up a peer that leaves too much unread. Answers whether it may be written to. */
  reads(): boolean
}

/**
 * Watches until the socket is closed: pings its peer, answers its pings, and gives it up where it does not answer or read.
 * `beat` is called with each ping.
 */
export function attend(
  socket: WebSocket,
  { heartbeat, unread }: Required<Patience>,
  beat: () => void = () => undefined,
): Attendance {
  let unanswered = 0

  function reads(): boolean {
    if (socket.bufferedAmount > unread) socket.terminate()
    return socket.readyState === socket.OPEN
  }

  const beating = setInterval(() => {
    if (unanswered >= MISSED_BEATS) return socket.terminate()
    unanswered += 1
    if (!reads()) return
    socket.ping()
    beat()
  }, heartbeat).unref()

  function answered(): void {
    unanswered = 0
  }

  socket.once('close', () => clearInterval(beating))
  socket.on('pong', answered)
  socket.on('message', answered)
  socket.on('ping', (data) => {
    if (reads()) socket.pong(data)
  })
  return { reads }
}

/** Beats that a peer may leave unanswered. */
const MISSED_BEATS = 2
