/**
 * What a PostgreSQL cannot promise as it is set up.
 *
 * @module
 */
import type { Connection } from './connection.ts'

interface Settings {
  readonly fsync: string
  readonly full_page_writes: string
  readonly checksums: string
  readonly synchronous: string
  readonly standbys: number
  readonly confirming: number
  readonly backend: number
}

/** Sizes it up. `pg_stat_replication` tells an ordinary user which standbys there are, but not more. */
export async function caveatsOf(connection: Connection): Promise<readonly string[]> {
  const { rows } = await connection.ask<Settings>(SIZE_UP, [])
  const [settings] = rows
  if (settings === undefined) return []
  const pooled = connection.backend() !== settings.backend
  return CAVEATS.filter(([applies]) => applies(settings, pooled)).map(([, sentence]) => sentence)
}

const SIZE_UP = `select
  current_setting('fsync') as fsync,
  current_setting('full_page_writes') as full_page_writes,
  current_setting('data_checksums') as checksums,
  current_setting('synchronous_standby_names') as synchronous,
  (select count(*) from pg_stat_replication) as standbys,
  (select count(*) from pg_stat_replication where sync_state in ('sync', 'quorum')) as confirming,
  pg_backend_pid() as backend`

const CAVEATS: readonly (readonly [(settings: Settings, pooled: boolean) => boolean, string])[] = [
  [
    ({ fsync }) => fsync !== 'on',
    'PostgreSQL runs with fsync off: when the machine stops, acknowledged ends can be lost and the database damaged. Set fsync = on.',
  ],
  [
    ({ full_page_writes }) => full_page_writes !== 'on',
    'PostgreSQL runs with full_page_writes off: when the machine stops, the database can be damaged. Set full_page_writes = on, unless the file system writes whole pages.',
  ],
  [
    ({ checksums }) => checksums !== 'on',
    'PostgreSQL keeps no data checksums: what a disk spoils may go unnoticed. Enable them with pg_checksums while it is stopped.',
  ],
  [
    ({ standbys, synchronous }) => standbys > 0 && synchronous === '',
    'The standby of PostgreSQL follows asynchronously: acknowledged ends can be lost when the standby is promoted. Set synchronous_standby_names.',
  ],
  [
    (_, pooled) => pooled,
    'Rollcall reaches PostgreSQL through a pooler: it has to give each connection a session of its own. In transaction mode, prepared statements, settings and LISTEN break; point Rollcall past it.',
  ],
]
