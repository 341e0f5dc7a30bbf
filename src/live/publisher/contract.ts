/**
 * Publishing and playing over WebRTC: what is sent by one goes to all who play, as it is.
 *
 * @module
 */
import type { Unsubscribe } from '../../core/events.ts'

/** Takes media from whoever publishes a stream, and passes it on to whoever plays it. */
export interface Publisher {
  /**
   * Answers somebody who offers to publish. Whoever published the stream before gives way once this one is connected;
   * those who play go on, without a gap that a player would notice.
   *
   * @throws RollcallError `unprocessable` where the offer is none or has nothing to take, `busy` where too many peers
   * are half open (`retryAfter` in seconds), `too-large` beyond 64 KiB
   */
  answerPublisher(request: PeerRequest): Promise<Answered>

  /**
   * Answers somebody who offers to play. The publisher's codecs decide.
   *
   * @throws RollcallError as above; `unprocessable` too where there is no codec that both have, `not-published`
   * (`retryAfter` in seconds) where nobody publishes the stream
   */
  answerViewer(request: PeerRequest): Promise<Answered>

  /**
   * Offers a stream to a player that waits for an offer. It has ten seconds to answer and to connect.
   *
   * @throws RollcallError `not-published`, `busy`
   */
  offerViewer(request: Omit<PeerRequest, 'offer'>): Promise<Offered>

  /** Takes the answer to an offer. @throws RollcallError `unprocessable`, or `not-found` where the peer is gone. */
  acceptAnswer(peer: string, answer: string): Promise<void>

  /**
   * Takes an address at which a peer may be reached. Peers are answered wherever their own checks come from, so none is
   * needed, and none is ever looked up or sent to. @throws RollcallError `unprocessable` where it is no candidate.
   */
  addCandidate(peer: string, candidate: IceCandidate): Promise<void>

  /** Sends the DTLS alert that makes a peer fail at once, and drops it. It is not reported as gone. Unknown peers are passed over. */
  cut(peer: string): void

  /** What went over a peer so far; undefined where there is none. */
  statistics(peer: string): Promise<PeerStatistics | undefined>

  /** Whether somebody publishes a stream here. */
  isPublished(stream: string): boolean

  /** Tells a listener of every peer that connects or is gone. The listener must not throw. */
  on(listener: (event: PublisherEvent) => void): Unsubscribe

  /** Cuts everybody and stops. */
  close(): Promise<void>
}

/** What somebody who offers asks for. */
export interface PeerRequest {
  /** Path of the stream, such as `default/app/stream`. */
  readonly stream: string

  /** The SDP that is offered (RFC 8866); at most 64 KiB. */
  readonly offer: string

  /** Where it comes from, for the limit of half-open peers per address. */
  readonly from?: string
}

/** The answer to an offer. */
export interface Answered {
  /** Names the peer from now on. Not a secret, and never used twice. */
  readonly peer: string

  /** The SDP that answers. */
  readonly answer: string
}

/** An offer. */
export interface Offered {
  readonly peer: string
  readonly offer: string

  /** The addresses in the offer once more, for players that want them apart. */
  readonly candidates: readonly IceCandidate[]
}

/** An address at which a peer may be reached (RFC 8839, section 5.1), without `a=`. */
export interface IceCandidate {
  readonly candidate: string
  readonly sdpMid?: string
  readonly sdpMLineIndex?: number
}

/** What happens to a peer. `gone` is the last that is heard of it. */
export type PublisherEvent =
  | { readonly type: 'connected'; readonly peer: string }
  | { readonly type: 'gone'; readonly peer: string; readonly why: Gone }

/**
 * Why a peer is gone: it closed; nothing was heard of it for ten seconds; its encryption failed, or the codecs of the stream
 * changed; it did not connect in time; another published in its place; nobody publishes any more; or the thread that
 * carried it died.
 */
export type Gone =
  | 'closed'
  | 'silent'
  | 'failed'
  | 'never-connected'
  | 'replaced'
  | 'publisher-gone'
  | 'worker-lost'

/** What went over a peer. Bytes are those of RTP payloads and headers; throughput is in bits per second. */
export interface PeerStatistics {
  readonly stream: string
  readonly role: 'publisher' | 'viewer'
  readonly bytesSent: number
  readonly packetsSent: number
  readonly bytesReceived: number
  readonly packetsReceived: number

  /** Moments of the first and the last packet of media, in the direction of its role. */
  readonly firstAt?: number
  readonly lastAt?: number

  /** In the direction of its role: since the first packet, in the last whole second, in the best second. */
  readonly averageThroughput: number
  readonly lastThroughput: number
  readonly mostThroughput: number

  /** Time to the peer and back, in milliseconds, once it is known. */
  readonly roundTrip?: number

  /** Packets that were lost on the way, as whoever receives says. */
  readonly packetsLost: number

  /** Packets that were asked for again, packets that were sent again, and key frames that were asked for. */
  readonly negativeAcknowledgements: number
  readonly retransmissions: number
  readonly keyFrameRequests: number

  /** Address and port of the other end, once it is connected. */
  readonly remoteAddress?: string

  /** Names of the codecs in use, such as `VP8` and `opus`. */
  readonly codecs: readonly string[]
}
