/** A server that acknowledges before it writes: what the crash test must catch, or it proves nothing. */
import { parseArgs } from 'node:util'
import type { SessionStore } from '../../src/core/store.ts'
import { createSessions } from '../../src/engine/create-sessions.ts'
import { nodeEnv } from '../../src/env.ts'
import { createApp } from '../../src/http/app.ts'
import { sqliteStore } from '../../src/stores/sql/sqlite/store.ts'
import { KEY } from '../support/server-process.ts'

/** How long it takes its time to write, in milliseconds: longer than it lives. */
const LATE = 1_000

const { port, store: place } = parseArgs({
  options: { port: { type: 'string' }, store: { type: 'string' }, 'log-level': { type: 'string' } },
}).values
const env = nodeEnv()
const store = await sqliteStore({ path: (place ?? '').replace('sqlite:', ''), clock: env.now })

const careless: SessionStore = {
  ...store,
  async end(selector, ending, limit) {
    setTimeout(() => void store.end(selector, ending, limit), LATE)
    return { ended: [], descendants: [], position: '0' }
  },
  async advanceEpoch(scope, ending) {
    setTimeout(() => void store.advanceEpoch(scope, ending), LATE)
    return { ended: 0, descendants: 0, position: '0' }
  },
}

const sessions = createSessions({ store: careless, env })
await sessions.keys.ensure({ name: 'configured', scopes: ['admin'], secret: KEY })
await createApp({ sessions, version: 'careless' }).listen({ port: Number(port), host: '127.0.0.1' })
