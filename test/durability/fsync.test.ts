import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { call, freePort, KEY, startServerProcess } from '../support/server-process.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts')
const hasStrace = spawnSync('strace', ['-V']).status === 0
const skip = hasStrace || process.env.CI ? false : 'strace is not installed: apt-get install strace'

test('every acknowledged write is on the disk before its answer leaves', { skip }, async () => {
  const folder = temporaryFolder()
  const trace = `${folder}/trace`
  const command = [
    'strace',
    '-f',
    '-s',
    '64',
    '-e',
    'trace=fdatasync,fsync,pwrite64,write,writev,sendto',
    '-o',
    trace,
  ]
  const server = await startServerProcess({
    store: `sqlite:${folder}/traced.db`,
    port: await freePort(),
    command: [...command, process.execPath, MAIN, 'serve'],
  })
  const { json } = await call(server.url, 'POST', '/v1/sessions', KEY, { user: { id: 'ada' } })
  await call(server.url, 'GET', '/v1/whoami', json.token)
  await call(server.url, 'DELETE', `/v1/sessions/${json.session?.id}`, KEY)
  await server.kill('SIGTERM')

  const lines = readFileSync(trace, 'utf8').split('\n')
  const answers = lines.flatMap((line, index) => (/"HTTP\/1\.1 20[01] /.test(line) ? [index] : []))
  const [issued = -1, asked = -1, ended = -1] = answers.slice(-3)
  assert.match(lines[issued] ?? '', /201 Created/)
  assert.ok(syncedWrite(lines.slice(0, issued)), 'issue')
  assert.ok(syncedWrite(lines.slice(asked, ended)), 'end')
  assert.ok(
    !syncedWrite(lines.slice(issued, asked)),
    'a mere question writes nothing, so that the trace can tell the difference',
  )
})

/** Tells whether the last write to a file was synced afterwards, and there was one. */
function syncedWrite(lines: readonly string[]): boolean {
  const write = lines.findLastIndex((line) => line.includes('pwrite64('))
  const sync = lines.findLastIndex((line) => /fdatasync\(\d+\)|fdatasync resumed/.test(line))
  return write >= 0 && sync > write
}
