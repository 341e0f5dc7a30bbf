/**
 * Dialects on a real server, beside the native API.
 *
 * @module
 */
import type { SessionStore } from '../../src/core/store.ts'
import { createSessions } from '../../src/engine/create-sessions.ts'
import type { SessionManager } from '../../src/engine/manager.ts'
import { nodeEnv } from '../../src/env.ts'
import { type AppOptions, createApp } from '../../src/http/app.ts'
import type { Mount } from '../../src/http/dialects/mount.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { KEY } from '../support/server-process.ts'
import { makeDialect } from './made.ts'

/** A server that speaks dialects. */
export interface Serving extends AsyncDisposable {
  readonly url: string
  readonly sessions: SessionManager
}

/** What is served. */
export interface ServingOptions extends Omit<Partial<AppOptions>, 'sessions' | 'mounts'> {
  /** Dialects by name, each with where it is spoken; at its own paths unless told otherwise. */
  readonly dialects: Readonly<Record<string, Omit<Mount, 'dialect'>>>

  /** What dialects are made with, by name. */
  readonly made?: Readonly<Record<string, Readonly<Record<string, unknown>>>>

  /** One in memory unless told otherwise. */
  readonly store?: SessionStore
}

/** Starts one, with the key of the tests, on the realm `default`. */
export async function serve({ dialects, made = {}, store, ...options }: ServingOptions): Promise<Serving> {
  const env = nodeEnv()
  const sessions = createSessions({
    store: store ?? memoryStore({ clock: env.now }),
    env,
    policy: { maxStaleness: 0 },
  })
  await sessions.keys.ensure({ name: 'tests', scopes: ['admin'], secret: KEY })
  const mounts = Object.entries(dialects).map(([name, place]) => ({
    dialect: makeDialect(name, { sessions, realm: 'default' }, made[name]),
    ...place,
  }))
  const app = createApp({ sessions, version: 'test', ...options, mounts })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  return {
    url,
    sessions,
    async [Symbol.asyncDispose]() {
      app.server.closeAllConnections()
      await app.close()
      await sessions.close()
    },
  }
}
