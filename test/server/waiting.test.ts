import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { contradictionsOf, openStore } from '../../src/server/open-store.ts'
import { readSettings } from '../../src/server/settings.ts'
import { startPostgres, WITHOUT_POSTGRES } from '../support/postgres-server.ts'
import { freePort, KEY } from '../support/server-process.ts'
import { until } from '../support/until.ts'

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts')
const SECRET = 'hunter-two'

interface Started {
  readonly url: string
  output(): string
  end(): Promise<number | null>
  readonly ended: Promise<number | null>
}

async function start(store: string, ...flags: readonly string[]): Promise<Started> {
  const port = await freePort()
  const words = ['serve', '--store', store, '--port', String(port), ...flags]
  const child = spawn(process.execPath, [MAIN, ...words], { env: { ...process.env, ROLLCALL_KEY: KEY } })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text))
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  process.once('exit', () => child.kill('SIGKILL'))
  return {
    url: `http://127.0.0.1:${port}`,
    output: () => output,
    ended,
    end: () => {
      child.kill('SIGTERM')
      return ended
    },
  }
}

const statusOf = (url: string, path: string): Promise<number> =>
  fetch(url + path).then(
    ({ status }) => status,
    () => 0,
  )

for (const scheme of ['postgres', 'redis']) {
  test(`a server whose ${scheme} store is down is alive, not ready, says so once, and ends when it is asked to`, async () => {
    const server = await start(`${scheme}://ada:${SECRET}@127.0.0.1:${await freePort()}/0`)
    await until('it is alive', async () => (await statusOf(server.url, '/healthz')) === 200, 20_000)
    assert.deepEqual(
      [await statusOf(server.url, '/readyz'), await statusOf(server.url, '/v1/whoami')],
      [503, 503],
    )
    assert.equal(await server.end(), 0)
    assert.equal(server.output().match(/Waiting for the store/g)?.length, 1)
    assert.ok(!server.output().includes(SECRET), 'no password is logged')
    assert.match(server.output(), new RegExp(`${scheme}://…@127.0.0.1`))
  })
}

test('it is ready when the store comes', { skip: WITHOUT_POSTGRES }, async () => {
  await using postgres = await startPostgres()
  await postgres.stop('killed')
  const server = await start(postgres.url())
  await until('it waits', async () => (await statusOf(server.url, '/healthz')) === 200, 20_000)
  assert.equal(await statusOf(server.url, '/readyz'), 503)
  await postgres.start()
  await until('it is ready', async () => (await statusOf(server.url, '/readyz')) === 200, 20_000)
  assert.equal(await server.end(), 0)
})

test('a database that is not there is not waited for', { skip: WITHOUT_POSTGRES }, async () => {
  await using postgres = await startPostgres()
  const server = await start(postgres.url().replace(/[^/]*$/, 'nowhere'))
  assert.equal(await server.ended, 1)
  assert.match(server.output(), /createdb/)
})

test('settings that contradict each other are told, and no server starts', async () => {
  const settings = (...argv: readonly string[]) => readSettings({ argv, env: {} })
  for (const [argv, sign] of [
    [['--durability=replicated'], /has none/],
    [['--feed=postgres://db/x'], /many nodes share/],
    [['--store=redis://cache', '--feed=postgres://db/x'], /another kind/],
  ] as const) {
    assert.match(contradictionsOf(settings(...argv)).join(), sign)
    await assert.rejects(openStore(settings(...argv), Date.now), { code: 'bad-request', message: sign })
  }
  assert.deepEqual(contradictionsOf(settings('--store=postgres://db/x', '--feed=postgres://db:1/x')), [])
})
