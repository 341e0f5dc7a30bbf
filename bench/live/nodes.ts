/**
 * Nodes that hold lines, as the command line starts them.
 *
 * @module
 */
import { join } from 'node:path'
import type { Site } from '../../test/browser/pages.ts'
import { freePort } from '../../test/support/server-process.ts'
import { isShared } from '../open-store.ts'
import { residentMemory, SERVER_CORE, start } from '../processes.ts'
import type { Population, Server } from '../rollcall.ts'
import { KEY } from '../server-task.ts'

/** A node, loaded with whoami where it is loaded. */
export interface LiveNode extends Server {
  /** Where it is. */
  readonly origin: string

  /** Where the application in its process has its Socket.IO server. */
  readonly socketIo: string

  /** Bytes of memory that it holds once it has given back all that it needs no more. */
  memory(): Promise<number>
}

/** What is peculiar to a node. */
export interface NodeOptions {
  readonly core?: string
  readonly flags?: readonly string[]
}

/** A node on any core, for players of that site and of this process. */
export function forPages({ origin }: Site): NodeOptions {
  return { core: 'any', flags: ['--allow-origin', origin] }
}

/** Starts one over a population, on the core of servers unless told otherwise. */
export async function startNode(
  { path, tokens }: Population,
  { core = SERVER_CORE, flags = [] }: NodeOptions = {},
): Promise<LiveNode> {
  const port = await freePort()
  const socketIoPort = await freePort()
  const store = isShared(path) ? path : `sqlite:${path}`
  const running = await start({
    core,
    command: [
      ...['env', `ROLLCALL_KEY=${KEY}`, `SOCKET_IO_PORT=${socketIoPort}`],
      ...[process.execPath, '--expose-gc', NODE, '--port', String(port), '--store', store],
      ...[...FLAGS, ...flags],
    ],
    ready: 'Socket.IO listens',
  })
  const origin = `http://127.0.0.1:${port}`
  return {
    ...running,
    origin,
    socketIo: `http://127.0.0.1:${socketIoPort}`,
    url: `${origin}/v1/whoami`,
    field: 'Authorization',
    scheme: 'Bearer ',
    credentials: tokens,
    warmUp: 4,
    async memory() {
      for (let time = 0; time < 3; time++) {
        process.kill(running.pid, 'SIGUSR2')
        await fetch(`${origin}/healthz`)
      }
      return residentMemory(running.pid)
    },
  }
}

/** Everything comes from one address, more often than from anybody, and a crowd of lines from one login. */
const FLAGS = [
  ...['--log-level', 'warn', '--guess-limit', '0', '--stream-limit', '0'],
  ...['--lines-per-address', '100000', '--lines-per-session', '100000'],
]

const NODE = join(import.meta.dirname, 'node.ts')
