/**
 * Running a server in the foreground: what it says when it starts, and how it ends.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { isRollcallError, RollcallError } from '../core/errors.ts'
import { configPath, readSettings, type Settings, type Sources } from './settings.ts'
import { type RunningServer, startServer } from './start-server.ts'

/** What running needs of the process around it. */
export interface ServeOptions extends Sources {
  /** Writes lines for people. */
  readonly write: (text: string) => void

  /** Calls back with the name of each signal that asks the process to end. */
  readonly onSignal: (callback: (signal: string) => void) => void
}

/** Runs a server until a signal ends it. Answers with the exit code; a second signal gives up at once. */
export async function serve({ write, onSignal, ...sources }: ServeOptions): Promise<number> {
  try {
    const server = await startServer(settingsOf(sources))
    write(welcome(server))
    await new Promise<void>((resolve) => onSignal(() => resolve()))
    onSignal(() => process.exit(1))
    await server.close()
    return 0
  } catch (fault) {
    if (!isRollcallError(fault)) throw fault
    write(`Rollcall did not start.\n${fault.message}\n`)
    return fault.code === 'bad-request' ? 2 : 1
  }
}

function settingsOf(sources: Sources): Settings {
  const path = configPath(sources)
  return readSettings(path === undefined ? sources : { ...sources, file: readFile(path) })
}

function readFile(path: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return { ...parsed }
  } catch (fault) {
    const why = fault instanceof Error ? fault.message : 'unknown'
    throw new RollcallError('bad-request', `The configuration file ${path} cannot be read: ${why}.`)
  }
  throw new RollcallError(
    'bad-request',
    `The configuration file ${path} must hold one JSON object, such as {"port": 4780}.`,
  )
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
