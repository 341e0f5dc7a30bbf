/**
 * A player's WebSocket: the conversation over it, and when it is given up.
 *
 * @module
 */
import type { WebSocket } from 'ws'
import { CLOSE_CODES } from '../../protocol/live.ts'
import { type Conversation, type ConversationParts, converse } from './conversation.ts'

/** The longest message of a player, in bytes: an SDP and what stands around it. */
export const LONGEST_MESSAGE = 65_536

/** How patient this side is with a player, unless told otherwise. */
export interface PlayerPatience {
  /** How often a player must show that it is there, in milliseconds. One that misses two beats is given up. 15,000. */
  readonly heartbeat?: number

  /** How many bytes may wait to be read by it before it is given up. 262,144: a few offers. */
  readonly unread?: number
}

/** Talks with a player over its socket until either side has closed it. A socket that was closed is gone a second later. */
export function speakToPlayer(
  socket: WebSocket,
  parts: Omit<ConversationParts, 'socket'>,
  { heartbeat = 15_000, unread = 262_144 }: PlayerPatience = {},
): Conversation {
  const { env } = parts
  let unanswered = 0
  let stopBeating = env.after(heartbeat, beat)

  const conversation = converse({
    ...parts,
    socket: {
      say(text) {
        if (reads()) socket.send(text, () => undefined)
      },
      close,
    },
  })

  function close(code: number, reason: string): void {
    socket.close(code, reason)
    seeOff()
  }

  function seeOff(): void {
    env.after(FAREWELL, () => socket.terminate())
  }

  /** Gives up a player that leaves too much unread. Answers whether it may be written to. */
  function reads(): boolean {
    if (socket.readyState !== socket.OPEN) return false
    if (socket.bufferedAmount <= unread) return true
    socket.terminate()
    return false
  }

  function beat(): void {
    if (unanswered >= MISSED_BEATS) socket.terminate()
    else if (reads()) socket.ping()
    unanswered += 1
    stopBeating = env.after(heartbeat, beat)
  }

  socket.on('error', seeOff)
  socket.once('close', () => {
    stopBeating()
    conversation.gone()
  })
  socket.on('pong', () => {
    unanswered = 0
  })
  socket.on('ping', (data) => {
    if (reads()) socket.pong(data)
  })
  socket.on('message', (data, isBinary) => {
    unanswered = 0
    if (isBinary) close(CLOSE_CODES.notAllowed, 'Send text')
    else conversation.hear(String(data))
  })
  return conversation
}

/** Beats that a player may leave unanswered. */
const MISSED_BEATS = 2

/** How long a player may take to close what was closed, in milliseconds. */
const FAREWELL = 1_000
