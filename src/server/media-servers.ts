/**
 * Media servers that are not ours, as far as settings name them.
 *
 * @module
 */
import type { FastifyBaseLogger } from 'fastify'
import type { Env } from '../core/env.ts'
import { DEFAULT_REALM } from '../core/user.ts'
import type { SessionManager } from '../engine/manager.ts'
import type { MediaServerCalls } from '../http/servers/routes.ts'
import { admissions } from '../live/servers/admissions.ts'
import type { MediaServer } from '../live/servers/contract.ts'
import { janusServer } from '../live/servers/janus.ts'
import { omeServer } from '../live/servers/ome-api.ts'
import { type Followed, type FollowedStats, follow } from '../live/servers/reconcile.ts'
import { onUncut } from '../live/servers/uncut.ts'
import type { Reading } from './readings.ts'
import type { Settings } from './setting-table.ts'

/** What they are followed with. */
export interface MediaServerParts {
  readonly settings: Settings
  readonly sessions: SessionManager
  readonly env: Env
  readonly logger: FastifyBaseLogger
}

/** Media servers that are followed. */
export interface MediaServers {
  /** Calls of theirs that are answered. */
  readonly calls: MediaServerCalls
  readonly readings: readonly Reading[]

  /** Stops following. Before the engine is closed. */
  close(): Promise<void>
}

/** Begins to follow those that are set. */
export function startMediaServers({ settings, sessions, env, logger }: MediaServerParts): MediaServers {
  const { admissionSecret, admissionOpen: admit, admissionLifetime, janusEventsSecret } = settings
  const realm = settings.dialects.find(({ name }) => name === 'ome')?.realm ?? DEFAULT_REALM
  const lifetime = Math.min(admissionLifetime, settings.lifetime)
  const followed = serversOf(settings, env).map((server) =>
    follow({
      server,
      sessions,
      env,
      realm,
      report: (fault) =>
        logger.warn(
          { server: server.name, fault: messageOf(fault) },
          'a media server did not do as it was told',
        ),
    }),
  )
  const janus = followed.find(({ server }) => server === 'janus')
  let uncut = 0
  const deafen =
    admissionSecret !== undefined && settings.omeApi === undefined
      ? onUncut(sessions, 'ome', ({ id }) => {
          uncut += 1
          logger.warn({ session: id }, 'OvenMediaEngine cannot be told to cut: set --ome-api, or use deny')
        })
      : undefined

  return {
    calls: {
      ...(admissionSecret !== undefined && {
        ome: { secret: admissionSecret, admit: admissions({ sessions, env, realm, admit, lifetime }) },
      }),
      ...(janus &&
        janusEventsSecret !== undefined && { janus: { secret: janusEventsSecret, hint: janus.hint } }),
    },
    readings: readingsOf(followed, () => uncut),
    async close() {
      deafen?.()
      await Promise.all(followed.map((each) => each.close()))
    },
  }
}

function serversOf(settings: Settings, env: Env): readonly MediaServer[] {
  const { omeApi, omeApiToken, janusAdmin, janusSecret } = settings
  return [
    ...(omeApi !== undefined && omeApiToken !== undefined
      ? [omeServer({ url: omeApi, token: omeApiToken })]
      : []),
    ...(janusAdmin !== undefined && janusSecret !== undefined
      ? [janusServer({ url: janusAdmin, secret: janusSecret }, env)]
      : []),
  ]
}

function readingsOf(followed: readonly Followed[], uncut: () => number): readonly Reading[] {
  const each = (read: (stats: FollowedStats) => number) => () =>
    followed.map(({ server, stats }) => ({ labels: { server }, value: read(stats()) }))
  const labels = ['server']
  return [
    {
      type: 'gauge',
      name: 'rollcall_media_server_viewers',
      help: 'Viewers that a media server listed when it was last asked; 0 on nodes that do not ask it.',
      labels,
      read: each(({ viewers }) => viewers),
    },
    {
      type: 'gauge',
      name: 'rollcall_media_server_away',
      help: 'Whether a media server could not be listed when this node last tried: 1 if so.',
      labels,
      read: each(({ away }) => Number(away)),
    },
    {
      type: 'counter',
      name: 'rollcall_media_server_cuts_total',
      help: 'Playbacks that a media server ended when told.',
      labels,
      read: each(({ cuts }) => cuts),
    },
    {
      type: 'counter',
      name: 'rollcall_media_server_failed_cuts_total',
      help: 'Times that a media server did not end a playback when told. Each is tried again.',
      labels,
      read: each(({ failedCuts }) => failedCuts),
    },
    {
      type: 'counter',
      name: 'rollcall_media_server_uncut_total',
      help: 'Playbacks that were ended here at an OvenMediaEngine that cannot be told, since it has no such API.',
      read: () => [{ value: uncut() }],
    },
  ]
}

function messageOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : 'unknown'
}
