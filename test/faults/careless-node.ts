/** A node that is careless in the way its first argument names: what the proof of faults must catch. */
import { createSessions } from '../../src/engine/create-sessions.ts'
import { nodeEnv } from '../../src/env.ts'
import { createApp } from '../../src/http/app.ts'
import { openStore } from '../../src/server/open-store.ts'
import { policyOf } from '../../src/server/policy.ts'
import { readSettings } from '../../src/server/settings.ts'
import { KEY } from '../support/server-process.ts'
import { type Carelessness, SPOILERS } from './careless.ts'

const [carelessness = '', ...argv] = process.argv.slice(2)
const settings = readSettings({ argv, env: process.env })
const env = nodeEnv()
const store = await openStore(settings, env.now)
const parts = SPOILERS[carelessness as Carelessness]({ store, env, policy: policyOf(settings) })
const sessions = createSessions(parts)
await sessions.keys.ensure({ name: 'configured', scopes: ['admin'], secret: KEY })
await createApp({ sessions, version: carelessness }).listen({ port: settings.port, host: settings.host })
