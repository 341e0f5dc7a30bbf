import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { isRollcallError, RollcallError } from '../../src/core/errors.ts'
import { contradictionsOf, openStore } from '../../src/server/open-store.ts'
import { readSettings } from '../../src/server/settings.ts'
import { explainFault, isWorthWaiting } from '../../src/server/store-faults.ts'
import { waitingRoom } from '../../src/server/wait-for-store.ts'
import { atExit } from '../support/at-exit.ts'
import { startPostgres, WITHOUT_POSTGRES } from '../support/postgres-server.ts'
import { redisServer, WITHOUT_REDIS } from '../support/redis-server.ts'
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
  child.once(
    'exit',
    atExit(() => void child.kill('SIGKILL')),
  )
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

test('a wrong password is not waited for', { skip: WITHOUT_REDIS }, async () => {
  await using redis = await redisServer()
  await redis.ask('config', 'set', 'requirepass', 'secret-of-redis')
  for (const url of [`redis://:${SECRET}@127.0.0.1:${redis.port}`, `redis://127.0.0.1:${redis.port}`]) {
    const server = await start(url)
    await until('it has ended', async () => (await Promise.race([server.ended, 'runs'])) !== 'runs', 20_000)
    assert.equal(await server.ended, 1, server.output())
    assert.match(server.output(), /Check the user and the password/)
    assert.ok(!server.output().includes(SECRET))
  }
})

test('a store that falls silent after it was opened is waited for as well, on a port that says so', async () => {
  const port = await freePort()
  const lines: string[] = []
  const { signal } = new AbortController()
  const room = waitingRoom({ host: '127.0.0.1', port, say: (line) => lines.push(line), signal })
  const passes = (fault: unknown): boolean =>
    isRollcallError(fault, 'store-unavailable') || isRollcallError(fault, 'outcome-unknown')
  assert.equal(await room.insist(async () => 'opened', passes), 'opened')
  assert.equal(await statusOf(`http://127.0.0.1:${port}`, '/healthz'), 0)
  const faults = [new RollcallError('outcome-unknown'), new RollcallError('store-unavailable')]
  const ensured = room.insist(async () => {
    const fault = faults.pop()
    if (fault !== undefined) throw fault
    return 'ensured'
  }, passes)
  await until('it says so', async () => (await statusOf(`http://127.0.0.1:${port}`, '/readyz')) === 503)
  assert.equal(await ensured, 'ensured')
  assert.equal(await statusOf(`http://127.0.0.1:${port}`, '/healthz'), 200, 'the port is kept until the end')
  assert.equal(lines.length, 2)
  await assert.rejects(
    room.insist(() => Promise.reject(new RollcallError('conflict')), passes),
    { code: 'conflict' },
  )
  assert.equal(room.port(), port)
  await room.close()
  assert.equal(await statusOf(`http://127.0.0.1:${port}`, '/healthz'), 0)
})

test('codes decide what is waited for, and never words', () => {
  const store = { kind: 'postgres', url: 'postgres://db/x' } as const
  const explained = (fault: unknown): unknown => explainFault(fault, store, 'postgres://db/x')
  const coded = (code: string): Error =>
    new RollcallError('store-unavailable', 'Away.', {}, Object.assign(new Error('no'), { code }))
  for (const code of ['28P01', '3D000', '42501', 'CERT_HAS_EXPIRED'])
    assert.ok(isRollcallError(explained(coded(code)), 'conflict'), code)
  assert.ok(!isWorthWaiting(explained(new RollcallError('conflict', 'Written by a newer one.'))))
  for (const fault of [coded('ECONNREFUSED'), coded('57P03'), new Error('its certificate has no password')])
    assert.ok(isWorthWaiting(explained(fault)), String(fault))
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
