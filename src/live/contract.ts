/**
 * Lines: channels that are held open for as long as the session that each of them stands for.
 *
 * @module
 */
import type { Env } from '../core/env.ts'
import type { Ending, Session } from '../core/session.ts'
import type { OpenRequest, SessionManager } from '../engine/manager.ts'

/** What a line runs over, as the hub sees it: a socket, a stream of events, a peer. */
export interface Channel {
  /**
   * Says why it is over, and closes. Called once at the most, and never after the line closed by itself. Where what it
   * lived under was ended, `ending` is that one's. Must not throw.
   */
  cut(ending: Ending): void

  /** Says that this node stops and that it is worth coming back at once, and closes. Instead of a cut. Must not throw. */
  release(): void
}

/** A line that is open. */
export interface Line {
  /** The session that it stands for, as it was when it was opened. */
  readonly session: Session

  /** Says that it closed by itself. Its session ends as `closed`, or with the reason given. Calling it again changes nothing. */
  closed(reason?: 'closed' | 'logout' | 'node-lost'): void

  /** Counts as activity of the login that it lives under, and of itself. A line that is only open counts as none. */
  active(): void
}

/** What it takes to open a line. */
export interface LineRequest extends OpenRequest {
  /** Address of whoever is at the other end, for the limit per address; that of the device unless told otherwise. */
  readonly address?: string
}

/** The lines that this node holds. */
export interface Hub {
  /**
   * Opens a line. A line whose session ends while it opens is cut right after this resolved.
   *
   * @throws RollcallError what refused it: `denied`, `name-taken`, `parent-not-live`, `user-banned`, `limit-reached`,
   * `too-many-lines`, `busy` where this node stops, `store-unavailable`. Then nothing is open, and the channel is never called.
   */
  open(request: LineRequest, channel: Channel): Promise<Line>

  /** Lines that are open here. */
  lines(): number

  /** Whether the session of that id is a line that is open here. */
  has(sessionId: string): boolean

  /** Opens nothing more, tells everybody to come back elsewhere, and writes that their sessions are over. */
  close(): Promise<void>
}

/** What a hub is made of. */
export interface HubOptions {
  readonly sessions: SessionManager
  readonly env: Env

  /** Lines that may live under one login, on this node. 32. */
  readonly linesPerSession?: number

  /** Lines that may come from one address, or one /64 of IPv6, on this node. 256. */
  readonly linesPerAddress?: number

  /** Told of faults that nobody waits for. */
  readonly report?: (fault: unknown) => void
}
