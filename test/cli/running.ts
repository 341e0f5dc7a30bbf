import type { AddressInfo } from 'node:net'
import { createSessions } from '../../src/engine/create-sessions.ts'
import { nodeEnv } from '../../src/env.ts'
import { createApp } from '../../src/http/app.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { type Ran, rollcall, type Sitting } from './recorder.ts'

/** The first access key of every server started here. */
export const KEY = 'rck_of_the_operator_0123456789'

/** A running server, and a command line that knows where it is. */
export interface Running extends AsyncDisposable {
  readonly url: string
  rollcall(line: string, sitting?: Sitting): Promise<Ran>

  /** Runs a line with `--json`, and reads what it printed. */
  json(line: string): Promise<Record<string, unknown>>
}

/** Starts a server with nothing in it. */
export async function startRunning(): Promise<Running> {
  const sessions = createSessions({ store: memoryStore(), env: nodeEnv() } as never)
  await sessions.keys.ensure({ name: 'operator', scopes: ['admin'], secret: KEY })
  const app = createApp({ sessions, version: '0' })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  const env = { ROLLCALL_URL: url, ROLLCALL_KEY: KEY }
  const type = (line: string, sitting: Sitting = {}) =>
    rollcall(line.split(' '), { ...sitting, env: { ...env, ...sitting.env } })
  return {
    url,
    rollcall: type,
    async json(line) {
      return JSON.parse((await type(`${line} --json`)).out)
    },
    async [Symbol.asyncDispose]() {
      await app.close()
      await sessions.close()
    },
  }
}
