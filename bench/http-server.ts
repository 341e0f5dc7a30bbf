/** A server for `rollcall.ts`: `bare` answers the same bytes and does nothing else; the others are Rollcall. */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createSessions } from '../src/engine/create-sessions.ts'
import { nodeEnv } from '../src/env.ts'
import { createApp } from '../src/http/app.ts'
import { sqliteStore } from '../src/stores/sql/sqlite/store.ts'

const [kind = '', port = '0', path = '', tokens = ''] = process.argv.slice(2)
const env = nodeEnv()

if (kind === 'bare') {
  const answer = JSON.parse(readFileSync(path, 'utf8')) as {
    readonly headers: string[]
    readonly body: string
  }
  const server = createServer((_request, response) => {
    response.writeHead(200, answer.headers)
    response.end(answer.body)
  })
  server.listen(Number(port), '127.0.0.1', () => process.stdout.write('warm\n'))
} else {
  const store = await sqliteStore({ path, clock: env.now })
  const cold = kind === 'cold'
  const sessions = createSessions({ store, env, policy: cold ? { cached: 1 } : {} })
  await createApp({ sessions, version: 'bench' }).listen({ port: Number(port), host: '127.0.0.1' })
  if (!cold) for (const token of readFileSync(tokens, 'utf8').trim().split('\n')) await sessions.verify(token)
  process.stdout.write('warm\n')
}
