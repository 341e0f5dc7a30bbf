/** A server of `rollcall.ts`: `bare` answers the same bytes and does nothing else; the others are Rollcall. */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { SessionStore } from '../src/core/store.ts'
import { createSessions } from '../src/engine/create-sessions.ts'
import type { SessionManager } from '../src/engine/manager.ts'
import type { SessionPolicy } from '../src/engine/settled.ts'
import { nodeEnv } from '../src/env.ts'
import { type AppOptions, createApp } from '../src/http/app.ts'
import { newTally } from '../src/http/watching.ts'
import { mountsOf } from '../src/server/dialects.ts'
import { startMetrics } from '../src/server/metrics.ts'
import { readSettings } from '../src/server/settings.ts'
import { isShared, openStore } from './open-store.ts'
import { FLAGS, KEY, type ServerTask } from './server-task.ts'
import { silent } from './silent.ts'

const task = JSON.parse(process.argv[2] ?? '') as ServerTask
const ahead = task.ahead ?? 0
const env = { ...nodeEnv(), now: () => Date.now() + ahead }
const { maxStaleness = 1_000 } = task

const MAKERS: Readonly<Record<Exclude<ServerTask['kind'], 'bare'>, () => Promise<Made>>> = {
  cached: () => made({ maxStaleness }),
  cold: () => made({ maxStaleness, cached: 1 }),
  silent: async () => ({ sessions: silent(await open(), env) }),
  whole,
}

if (task.kind === 'bare') {
  const { headers, body } = JSON.parse(readFileSync(task.path, 'utf8')) as {
    readonly headers: string[]
    readonly body: string
  }
  const server = createServer((_request, response) => {
    response.writeHead(200, headers)
    response.end(body)
  })
  server.listen(task.port, '127.0.0.1', sayReady)
} else {
  const { sessions, ...options } = await MAKERS[task.kind]()
  await createApp({ sessions, version: 'bench', ...options }).listen({ port: task.port, host: '127.0.0.1' })
  if (task.kind !== 'cold' && maxStaleness > 0)
    await haveAtHand(sessions, readFileSync(task.tokens, 'utf8').trim().split('\n'))
  sayReady()
}

/** What each kind of server is made of. */
type Made = Omit<AppOptions, 'version'>

function open(): Promise<SessionStore> {
  return openStore(task.path, { clock: env.now, feed: task.feed })
}

async function made(policy: SessionPolicy): Promise<Made> {
  return { sessions: createSessions({ store: await open(), env, policy }) }
}

/** What the command line starts, without its log. */
async function whole(): Promise<Made> {
  const tally = newTally()
  const meter = startMetrics(tally, 'bench')
  const sessions = createSessions({ store: meter.time(await open()), env, policy: { maxStaleness } })
  meter.watch(sessions)
  await sessions.keys.ensure({ name: 'bench', scopes: ['admin'], secret: KEY })
  const settings = readSettings({ argv: FLAGS, env: {} })
  const { attemptLimit } = settings
  return {
    sessions,
    tally,
    meter,
    mounts: mountsOf(settings, sessions),
    ...(attemptLimit && { attemptLimit }),
  }
}

/**
 * Verifies each once, one at a time, or many where that is a round trip. Leaves what comes for a turn of its own, as
 * requests do: V8 forgets what it knew of turns if none comes for long.
 */
async function haveAtHand(sessions: SessionManager, tokens: readonly string[]): Promise<void> {
  const atOnce = isShared(task.path) ? 64 : 1
  for (let start = 0; start < tokens.length; start += atOnce) {
    await Promise.all(tokens.slice(start, start + atOnce).map((token) => sessions.verify(token)))
    await new Promise<void>((resolve) => process.nextTick(resolve))
  }
}

function sayReady(): void {
  process.stdout.write('warm\n')
}
