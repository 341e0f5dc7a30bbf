import { join } from 'node:path'
import { freePort, type ServerProcess, startServerProcess } from '../support/server-process.ts'

/** A number of nodes over one store, each in a process of its own. */
export interface Fleet extends AsyncDisposable {
  readonly urls: readonly string[]

  /** Ends a node without a warning. */
  kill(node: number): Promise<void>

  /** Starts a node again, at the same address, and waits until it is ready. */
  restart(node: number): Promise<void>

  /** Stops a node where it stands: it keeps its connections and answers nothing. */
  pause(node: number): void

  /** Lets it go on. */
  resume(node: number): void

  /** What a node has written so far. */
  output(node: number): string
}

/** What a fleet is made of. */
export interface FleetOptions {
  /** The store of each node, as a setting. */
  readonly store: string
  readonly nodes?: number
  readonly flags?: readonly string[]

  /** How far each node's wall clock is off, in milliseconds. */
  readonly clocks?: readonly number[]

  /** The program to start and its first words; the server's own command line unless told otherwise. */
  readonly command?: readonly string[]

  /** Nodes that run {@link FleetOptions.command}; all of them unless told otherwise. */
  readonly careless?: readonly number[]
}

/** Flags of every node: no request is refused for how many came before, and a token that gave way is forgiven for as long as can be. */
const FLAGS = ['--log-level', 'warn', '--guess-limit', '0', '--refresh-grace', '300s', '--dialects', 'none']

/** Starts nodes and waits until each is ready. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const { store, nodes = 3, flags = [], clocks = [], command, careless } = options
  const ports = await freePorts(nodes)

  async function start(node: number): Promise<ServerProcess> {
    const runs = careless === undefined || careless.includes(node) ? command : undefined
    return startServerProcess({
      store,
      port: ports[node] ?? 0,
      within: 60_000,
      flags: [...FLAGS, ...flags],
      ...(runs !== undefined && { command: runs }),
      ...(clocks[node] !== undefined && { env: shifted(clocks[node]) }),
    })
  }

  const running = await Promise.all(ports.map((_, node) => start(node)))
  const one = (node: number): ServerProcess => {
    const server = running[node]
    if (server === undefined) throw new Error(`There is no node ${node}`)
    return server
  }

  return {
    urls: ports.map((port) => `http://127.0.0.1:${port}`),
    kill: (node) => one(node).kill('SIGKILL'),
    async restart(node) {
      running[node] = await start(node)
    },
    pause: (node) => void one(node).process.kill('SIGSTOP'),
    resume: (node) => void one(node).process.kill('SIGCONT'),
    output: (node) => one(node).output(),
    async [Symbol.asyncDispose]() {
      await Promise.all(running.map((server) => server.kill('SIGKILL')))
    },
  }
}

/** The environment of a process whose wall clock is off. Its monotonic clock is not. */
function shifted(milliseconds: number): Readonly<Record<string, string>> {
  const preload = join(import.meta.dirname, 'shifted-clock.ts')
  return { NODE_OPTIONS: `--import=${preload}`, CLOCK_SHIFT: String(milliseconds) }
}

async function freePorts(count: number): Promise<readonly number[]> {
  const ports = new Set<number>()
  while (ports.size < count) ports.add(await freePort())
  return [...ports]
}
