import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { call, freePort, KEY, startServerProcess } from '../support/server-process.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

const hasStrace = spawnSync('strace', ['-V']).status === 0
const skip = hasStrace || process.env.CI ? false : 'strace is not installed: apt-get install strace'

test('every acknowledged write is on the disk before its answer leaves', {
  skip,
  timeout: 60_000,
}, async () => {
  const folder = temporaryFolder()
  const trace = `${folder}/trace`
  const server = await startServerProcess({ store: `sqlite:${folder}/traced.db`, port: await freePort() })
  const calls = 'trace=fdatasync,fsync,pwrite64,write,writev,sendto'
  const tracer = spawn('strace', [
    '-f',
    '-s',
    '64',
    '-e',
    calls,
    '-o',
    trace,
    '-p',
    String(server.process.pid),
  ])
  const traced = new Promise((resolve) => tracer.once('exit', resolve))
  let said = ''
  tracer.stderr.on('data', (chunk) => {
    said += chunk
  })
  await until('strace has attached', () => said.includes('attached'))

  const { json } = await call(server.url, 'POST', '/v1/sessions', KEY, { user: { id: 'ada' } })
  for (let times = 0; times < QUESTIONS; times++) await call(server.url, 'GET', '/v1/whoami', json.token)
  await call(server.url, 'DELETE', `/v1/sessions/${json.session?.id}`, KEY)
  await call(server.url, 'DELETE', `/v1/sessions/${json.session?.id}`, KEY)
  await server.kill('SIGTERM')
  await traced

  const lines = readFileSync(trace, 'utf8').split('\n')
  const answers = lines.flatMap((line, index) => (/"HTTP\/1\.1 20[01] /.test(line) ? [index] : []))
  const [issued = -1, ...later] = answers
  const asked = later.slice(0, QUESTIONS)
  const [ended = -1, endedAgain = -1] = later.slice(QUESTIONS)
  assert.equal(later.length, QUESTIONS + 2)
  assert.ok(isSynced(lines.slice(0, issued)), 'issue')
  assert.ok(
    asked.some((answer, index) => !isSynced(lines.slice(later[index - 1] ?? issued, answer))),
    'a mere question writes nothing: the trace can tell the difference',
  )
  assert.ok(isSynced(lines.slice(asked.at(-1), ended)), 'end')
  assert.ok(isSynced(lines.slice(ended, endedAgain)), 'end of what is over')
})

/** How often a mere question is asked: the server may write something of its own between two of them. */
const QUESTIONS = 5

/** Tells whether something was written to a file, and synced afterwards; the next write may have begun by then. */
function isSynced(lines: readonly string[]): boolean {
  const write = lines.findIndex((line) => line.includes('pwrite64('))
  const sync = lines.findLastIndex((line) => /f(?:data)?sync(?:\(\d+\)| resumed)/.test(line))
  return write >= 0 && sync > write
}
