import { createSessions } from '../../src/engine/create-sessions.ts'
import type { SessionManager } from '../../src/engine/manager.ts'
import { nodeEnv } from '../../src/env.ts'
import { createApp } from '../../src/http/app.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { KEY } from './server-process.ts'

/** The HTTP application on a real socket, over a memory store. */
export interface AppBench extends AsyncDisposable {
  readonly url: string
  readonly sessions: SessionManager

  /** Issues a session and answers with its token and id. */
  issue(user: string, realm?: string): Promise<{ readonly token: string; readonly id: string }>
}

/** Starts one. */
export async function appBench(allowOrigins: readonly string[] = []): Promise<AppBench> {
  const env = nodeEnv()
  const sessions = createSessions({ store: memoryStore({ clock: env.now }), env })
  await sessions.keys.ensure({ name: 'tests', scopes: ['admin'], secret: KEY })
  const app = createApp({ sessions, version: 'test', allowOrigins })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  return {
    url,
    sessions,
    async issue(user, realm = 'default') {
      const { token, session } = await sessions.issue({ user: { id: user }, realm })
      return { token, id: session.id }
    },
    async [Symbol.asyncDispose]() {
      app.server.closeAllConnections()
      await app.close()
      await sessions.close()
    },
  }
}
