/**
 * A player's WebSocket: the conversation over it, and when it is given up.
 *
 * @module
 */
import type { WebSocket } from 'ws'
import { CLOSE_CODES } from '../../protocol/live.ts'
import { attend, type Patience } from '../attendance.ts'
import { seeOff } from '../closing.ts'
import { type Conversation, type ConversationParts, converse } from './conversation.ts'

/** The longest message of a player, in bytes: an SDP and what stands around it. */
export const LONGEST_MESSAGE = 65_536

/** How patient this side is with a player, unless told otherwise: a few offers may wait to be read. */
const PATIENCE: Required<Patience> = { heartbeat: 15_000, unread: 262_144 }

/** Talks with a player over its socket until either side has closed it. A socket that was closed is gone a second later. */
export function speakToPlayer(
  socket: WebSocket,
  parts: Omit<ConversationParts, 'socket'>,
  patience: Patience = {},
): Conversation {
  const attendance = attend(socket, { ...PATIENCE, ...patience })

  const conversation = converse({
    ...parts,
    socket: {
      say(text) {
        if (attendance.reads()) socket.send(text, () => undefined)
      },
      close,
    },
  })

  function close(code: number, reason: string): void {
    if (socket.readyState !== socket.OPEN) return
    socket.close(code, reason)
    seeOff(socket, () => socket.terminate())
  }

  socket.on('error', () => seeOff(socket, () => socket.terminate()))
  socket.once('close', () => conversation.gone())
  socket.on('message', (data, isBinary) => {
    if (isBinary) close(CLOSE_CODES.notAllowed, 'Send text')
    else conversation.hear(String(data))
  })
  return conversation
}
