/**
 * Streams that are published and played here, as whoever carries the signalling sees them.
 *
 * @module
 */
import type { Unsubscribe } from '../core/events.ts'
import type { Actor, Device, Ending, Session } from '../core/session.ts'
import type { IceCandidate, PeerStatistics } from './publisher/contract.ts'

/** The name that whoever publishes a stream has on it. */
export const PUBLISHER_NAME = 'publisher'

/** What it takes to publish a stream. */
export interface PublishRequest {
  /** Path of the stream, such as `default/app/stream`. */
  readonly resource: string

  /** The SDP of whoever publishes. */
  readonly offer: string

  /** Whose it is: a user, or the login that it lives under. */
  readonly user?: { readonly id: string }
  readonly parentId?: string
  readonly device: Device
  readonly by: Actor
}

/** What it takes to play a stream. */
export interface ViewRequest {
  /** Path of the stream, such as `default/app/stream`. */
  readonly resource: string

  /** What the playback is called; a UUID unless told otherwise. */
  readonly name?: string

  /** The login that it lives under. */
  readonly parentId?: string

  /** How long it lasts at the most, in milliseconds. */
  readonly lifetime?: number
  readonly device: Device
  readonly by: Actor
}

/** What it takes to play a stream by an offer of the player. */
export interface PlayRequest extends ViewRequest {
  readonly offer: string
}

/** Somebody who publishes or plays. */
export interface StreamLine {
  /** The session that it stands for, as it was when it began. */
  readonly session: Session

  /** Adds an address at which the peer may be reached. What cannot be used is passed over. */
  addCandidate(candidate: IceCandidate): Promise<void>

  /** Drops the peer, and ends the session as `closed`. Calling it again changes nothing. */
  leave(): void

  /** Tells a listener how it stands at once, and then of every change. Over is over: nothing is told after that. */
  hear(listener: StreamListener): Unsubscribe
}

/** Who hears of what happens to one who publishes or plays. Must not throw. */
export interface StreamListener {
  /** Whether somebody publishes the stream. */
  active(active: boolean): void

  /** It is over, and this side did not leave. */
  over(why: Over): void
}

/** Why it is over: it was ended, its peer was lost, or this node stops and it is worth coming back at once. */
export type Over = Ending | 'lost' | 'released'

/** Somebody who publishes or plays, and the SDP that answers them. */
export interface AnsweredLine {
  readonly line: StreamLine
  readonly answer: string
}

/** An offer to play that stands for a short time. Nothing is listed yet. */
export interface OfferedLine {
  readonly offer: string
  readonly candidates: readonly IceCandidate[]

  /**
   * Takes the answer: from then on there is a session.
   *
   * @throws RollcallError what refused it: `unprocessable`, `name-taken`, `denied` … Nothing is left behind.
   */
  accept(answer: string, over: (why: Over) => void): Promise<void>
  addCandidate(candidate: IceCandidate): Promise<void>

  /** Takes the offer back, or ends the session as `closed`. Calling it again changes nothing. */
  leave(): void
}

/** Streams that are published and played here. */
export interface Streams {
  /**
   * Publishes a stream. Whoever published it before, on whichever node, gives way: their session ends as `replaced`.
   *
   * @throws RollcallError what refused it; then whoever published it before still does, but where a limit of sessions
   * (`limit-reached`) refused somebody else.
   */
  publish(request: PublishRequest): Promise<AnsweredLine>

  /** Plays a stream. @throws RollcallError `not-published`, `name-taken`, `denied` … Nothing is left behind. */
  play(request: PlayRequest): Promise<AnsweredLine>

  /** Offers to play a stream. @throws RollcallError `not-published`, `name-taken`, `busy` … */
  offer(request: ViewRequest): Promise<OfferedLine>

  /** Where else a stream is published that is not published here: the address of that node, if it has one. */
  elsewhere(resource: string): Promise<string | undefined>

  /** What was sent to the peer of a session; undefined where it is not held here. */
  statistics(sessionId: string): Promise<PeerStatistics | undefined>

  /** How many publish here, and how many play. */
  counts(): { readonly publishers: number; readonly viewers: number }

  /** Bytes of media sent to those who play, as far as it is known now: of one who has left, what was known when it was last asked. */
  bytesSent(): Promise<number>

  /** Drops every peer and the thread that carries them. Close the hub first: that is what ends their sessions. */
  close(): Promise<void>
}
