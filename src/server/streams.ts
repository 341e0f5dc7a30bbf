/**
 * Streams, put together: the thread that carries media, who may use it, and what is told of it.
 *
 * @module
 */
import type { Env } from '../core/env.ts'
import { RollcallError } from '../core/errors.ts'
import { isAddress } from '../core/network.ts'
import type { Session } from '../core/session.ts'
import type { SessionStatistics } from '../dialects/ome/index.ts'
import type { SessionManager } from '../engine/manager.ts'
import type { StreamServing } from '../http/streams/contract.ts'
import type { Hub } from '../live/contract.ts'
import { playbackDoor } from '../live/playback-rules.ts'
import { createPublisher } from '../live/publisher/publisher.ts'
import type { Streams } from '../live/stream-contract.ts'
import { createStreams } from '../live/streams.ts'
import type { Reading } from './readings.ts'
import type { Settings } from './setting-table.ts'

/** What streams are made from. */
export interface StreamParts {
  readonly settings: Settings
  readonly sessions: SessionManager
  readonly hub: Hub
  readonly env: Env
  readonly report: (fault: unknown) => void
}

/** Refuses settings that ask for signed URLs without a key to check them. @throws RollcallError `bad-request` */
export function requireSigningKey({ playback, signedPolicyKey }: Settings): void {
  const rules = [playback.otherwise, ...playback.applications.values()]
  if (signedPolicyKey !== undefined || !rules.includes('signed')) return
  throw new RollcallError(
    'bad-request',
    '--playback asks for signed URLs. Give the key that they are signed with: --signed-policy-key.',
  )
}

/** Makes what the application serves. Nothing is started before the first offer. */
export function startStreams({ settings, sessions, hub, env, report }: StreamParts): StreamServing {
  const { playback, publish, signedPolicyKey, vhosts, iceServers, streamLimit, lifetime } = settings
  const { mediaPorts, publicAddress } = settings
  const bind = mediaHosts(settings)
  const publisher = createPublisher({
    report,
    ...(bind.length > 0 && { bind }),
    ...(publicAddress.length > 0 && { publicAddresses: publicAddress }),
    ...(mediaPorts && { mediaPorts }),
  })
  return {
    streams: createStreams({ hub, publisher, sessions }),
    door: playbackDoor({ sessions, env, rules: playback, signingKey: signedPolicyKey, longest: lifetime }),
    publishRules: publish,
    vhosts,
    env,
    iceServers,
    pace: streamLimit,
  }
}

/** Where media is received; nothing where it stays on this machine. */
function mediaHosts({ host, mediaHost }: Settings): readonly string[] {
  if (mediaHost.length > 0) return mediaHost
  return isAddress(host) && !LOOPBACK.test(host) ? [host] : []
}

/** Hosts on which media stays on this machine, whichever kind of address it goes over. */
const LOOPBACK = /^(127\.|::1$)/

/** What the statistics page of `ome` tells of a playback that is held here. */
export function playbackStatistics(
  streams: Streams,
): (session: Session) => Promise<SessionStatistics | undefined> {
  return async ({ id, issuedAt }) => {
    const read = await streams.statistics(id)
    if (read === undefined) return undefined
    const { bytesSent, lastAt = issuedAt, averageThroughput, lastThroughput, mostThroughput } = read
    return {
      totalBytesOut: bytesSent,
      avgThroughputOut: averageThroughput,
      lastThroughputOut: lastThroughput,
      maxThroughputOut: mostThroughput,
      lastSentAt: lastAt,
      lastUpdatedAt: lastAt,
    }
  }
}

/** What is measured of streams. */
export function streamReadings(streams: Streams): readonly Reading[] {
  return [
    {
      type: 'gauge',
      name: 'rollcall_stream_publishers',
      help: 'Those who publish a stream on this node.',
      read: () => [{ value: streams.counts().publishers }],
    },
    {
      type: 'gauge',
      name: 'rollcall_stream_viewers',
      help: 'Those who play a stream on this node.',
      read: () => [{ value: streams.counts().viewers }],
    },
    {
      type: 'counter',
      name: 'rollcall_stream_sent_bytes_total',
      help: 'Bytes of media sent to those who play, as far as it was read while they did.',
      read: async () => [{ value: await streams.bytesSent() }],
    },
  ]
}
