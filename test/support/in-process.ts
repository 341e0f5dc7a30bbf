import { readSettings } from '../../src/server/settings.ts'
import { type RunningServer, startServer } from '../../src/server/start-server.ts'
import { KEY } from './server-process.ts'

/** A whole server in this process, on a free port, over a memory store. */
export async function serverBench(...flags: readonly string[]): Promise<RunningServer & AsyncDisposable> {
  const argv = ['--store=memory:', '--port=0', '--log-level=silent', `--key=${KEY}`, ...flags]
  const server = await startServer(readSettings({ argv, env: {} }))
  return { ...server, [Symbol.asyncDispose]: () => server.close() }
}
