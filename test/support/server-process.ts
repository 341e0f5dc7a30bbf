import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process'
import { createServer, Socket } from 'node:net'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { atExit } from './at-exit.ts'
import { until } from './until.ts'

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts')

/** The access key of every server that tests start. */
export const KEY = 'an-access-key-of-the-tests'

/** A server in a process of its own. */
export interface ServerProcess {
  readonly url: string
  readonly process: ChildProcess

  /** What it has written so far, to either stream. */
  output(): string

  /** Ends it without a warning, and waits until it is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>
}

/** What to start. */
export interface ServerProcessOptions {
  readonly store: string
  readonly port: number
  readonly flags?: readonly string[]

  /** The program and its first words; the server's own command line unless told otherwise. */
  readonly command?: readonly string[]
  readonly env?: Readonly<Record<string, string>>

  /** How long it may take to be ready, in milliseconds; 20 seconds unless told otherwise. */
  readonly within?: number
}

/** Starts a server and waits until it is ready. */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const {
    store,
    port,
    flags = [],
    command = [process.execPath, MAIN, 'serve'],
    env = {},
    within = 20_000,
  } = options
  const [program = '', ...words] = command
  const child = spawn(program, [...words, '--port', String(port), '--store', store, ...flags], {
    env: { ...process.env, ROLLCALL_KEY: KEY, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  leaveAtExit(child)
  const url = `http://127.0.0.1:${port}`

  await until(
    `the server on ${url} is ready`,
    async () => {
      if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}:\n${output}`)
      return fetch(`${url}/readyz`).then(
        ({ status }) => status === 200,
        () => false,
      )
    },
    within,
  ).catch((fault: unknown) => {
    child.kill('SIGKILL')
    throw fault
  })
  return {
    url,
    process: child,
    output: () => output,
    async kill(signal = 'SIGKILL') {
      child.ref()
      child.kill(signal)
      await gone
    },
  }
}

/** Lets the tests end while a server is still there, as where one has failed, and ends the server with them. */
function leaveAtExit(child: ChildProcessByStdio<null, Readable, Readable>): void {
  child.unref()
  for (const stream of [child.stdout, child.stderr]) if (stream instanceof Socket) stream.unref()
  const kill = (): void => void child.kill('SIGKILL')
  child.once('exit', atExit(kill))
}

/** Finds a port that is free just now, and that no connection from here takes by chance: those have theirs from 32,768 on. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = 12_000 + Math.floor(Math.random() * 20_000)
    if (await isFree(port)) return port
  }
  throw new Error('There is no free port')
}

/** Tells whether a port can be listened on just now. */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  const listens = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => resolve(true))
  })
  if (listens) await new Promise((resolve) => server.close(resolve))
  return listens
}

/** Calls a server and reads its JSON. Throws where no answer comes. */
export async function call(
  url: string,
  method: string,
  path: string,
  credential?: string,
  body?: unknown,
): Promise<{
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly json: Answer
}> {
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(credential !== undefined && { authorization: `Bearer ${credential}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, json: parse(text) }
}

/** What tests look at in answers. */
export interface Answer {
  readonly code?: string
  readonly detail?: string
  readonly token?: string
  readonly secret?: string
  readonly ended?: number
  readonly matched?: number
  readonly live?: boolean
  readonly reason?: string
  readonly session?: {
    readonly id: string
    readonly userId?: string
    readonly device: { readonly label?: string }
  }
  readonly key?: { readonly id: string }
  readonly user?: { readonly id: string; readonly role: string; readonly banned?: boolean }
  readonly items?: readonly {
    readonly id: string
    readonly current?: boolean
    readonly type?: string
    readonly device?: { readonly label?: string }
  }[]
  readonly nextCursor?: string | null
}

function parse(text: string): Answer {
  try {
    return JSON.parse(text) as Answer
  } catch {
    return {}
  }
}
