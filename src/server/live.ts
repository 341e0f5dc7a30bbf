/**
 * Everything that holds lines open, put together.
 *
 * @module
 */
import type { FastifyBaseLogger } from 'fastify'
import type { Env } from '../core/env.ts'
import type { ReadStatistics } from '../dialects/ome/index.ts'
import type { SessionManager } from '../engine/manager.ts'
import type { AppOptions } from '../http/app.ts'
import type { Hub } from '../live/contract.ts'
import { createHub } from '../live/hub.ts'
import { countLines } from './line-readings.ts'
import { startMediaServers } from './media-servers.ts'
import type { Reading } from './readings.ts'
import type { Settings } from './setting-table.ts'
import { playbackStatistics, startStreams, streamReadings } from './streams.ts'

/** What lines are held with. */
export interface LiveParts {
  readonly settings: Settings
  readonly sessions: SessionManager
  readonly env: Env
  readonly logger: FastifyBaseLogger
}

/** What holds lines open. */
export interface Live {
  readonly hub: Hub

  /** What the application serves of it. */
  readonly served: Pick<AppOptions, 'hub' | 'streams' | 'mediaServers'>

  /** What the statistics page of `ome` tells of playbacks that are held here. */
  readonly statistics: ReadStatistics

  /** What is measured of lines, streams and media servers. */
  readonly readings: readonly Reading[]

  /** Tells everybody to come back elsewhere, and writes that their sessions are over. Before the application is closed. */
  close(): Promise<void>
}

/** Starts everything that holds lines open. */
export function startLive({ settings, sessions, env, logger }: LiveParts): Live {
  const { linesPerSession, linesPerAddress } = settings
  const report = (fault: unknown): void =>
    logger.error({ fault: fault instanceof Error ? fault.message : 'unknown' }, 'a line failed')
  const counted = countLines(createHub({ sessions, env, linesPerSession, linesPerAddress, report }))
  const { hub } = counted
  const serving = startStreams({ settings, sessions, hub, env, report })
  const media = startMediaServers({ settings, sessions, env, logger })
  return {
    hub,
    served: { hub, streams: serving, mediaServers: media.calls },
    statistics: playbackStatistics(serving.streams),
    readings: [...counted.readings, ...streamReadings(serving.streams), ...media.readings],
    async close() {
      await Promise.all([hub.close(), media.close()])
      await serving.streams.close()
    },
  }
}
