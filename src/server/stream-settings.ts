/**
 * The settings of streams: who may publish and play them, and how media finds its way.
 *
 * @module
 */
import type { AttemptLimit } from '../http/attempts.ts'
import type { IceServer } from '../http/streams/contract.ts'
import type { PlaybackRule, PublishRule, RulesOf } from '../live/playback-rules.ts'
import { row } from './setting-row.ts'
import type { Setting } from './setting-table.ts'
import { readAttemptLimit } from './setting-values.ts'
import {
  type PortRange,
  readAddresses,
  readIceServers,
  readPorts,
  readSigningKey,
  readVhosts,
  rulesOf,
} from './stream-values.ts'

/** What can be set of streams. */
export interface StreamSettings {
  readonly playback: RulesOf<PlaybackRule>
  readonly publish: RulesOf<PublishRule>

  /** Virtual hosts by host. */
  readonly vhosts: ReadonlyMap<string, string>
  readonly signedPolicyKey: string | undefined

  /** Addresses that media is received on; where the server listens unless set. */
  readonly mediaHost: readonly string[]

  /** UDP ports that media may use; any that is free unless set. */
  readonly mediaPorts: PortRange | undefined

  /** Addresses at which media reaches this server from outside; those that it listens on unless set. */
  readonly publicAddress: readonly string[]
  readonly iceServers: readonly IceServer[]

  /** How often an address may ask to publish or play. */
  readonly streamLimit: AttemptLimit | undefined
}

/** Their part of the table. */
export const STREAM_SETTINGS: readonly Setting[] = [
  row(
    'playback',
    'playback',
    'open',
    'who may play: open, session or signed; and for single applications, such as open,vod=session,paid=signed',
    rulesOf('open', 'session', 'signed'),
  ),
  row(
    'publish',
    'publish',
    'key',
    'who may publish: key, or session for whoever is signed in as well; and for single applications, such as key,chat=session',
    rulesOf('key', 'session'),
  ),
  row(
    'signed-policy-key',
    'signedPolicyKey',
    undefined,
    'secret that URLs of streams are signed with, as the SignedPolicy of OvenMediaEngine',
    readSigningKey,
  ),
  row(
    'vhosts',
    'vhosts',
    '',
    'virtual hosts of streams, such as live.example.com=live, with commas between; default for every other host',
    readVhosts,
  ),
  row(
    'media-host',
    'mediaHost',
    '',
    'addresses to receive media on, such as 0.0.0.0 behind a proxy on this machine, with commas between; that of --host unless set',
    readAddresses,
  ),
  row(
    'media-ports',
    'mediaPorts',
    undefined,
    'UDP ports for media, such as 40000-40099; any that is free unless set',
    readPorts,
  ),
  row(
    'public-address',
    'publicAddress',
    '',
    'addresses at which media reaches this server from outside, with commas between; those it listens on unless set',
    readAddresses,
  ),
  row(
    'ice-servers',
    'iceServers',
    '',
    'STUN and TURN servers that players are told of, such as stun:stun.example.com:3478, with commas between',
    readIceServers,
  ),
  row(
    'stream-limit',
    'streamLimit',
    '600/1m',
    'how often an address may ask to publish or play in a time; 0 sets no limit',
    readAttemptLimit,
  ),
]
