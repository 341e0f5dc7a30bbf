import { readSettings } from '../../src/server/settings.ts'
import { startServer } from '../../src/server/start-server.ts'
import { type Answer, call } from '../support/server-process.ts'
import { begin, type Going, type Ran, rollcall, type Sitting } from './recorder.ts'

/** The first access key of every server started here. */
export const KEY = 'rck_of_the_operator_0123456789'

/** A running server, and a command line that knows where it is. */
export interface Running extends AsyncDisposable {
  readonly url: string
  readonly key: string
  rollcall(line: string, sitting?: Sitting): Promise<Ran>

  /** Begins a line that goes on until it is interrupted. */
  begin(line: string, sitting?: Sitting): Going

  /** Runs a line with `--json`, and reads what it printed. */
  json(line: string): Promise<Record<string, unknown>>

  /** Asks the API itself, and reads its JSON. */
  ask(method: string, path: string, body?: object): Promise<Answer>
}

/** Starts a server with nothing in it, or on a file. */
export async function startRunning(store = 'memory:'): Promise<Running> {
  const argv = ['--store', store, '--port', '0', '--key', KEY, '--log-level', 'silent']
  const server = await startServer(readSettings({ argv, env: {} }))
  const { url } = server
  const env = { ROLLCALL_URL: url, ROLLCALL_KEY: KEY }
  const seated = (sitting: Sitting = {}) => ({ ...sitting, env: { ...env, ...sitting.env } })
  const type = (line: string, sitting?: Sitting) => rollcall(line.split(' '), seated(sitting))
  return {
    url,
    key: KEY,
    rollcall: type,
    begin: (line, sitting) => begin(line.split(' '), seated(sitting)),
    async json(line) {
      return JSON.parse((await type(`${line} --json`)).out)
    },
    ask: async (method, path, body) => (await call(url, method, path, KEY, body)).json,
    [Symbol.asyncDispose]: () => server.close(),
  }
}
