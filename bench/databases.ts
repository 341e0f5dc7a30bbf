/**
 * Servers of databases that belong to one benchmark alone and leave nothing behind.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../test/support/server-process.ts'
import { LOAD_CORE, type Running, start } from './processes.ts'
import { findPostgres, needTools } from './tools.ts'

/** A database that runs until it is stopped, on 127.0.0.1. */
export interface Database extends Running {
  readonly port: number

  /** Where to reach it, as `--store` takes it. */
  readonly url: string
}

/** How to start a database. */
export interface DatabaseOptions {
  /** The core that it gets; that of the load unless told otherwise. */
  readonly core?: string
}

/** How a Redis keeps what it holds on disk: not at all, each second, or before it answers. */
export type Persistence = 'none' | 'everysec' | 'always'

/**
 * A PostgreSQL with its own settings but for room: it keeps what it acknowledges, as it comes. It trusts whoever asks on
 * this machine, and holds one empty database.
 */
export async function startPostgres({ core = LOAD_CORE }: DatabaseOptions = {}): Promise<Database> {
  needTools('postgres')
  const folder = ownFolder('postgres', POSTGRES_USER)
  const port = await freePort()
  const cluster = join(folder, 'cluster')
  const words = ['-D', cluster, '-U', 'rollcall', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']
  const [command = '', ...rest] = [...POSTGRES_USER.as, findPostgres('initdb'), ...words]
  const { status, stderr } = spawnSync(command, rest, { cwd: folder, encoding: 'utf8' })
  if (status !== 0) throw new Error(`initdb failed: ${stderr}`)
  const settings = Object.entries({ ...POSTGRES_SETTINGS, port: String(port) })
  const running = await start({
    core,
    command: [
      ...['sh', '-c', 'exec "$0" "$@" 2>&1', ...POSTGRES_USER.as, findPostgres('postgres'), '-D', cluster],
      ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    ready: 'ready to accept connections',
    signal: 'SIGQUIT',
  })
  return leavingNothing(running, { folder, port, url: `postgres://rollcall@127.0.0.1:${port}/postgres` })
}

/** A Redis that never gives up a key for want of memory. */
export async function startRedis({
  core = LOAD_CORE,
  persistence = 'none',
}: DatabaseOptions & { readonly persistence?: Persistence } = {}): Promise<Database> {
  needTools('redis-server')
  const folder = ownFolder('redis')
  const port = await freePort()
  const settings = {
    bind: '127.0.0.1',
    port: String(port),
    save: '',
    appendonly: persistence === 'none' ? 'no' : 'yes',
    appendfsync: persistence === 'none' ? 'no' : persistence,
    'maxmemory-policy': 'noeviction',
    dir: folder,
  }
  const words = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])
  const running = await start({
    core,
    command: ['redis-server', ...words],
    ready: 'Ready to accept connections',
  })
  return leavingNothing(running, { folder, port, url: `redis://127.0.0.1:${port}` })
}

/** As whom PostgreSQL runs: it refuses to be root. */
interface PostgresUser {
  readonly as: readonly string[]
  readonly ids?: readonly [user: number, group: number]
}

const POSTGRES_USER = postgresUser()

/** What a PostgreSQL of the benchmarks has beyond what it comes with: room, and no door but its port. */
const POSTGRES_SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '512MB',
  max_wal_size: '4GB',
}

function postgresUser(): PostgresUser {
  if (process.getuid?.() !== 0) return { as: [] }
  const idOf = (which: string): number =>
    Number(spawnSync('id', [which, 'postgres'], { encoding: 'utf8' }).stdout.trim())
  const as = ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups']
  return { as, ids: [idOf('-u'), idOf('-g')] }
}

function ownFolder(name: string, { ids }: Pick<PostgresUser, 'ids'> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), `rollcall-${name}-`))
  if (ids !== undefined) chownSync(folder, ...ids)
  return folder
}

/** Removes the folder too, however this process ends. */
function leavingNothing(
  running: Running,
  { folder, ...place }: Pick<Database, 'port' | 'url'> & { readonly folder: string },
): Database {
  const remove = (): void => removeFolder(folder)
  process.once('exit', remove)
  return {
    ...place,
    pid: running.pid,
    async stop() {
      await running.stop()
      process.off('exit', remove)
      remove()
    },
  }
}

/** Removes a folder that a process which is ending may still write to. */
function removeFolder(folder: string): void {
  for (let time = 0; time < 50 && existsSync(folder); time++) {
    if (time > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)
    try {
      rmSync(folder, { recursive: true, force: true })
    } catch {}
  }
}
