/**
 * What it takes to serve streams over HTTP.
 *
 * @module
 */
import type { Env } from '../../core/env.ts'
import type { PlaybackDoor, PublishRule, RulesOf } from '../../live/playback-rules.ts'
import type { Streams } from '../../live/stream-contract.ts'
import type { AttemptLimit } from '../attempts.ts'

/** A server that helps peers to reach each other (RFC 8489, RFC 8656), as clients are told of it. */
export interface IceServer {
  /** Such as `stun:stun.example.com:3478` or `turn:turn.example.com?transport=udp`. */
  readonly url: string
  readonly username?: string
  readonly credential?: string
}

/** What is served, and to whom. */
export interface StreamServing {
  readonly streams: Streams
  readonly door: PlaybackDoor
  readonly publishRules: RulesOf<PublishRule>

  /** Virtual hosts by host, in lower case and without a port. */
  readonly vhosts: ReadonlyMap<string, string>

  /** Timers and chance of the conversations with players. */
  readonly env: Pick<Env, 'after' | 'random'>

  /** Told to every client. */
  readonly iceServers: readonly IceServer[]

  /** How often an address may ask to publish or play; as often as it likes unless told otherwise. */
  readonly pace?: AttemptLimit | undefined
}
