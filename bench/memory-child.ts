/** Has all sessions of a file at hand, for `memory.ts`, and writes by how much that made this process grow. */
import { readFileSync } from 'node:fs'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { createSessions } from '../src/engine/create-sessions.ts'
import { nodeEnv } from '../src/env.ts'
import { sendWhoami } from '../src/http/whoami.ts'
import { sqliteStore } from '../src/stores/sql/sqlite/store.ts'
import type { Growth } from './memory.ts'

const [path = '', tokens = ''] = process.argv.slice(2)
const env = nodeEnv()
const sessions = createSessions({ store: await sqliteStore({ path, clock: env.now }), env })
const all = readFileSync(tokens, 'utf8').trim().split('\n')
await answer(all[0] ?? '')
const before = measure()
for (const token of all) await answer(token)
const after = measure()
const growth: Growth = { heap: after.heap - before.heap, resident: after.resident - before.resident }
process.stdout.write(JSON.stringify(growth))
process.exit()

async function answer(token: string): Promise<void> {
  const verdict = await sessions.verify(token)
  if (!verdict.ok) throw new Error('A session of the population is not live')
  sendWhoami(new ServerResponse(new IncomingMessage(new Socket())), verdict)
}

function measure(): Growth {
  globalThis.gc?.()
  const { heapUsed, external, rss } = process.memoryUsage()
  return { heap: heapUsed + external, resident: rss }
}
