/**
 * Running a server in the foreground: what it says when it starts, and how it ends.
 *
 * @module
 */
import { isRollcallError } from '../core/errors.ts'
import { newKeySecret } from '../core/token.ts'
import { nodeEnv } from '../env.ts'
import { withConfigFile } from './config-file.ts'
import { readSettings, type Sources } from './settings.ts'
import { type RunningServer, startServer } from './start-server.ts'

/** What running needs of the process around it. */
export interface ServeOptions extends Sources {
  /** Writes lines for people. */
  readonly write: (text: string) => void

  /** Writes what went wrong. */
  readonly complain: (text: string) => void

  /** Calls back with the name of each signal that asks the process to end. */
  readonly onSignal: (callback: (signal: string) => void) => void

  /** Whether the server serves the page of the demo. */
  readonly demo?: boolean

  /** Begins something beside the server once that listens. */
  readonly beside?: (server: Reachable) => Beside
}

/** Where a server is, and a key that opens all of it. */
export interface Reachable {
  readonly url: string
  readonly key: string

  /** Whether whoever started the server gave that key, and so knows it. */
  readonly given: boolean
}

/** Something that lives beside a server, in the same process. */
export interface Beside {
  /** What to say in place of the usual welcome. */
  readonly welcome: string

  /** Ends it, before the server ends. */
  close(): Promise<void>
}

/** Runs a server until a signal ends it. Answers with the exit code; a second signal gives up at once. */
export async function serve({
  write,
  complain,
  onSignal,
  demo = false,
  beside,
  ...sources
}: ServeOptions): Promise<number> {
  const ending = new AbortController()
  const asked = new Promise<void>((resolve) =>
    onSignal(() => {
      ending.abort()
      resolve()
    }),
  )
  try {
    const settings = readSettings(withConfigFile(sources))
    const server = await startServer(settings, ending.signal, { demo })
    const companion = beside?.(await reach(server, settings.key))
    write(companion?.welcome ?? welcome(server))
    await asked
    onSignal(() => process.exit(1))
    await companion?.close()
    await server.close()
    return 0
  } catch (fault) {
    if (!isRollcallError(fault)) throw fault
    if (ending.signal.aborted) return 0
    complain(`Rollcall did not start.\n${fault.message}\n`)
    return fault.code === 'bad-request' ? 2 : 1
  }
}

/** Finds a key: the given or the first one; where an earlier start made that, one that the next start takes back. */
async function reach(
  { url, firstKey, sessions }: RunningServer,
  given: string | undefined,
): Promise<Reachable> {
  const known = given ?? firstKey
  if (known !== undefined) return { url, key: known, given: given !== undefined }
  const key = newKeySecret(nodeEnv())
  await sessions.keys.ensure({ name: 'beside', scopes: ['admin'], secret: key })
  return { url, key, given: false }
}

function welcome({ url, firstKey }: RunningServer): string {
  const key = firstKey ?? '$ROLLCALL_KEY'
  const made =
    firstKey === undefined
      ? ''
      : `\nThe first access key, shown this once. Keep it:\n\n  export ROLLCALL_KEY=${firstKey}\n`
  return `\nRollcall listens on ${url}\n${made}
Issue a session:

  curl -s ${url}/v1/sessions -H "Authorization: Bearer ${key}" \\
    -H "Content-Type: application/json" -d '{"user":{"id":"u1"}}'

`
}
