/**
 * Somebody who watches at Janus, in a process of their own.
 *
 * @module
 */
import { fork } from 'node:child_process'
import { join } from 'node:path'
import { atExit } from './at-exit.ts'
import { until } from './until.ts'

/** Somebody who watches. */
export interface JanusViewer {
  /** The state of the DTLS connection that their media comes over: `connected`, then `closed`. */
  dtls(): string | undefined

  /** Leaves as a page does that is closed in good order. */
  leave(): void

  /** Is gone without a word. */
  kill(): void
}

const WATCHING = join(import.meta.dirname, 'janus-watching.ts')

/** Watches a stream of Janus, and waits until media could come. */
export async function watchJanus(url: string, stream: number, name?: string): Promise<JanusViewer> {
  const child = fork(WATCHING, [url, String(stream), ...(name === undefined ? [] : [name])], {
    execArgv: [],
    stdio: 'ignore',
  })
  let dtls: string | undefined
  let connected = false
  child.on('message', (state) => {
    dtls = String(state)
    connected ||= dtls === 'connected'
  })
  const kill = (): void => void child.kill('SIGKILL')
  child.once('exit', atExit(kill))
  await until('the viewer is connected', () => connected).catch((fault: unknown) => {
    kill()
    throw fault
  })
  return { dtls: () => dtls, leave: () => void child.send('leave'), kill }
}
