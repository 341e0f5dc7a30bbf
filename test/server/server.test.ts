import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { call, freePort, KEY, startServerProcess } from '../support/server-process.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const folder = temporaryFolder()
const MAIN = join(import.meta.dirname, '../../src/cli/main.ts')

test('what was ended is ended and what was live is live, after the server was killed', async () => {
  const store = `sqlite:${folder}/killed.db`
  const port = await freePort()
  const first = await startServerProcess({ store, port })
  const issue = async (): Promise<string> =>
    (await call(first.url, 'POST', '/v1/sessions', KEY, { user: { id: 'ada' } })).json.token ?? ''
  const [here, there] = [await issue(), await issue()]
  assert.equal((await call(first.url, 'DELETE', '/v1/me/sessions?scope=others', here)).json.ended, 1)
  await first.kill('SIGKILL')

  const second = await startServerProcess({ store, port })
  assert.equal((await call(second.url, 'GET', '/v1/whoami', here)).status, 200)
  assert.equal((await call(second.url, 'GET', '/v1/whoami', there)).json.reason, 'revoked')
  await second.kill('SIGTERM')
})

test('the first key is made and shown once', async () => {
  const store = `sqlite:${folder}/first.db`
  const port = await freePort()
  const first = await startServerProcess({ store, port, env: { ROLLCALL_KEY: '' } })
  const [key = ''] = /rck_\w+/.exec(first.output()) ?? []
  assert.equal((await call(first.url, 'GET', '/v1/sessions', key)).status, 200)
  await first.kill('SIGTERM')
  const second = await startServerProcess({ store, port, env: { ROLLCALL_KEY: '' } })
  assert.doesNotMatch(second.output(), /rck_/)
  assert.equal((await call(second.url, 'GET', '/v1/sessions', key)).status, 200)
  await second.kill('SIGTERM')
})

test('a second server on the same file is refused, and told who holds it', async () => {
  const store = `sqlite:${folder}/held.db`
  const holder = await startServerProcess({ store, port: await freePort() })
  const { code, output } = await runToEnd(['serve', '--store', store, '--port', String(await freePort())])
  assert.equal(code, 1)
  assert.match(output, new RegExp(`Another Rollcall is running .*process ${holder.process.pid}`))
  await holder.kill('SIGTERM')
})

test('a file that is no database, or damaged, is refused with what to do', async () => {
  const path = `${folder}/broken.db`
  writeFileSync(path, 'this is not a database, and was never meant to be one'.repeat(100))
  const { code, output } = await runToEnd([
    'serve',
    '--store',
    `sqlite:${path}`,
    '--port',
    String(await freePort()),
  ])
  assert.equal(code, 1)
  assert.match(output, /damaged.*restore a backup/)
})

test('a port that is taken is named, with the fix', async () => {
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  const address = taken.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const { code, output } = await runToEnd(['serve', '--store', 'memory:', '--port', String(port)])
  taken.close()
  assert.equal(code, 1)
  assert.match(output, new RegExp(`Port ${port} .* is taken.*--port ${port + 1}`))
})

test('asked to end, the server finishes what is under way and refuses nothing it took', async () => {
  const server = await startServerProcess({ store: `sqlite:${folder}/drain.db`, port: await freePort() })
  const asked = Array.from({ length: 50 }, () =>
    call(server.url, 'POST', '/v1/sessions', KEY, { user: { id: 'ada' } }),
  )
  await asked[0]
  const exit = once(server.process, 'exit')
  server.process.kill('SIGTERM')
  const answers = await Promise.allSettled(asked)
  assert.deepEqual(await exit, [0, null])
  for (const answer of answers)
    if (answer.status === 'fulfilled') assert.ok([201, 503].includes(answer.value.status))
  assert.match(server.output(), /rollcall has stopped/)
})

test('asked to end, the server does not wait for a connection that never asked for anything', async () => {
  const port = await freePort()
  const server = await startServerProcess({ store: 'memory:', port })
  const silent = connect(port, '127.0.0.1')
  await new Promise((resolve) => silent.once('connect', resolve))
  const asked = performance.now()
  await server.kill('SIGTERM')
  assert.ok(performance.now() - asked < 4_000)
  silent.destroy()
})

function runToEnd(
  words: readonly string[],
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(process.execPath, [MAIN, ...words], { env: { ...process.env, ROLLCALL_KEY: KEY } })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  return new Promise((resolve) => child.once('exit', (code) => resolve({ code, output })))
}
