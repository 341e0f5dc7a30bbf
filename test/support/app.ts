import assert from 'node:assert/strict'
import type { SessionStore } from '../../src/core/store.ts'
import { createSessions } from '../../src/engine/create-sessions.ts'
import type { SessionManager } from '../../src/engine/manager.ts'
import type { SessionPolicy } from '../../src/engine/settled.ts'
import { nodeEnv } from '../../src/env.ts'
import { type App, type AppOptions, createApp } from '../../src/http/app.ts'
import type { Hub } from '../../src/live/contract.ts'
import { createHub } from '../../src/live/hub.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { judgeAnswers } from './conformance.ts'
import { KEY } from './server-process.ts'

/** The HTTP application on a real socket, over a memory store. Its answers must all have been as described when it is let go, unless it speaks dialects. */
export interface AppBench extends AsyncDisposable {
  readonly url: string
  readonly sessions: SessionManager
  readonly hub: Hub

  /** What the answers so far had that is not as described. Whoever takes it answers for it. */
  takeBreaches(): readonly string[]

  /** Issues a session and answers with its token and id. */
  issue(user: string, realm?: string): Promise<{ readonly token: string; readonly id: string }>
}

/** What a bench is made of, where that matters. */
export interface AppParts {
  /** The store; one in memory unless told otherwise. */
  readonly store?: SessionStore
  readonly policy?: SessionPolicy

  /** Where it listens; a free port unless told otherwise. */
  readonly port?: number

  /** How many lines may be open. */
  readonly lines?: { readonly linesPerSession?: number; readonly linesPerAddress?: number }

  /** Spoils the application before its routes are added. */
  readonly alter?: (app: App) => void
}

/** Starts one. */
export async function appBench(
  allowOrigins: readonly string[] = [],
  options: Omit<Partial<AppOptions>, 'sessions'> = {},
  parts: AppParts = {},
): Promise<AppBench> {
  const env = nodeEnv()
  const { store = memoryStore({ clock: env.now }), policy = {} } = parts
  const sessions = createSessions({ store, env, policy })
  await sessions.keys.ensure({ name: 'tests', scopes: ['admin'], secret: KEY })
  const hub = createHub({ sessions, env, ...parts.lines })
  const app = createApp({ sessions, hub, version: 'test', allowOrigins, ...options })
  parts.alter?.(app)
  const breaches = options.mounts === undefined ? await judgeAnswers(app) : []
  const url = await app.listen({ port: parts.port ?? 0, host: '127.0.0.1' })
  return {
    url,
    sessions,
    hub,
    takeBreaches: () => breaches.splice(0),
    async issue(user, realm = 'default') {
      const { token, session } = await sessions.issue({ user: { id: user }, realm })
      return { token, id: session.id }
    },
    async [Symbol.asyncDispose]() {
      await hub.close()
      app.server.closeAllConnections()
      await app.close()
      await sessions.close()
      assert.deepEqual(breaches, [], 'The server gave answers that /openapi.json does not describe.')
    },
  }
}
