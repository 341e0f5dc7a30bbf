/**
 * Private Redis servers: on free ports of the loopback, in folders that are gone with the tests, ended by their process id.
 *
 * @module
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { killProcess, startProcess } from './own-process.ts'
import { freePort, isFree } from './server-process.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { until } from './until.ts'

/** One Redis server. */
export interface RedisServer extends AsyncDisposable {
  readonly port: number
  readonly url: string

  /** Asks it something, over a connection of the tests' own. */
  ask(command: string, ...args: readonly (string | number)[]): Promise<unknown>

  /** Starts it again where it was killed, with what its folder holds. */
  restart(): Promise<void>

  /** Ends it without a warning, and waits until it is gone. */
  kill(): Promise<void>

  /** Stops it where it stands: it keeps its connections and answers nothing. */
  pause(): void

  /** Lets it go on. */
  resume(): void
}

/** How a server is to be. */
export interface RedisServerOptions {
  /** Directives of its configuration, on top of: everything is appended to a file once a second. */
  readonly config?: Readonly<Record<string, string>>

  /** The port to listen on; a free one unless told otherwise. */
  readonly port?: number
}

/** A cluster of six: three masters, each with a replica. */
export interface RedisCluster extends AsyncDisposable {
  readonly url: string
  readonly servers: readonly RedisServer[]

  /** The server that is the master of a partition just now. */
  masterOf(partition: string): Promise<RedisServer>
}

/** Why tests that need Redis are skipped here; in CI a missing server is a failure instead. */
export const WITHOUT_REDIS: string | false =
  spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0 || process.env.CI === 'true'
    ? false
    : 'redis-server is not installed'

/** Starts a server and waits until it answers. */
export async function redisServer({ config = {}, port }: RedisServerOptions = {}): Promise<RedisServer> {
  const own = port ?? (await freePort())
  const folder = join(rootFolder(), String(own))
  mkdirSync(folder, { recursive: true })
  const directives = { ...DIRECTIVES, ...config, port: String(own), dir: folder }
  let child = start(directives)
  const ask: RedisServer['ask'] = async (command, ...args) => {
    const line = new Redis({ port: own, host: '127.0.0.1', ...QUICK })
    line.on('error', () => {})
    try {
      return await line.call(command, ...args)
    } finally {
      line.disconnect()
    }
  }
  const ready = (): Promise<void> =>
    until(
      `redis on ${own} answers`,
      () =>
        ask('ping').then(
          () => true,
          () => false,
        ),
      30_000,
    )
  await ready()

  const kill = (): Promise<void> => killProcess(child)

  return {
    port: own,
    url: `redis://127.0.0.1:${own}`,
    ask,
    async restart() {
      await kill()
      child = start(directives)
      await ready()
    },
    kill,
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    [Symbol.asyncDispose]: kill,
  }
}

/** What makes the servers of a cluster take another's place after a second of silence. */
export const QUICK_TO_REPLACE = { 'cluster-node-timeout': '1000' } as const

/** Starts a cluster and waits until every slot is served and every master has its replica. */
export async function redisCluster(config: Readonly<Record<string, string>> = {}): Promise<RedisCluster> {
  const servers = await Promise.all(
    Array.from({ length: 6 }, async () =>
      redisServer({ port: await clusterPort(), config: { ...CLUSTERED, ...config } }),
    ),
  )
  const ports = servers.map(({ port }) => `127.0.0.1:${port}`)
  const made = spawn(
    'redis-cli',
    ['--cluster', 'create', ...ports, '--cluster-replicas', '1', '--cluster-yes'],
    { stdio: 'ignore' },
  )
  await once(made, 'exit')
  const areWhole = (): Promise<boolean> =>
    Promise.all(servers.map(isWhole)).then(
      (each) => each.every(Boolean),
      () => false,
    )
  await until('the cluster is whole', areWhole, 60_000)
  return {
    url: `redis-cluster://${ports.join(',')}`,
    servers,
    async masterOf(partition) {
      const slot = Number(await anyOf(servers, 'cluster', 'keyslot', partition))
      const slots = (await anyOf(servers, 'cluster', 'slots')) as readonly SlotRange[]
      const port = slots.find(([first, last]) => first <= slot && slot <= last)?.[2][1]
      const server = servers.find((each) => each.port === port)
      if (server === undefined) throw new Error(`No server of the cluster has the slot of ${partition}`)
      return server
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()))
    },
  }
}

type SlotRange = readonly [first: number, last: number, master: readonly [host: string, port: number]]

const DIRECTIVES = {
  bind: '127.0.0.1',
  save: '',
  appendonly: 'yes',
  appendfsync: 'everysec',
  'repl-diskless-sync-delay': '0',
  loglevel: 'warning',
}

/** Its servers take each other's place only where a test is about that: a busy machine may keep one of them waiting. */
const CLUSTERED = { 'cluster-enabled': 'yes', 'cluster-node-timeout': '15000' }

const QUICK = { retryStrategy: null, maxRetriesPerRequest: 0, connectTimeout: 10_000, commandTimeout: 10_000 }

/** Where all servers of this process have their folders, by their ports. */
function rootFolder(): string {
  root ??= temporaryFolder()
  return root
}
let root: string | undefined

function start(directives: Readonly<Record<string, string>>): ChildProcess {
  const flags = Object.entries(directives).flatMap(([name, value]) => [`--${name}`, value])
  return startProcess('redis-server', flags)
}

/** From here on, ports are taken by connections, at any moment. */
const FIRST_OF_CONNECTIONS = 32_768

/** A free port from which the one of the cluster's own talk, 10,000 above, is free too. */
async function clusterPort(): Promise<number> {
  const port = await freePort()
  const bus = port + 10_000
  return bus < FIRST_OF_CONNECTIONS && (await isFree(bus)) ? port : clusterPort()
}

async function isWhole(server: RedisServer): Promise<boolean> {
  const information = String(await server.ask('cluster', 'info'))
  if (!information.includes('cluster_state:ok')) return false
  const role = (await server.ask('role')) as readonly unknown[]
  return role[0] === 'slave' ? role[3] === 'connected' : Array.isArray(role[2]) && role[2].length === 1
}

/** Asks whichever server of a cluster answers. */
function anyOf(
  servers: readonly RedisServer[],
  command: string,
  ...args: readonly string[]
): Promise<unknown> {
  return Promise.any(servers.map((server) => server.ask(command, ...args)))
}
