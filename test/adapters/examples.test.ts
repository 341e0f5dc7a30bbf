import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { type Browser, browserAt } from '../support/browser.ts'
import { freePort, KEY, startServerProcess } from '../support/server-process.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

const ROOT = join(import.meta.dirname, '../..')
const FROM_SOURCE = pathToFileURL(join(ROOT, 'test/support/from-source.ts')).href

test('the Express example does what it shows', async () => {
  await walkThrough('express', { STORE: `${temporaryFolder()}/sessions.db` })
})

test('the Fastify example does what it shows, over a server', async () => {
  const server = await startServerProcess({ store: 'memory:', port: await freePort() })
  try {
    await walkThrough('fastify', { ROLLCALL_URL: server.url, ROLLCALL_KEY: KEY })
  } finally {
    await server.kill()
  }
})

test('the Hono example does what it shows', async () => {
  await walkThrough('hono', {})
})

async function walkThrough(example: string, env: Readonly<Record<string, string>>): Promise<void> {
  const port = await freePort()
  const url = `http://localhost:${port}`
  const program = spawn(process.execPath, ['--import', FROM_SOURCE, `examples/${example}/server.ts`], {
    cwd: ROOT,
    env: { ...process.env, ...env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [program.stdout, program.stderr]) stream.on('data', (chunk) => (output += chunk))
  const gone = new Promise((resolve) => program.once('exit', resolve))
  try {
    await until(`the ${example} example listens`, async () => {
      assert.equal(program.exitCode, null, output)
      return fetch(`${url}/me`).then(
        ({ status }) => status === 401,
        () => false,
      )
    })
    await useIt(
      browserAt(url),
      browserAt(url, 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Safari/604.1'),
    )
  } finally {
    program.kill('SIGTERM')
    await gone
  }
  assert.equal(output, '')
}

async function useIt(laptop: Browser, phone: Browser): Promise<void> {
  assert.equal((await laptop.ask('POST', '/sign-in', { name: 'ada', password: 'wrong' })).status, 403)
  assert.equal(laptop.cookies.size, 0)
  for (const browser of [laptop, phone])
    assert.equal((await browser.ask('POST', '/sign-in', { name: 'ada', password: 'lovelace' })).status, 201)
  assert.deepEqual([...laptop.cookies.keys()], ['rollcall'])

  const me = await laptop.ask('GET', '/me')
  assert.deepEqual(me.json.user, { id: 'ada', role: 'member' })
  assert.ok(!JSON.stringify(me.json).includes('rct_'))

  const where = Object.values((await laptop.ask('GET', '/sessions')).json) as {
    current: boolean
    device: object
  }[]
  assert.deepEqual(where.map(({ current }) => current).toSorted(), [false, true])
  assert.ok(where.every(({ device }) => 'ip' in device && 'os' in device))

  const refused = await laptop.ask('POST', '/payments')
  assert.deepEqual([refused.status, refused.json.code], [401, 'not-fresh'])
  assert.match(refused.headers.get('www-authenticate') ?? '', /acr_values="2", max_age="300"/)
  const before = laptop.cookies.get('rollcall')
  assert.equal((await laptop.ask('POST', '/second-factor', { code: '123456' })).status, 200)
  assert.notEqual(laptop.cookies.get('rollcall'), before)
  assert.equal((await laptop.ask('POST', '/payments')).status, 201)

  assert.deepEqual((await laptop.ask('DELETE', '/sessions/others')).json, { ended: 1 })
  const over = await phone.ask('GET', '/me')
  assert.deepEqual([over.status, over.json.code, over.json.reason], [401, 'session-ended', 'revoked'])

  const predecessor = laptop.cookies.get('rollcall')
  const renewed = await laptop.ask('POST', '/refresh')
  assert.equal(renewed.status, 200)
  assert.ok(!('token' in renewed.json))
  assert.notEqual(laptop.cookies.get('rollcall'), predecessor)
  assert.equal((await laptop.ask('GET', '/me')).status, 200)

  const left = await laptop.ask('POST', '/sign-out')
  assert.equal(left.status, 204)
  assert.equal(left.headers.get('clear-site-data'), '"cache", "storage"')
  assert.equal(laptop.cookies.size, 0)
  assert.equal((await laptop.ask('GET', '/me')).json.code, 'no-session')
}
