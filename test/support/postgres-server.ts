/**
 * Private PostgreSQL servers: on free ports of the loopback, in folders that are gone with the tests, ended by their process ids.
 *
 * @module
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { atExit } from './at-exit.ts'
import { freePort } from './server-process.ts'
import { until } from './until.ts'

/** A server, its data, and a hand on its process. */
export interface PostgresServer extends AsyncDisposable {
  readonly port: number

  /** Where it is; several hosts, where others are named. */
  url(others?: readonly PostgresServer[]): string
  readonly pid: number

  /** Runs something as its owner, and answers with the rows. */
  run<Row = Record<string, unknown>>(sql: string): Promise<readonly Row[]>

  /** Asks it to end, or ends it on the spot. */
  stop(how?: 'gently' | 'killed'): Promise<void>
  start(): Promise<void>

  /** Stops its main process and all of its children where they stand, or lets them go on. */
  pause(): void
  resume(): void

  /** A server that follows this one; `synchronous` makes commits wait for it. */
  standby(how: 'synchronous' | 'asynchronous'): Promise<PostgresServer>

  /** Makes a standby a primary. */
  promote(): Promise<void>
}

/** Why tests that need PostgreSQL are skipped here; in CI a missing server is a failure instead. */
export const WITHOUT_POSTGRES: string | false =
  binaries() !== undefined || process.env.CI === 'true'
    ? false
    : 'PostgreSQL is not installed (/usr/lib/postgresql)'

/** What a server is set to. */
export interface PostgresSettings {
  /** Whether it waits for the disk. Off unless told otherwise: most tests kill no machine. */
  readonly fsync?: boolean
  readonly settings?: Readonly<Record<string, string>>
}

/** Starts a server with nothing in it, on a free port of this machine alone. */
export async function startPostgres({
  fsync = false,
  settings = {},
}: PostgresSettings = {}): Promise<PostgresServer> {
  const folder = ownFolder()
  const data = join(folder, 'data')
  asOwner(binary('initdb'), [
    ...['-D', data, '-U', 'rollcall', '-A', 'trust', '-E', 'UTF8', '--locale', 'C.UTF-8', '--data-checksums'],
    '--no-sync',
  ])
  return serve(folder, data, await freePort(), {
    fsync: fsync ? 'on' : 'off',
    wal_level: 'replica',
    max_wal_senders: '4',
    ...settings,
  })
}

async function serve(
  folder: string,
  data: string,
  port: number,
  settings: Readonly<Record<string, string>>,
): Promise<PostgresServer> {
  let process_: ChildProcess | undefined
  const configuration = { ...BASICS, ...settings, port: String(port), unix_socket_directories: folder }
  writeFileSync(
    join(data, 'postgresql.auto.conf'),
    Object.entries(configuration)
      .map(([name, value]) => `${name} = '${value}'\n`)
      .join(''),
  )

  const url = (others: readonly PostgresServer[] = []): string =>
    `postgres://rollcall@${[port, ...others.map((other) => other.port)].map((each) => `127.0.0.1:${each}`).join(',')}/postgres`

  async function start(): Promise<void> {
    const log = openSync(join(folder, 'log'), 'a')
    const child = spawn(binary('postgres'), ['-D', data], { ...owner(), stdio: ['ignore', log, log] })
    child.unref()
    closeSync(log)
    process_ = child
    await until('PostgreSQL takes connections', async () => {
      if (child.exitCode !== null)
        throw new Error(`PostgreSQL did not start: ${readFileSync(join(folder, 'log'), 'utf8')}`)
      return isReady(url())
    })
  }

  async function stop(how: 'gently' | 'killed' = 'gently'): Promise<void> {
    const child = process_
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    resume()
    const children = childrenOf(child.pid ?? 0)
    child.ref()
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill(how === 'gently' ? 'SIGINT' : 'SIGKILL')
    if (how === 'killed') for (const each of children) signal(each, 'SIGKILL')
    await ended
    rmSync(join(data, 'postmaster.pid'), { force: true })
  }

  function all(): readonly number[] {
    const pid = process_?.pid
    return pid === undefined ? [] : [pid, ...childrenOf(pid)]
  }

  function resume(): void {
    for (const pid of all()) signal(pid, 'SIGCONT')
  }

  const server: PostgresServer = {
    port,
    url,
    get pid() {
      return process_?.pid ?? 0
    },
    run: (sql) => runOn(url(), sql),
    start,
    stop,
    resume,
    pause() {
      for (const pid of all()) signal(pid, 'SIGSTOP')
    },

    async standby(how) {
      const other = ownFolder()
      const copy = join(other, 'data')
      asOwner(binary('pg_basebackup'), [
        '-h',
        '127.0.0.1',
        '-p',
        String(port),
        '-U',
        'rollcall',
        '-D',
        copy,
        '-c',
        'fast',
        '-X',
        'stream',
        '--no-sync',
      ])
      writeFileSync(join(copy, 'standby.signal'), '')
      const standby = await serve(other, copy, await freePort(), {
        ...settings,
        primary_conninfo: `host=127.0.0.1 port=${port} user=rollcall application_name=standby`,
        synchronous_standby_names: '',
        hot_standby: 'on',
      })
      if (how === 'synchronous') {
        await server.run("alter system set synchronous_standby_names = 'standby'")
        await server.run('select pg_reload_conf()')
        await until('the standby is synchronous', async () => {
          const [row] = await server.run<{ readonly sync_state: string }>(
            'select sync_state from pg_stat_replication',
          )
          return row?.sync_state === 'sync'
        })
      }
      return standby
    },

    async promote() {
      await server.run('select pg_promote(true, 30)')
      await until('the standby is primary', async () => {
        const [row] = await server.run<{ readonly standby: boolean }>('select pg_is_in_recovery() as standby')
        return row?.standby === false
      })
    },

    async [Symbol.asyncDispose]() {
      await stop('killed')
      rmSync(folder, { recursive: true, force: true })
    },
  }
  atExit(() => {
    for (const pid of all()) signal(pid, 'SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  await start()
  return server
}

const BASICS = {
  listen_addresses: '127.0.0.1',
  max_connections: '300',
  shared_buffers: '64MB',
  full_page_writes: 'on',
  autovacuum_naptime: '10s',
  log_min_messages: 'warning',
} as const

async function runOn<Row>(url: string, sql: string): Promise<readonly Row[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query(sql)).rows as Row[]
  } finally {
    await client.end()
  }
}

async function isReady(url: string): Promise<boolean> {
  return runOn(url, 'select 1').then(
    () => true,
    () => false,
  )
}

/** The newest that is installed. */
function binaries(): string | undefined {
  const root = '/usr/lib/postgresql'
  const [newest] = existsSync(root) ? readdirSync(root).sort((one, other) => Number(other) - Number(one)) : []
  return newest === undefined ? undefined : join(root, newest, 'bin')
}

function binary(name: string): string {
  const folder = binaries()
  if (folder === undefined) throw new Error('PostgreSQL is not installed (/usr/lib/postgresql)')
  return join(folder, name)
}

/** PostgreSQL refuses to run as root: there its own user owns it. */
function owner(): { readonly uid?: number; readonly gid?: number; readonly cwd: string } {
  if (process.getuid?.() !== 0) return { cwd: tmpdir() }
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g'), cwd: tmpdir() }
}

function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-postgres-'))
  const { uid, gid } = owner()
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid)
  chmodSync(folder, 0o700)
  mkdirSync(folder, { recursive: true })
  return folder
}

function asOwner(command: string, args: readonly string[]): void {
  execFileSync(command, args, { ...owner(), stdio: ['ignore', 'ignore', 'pipe'] })
}

function childrenOf(pid: number): readonly number[] {
  try {
    return execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' })
      .trim()
      .split(/\s+/)
      .filter(Boolean)
      .map(Number)
  } catch {
    return []
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It is gone already.
  }
}
