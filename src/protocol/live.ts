/**
 * Saying what is said over a line, on the side of the server.
 *
 * @module
 */
import type { Ending, EndReason, Session } from '../core/session.ts'
import type { EndedFrame, LastFrame, LiveFrame, OpenedFrame } from './live-frames.ts'
import { toTime } from './moments.ts'
import { toWireSession } from './shapes.ts'

export * from './live-frames.ts'

/** Writes the first frame. */
export function openedFrame(session: Session, heartbeat: number): OpenedFrame {
  return { type: 'opened', session: toWireSession(session), heartbeat }
}

/**
 * Writes what is said last over a line that is cut. A line that its node lost may be opened again elsewhere: the login that
 * it lived under need not be over.
 */
export function lastFrame(ending: Ending): LastFrame {
  return ending.reason === 'node-lost' ? { type: 'reconnect' } : endedFrame(ending)
}

/** Writes how a line ended. Who did it is told where somebody decided it, and then only what kind of somebody. */
export function endedFrame({ at, reason, by }: Ending): EndedFrame {
  return { type: 'ended', reason, at: toTime(at), ...(DECIDED.has(reason) && { by: by.kind }) }
}

const DECIDED = new Set<EndReason>(['revoked', 'banned'])

/** Writes a frame as a server-sent event. */
export function asEvent(frame: LiveFrame): string {
  return `event: ${frame.type}\ndata: ${JSON.stringify(frame)}\n\n`
}
