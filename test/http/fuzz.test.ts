import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { ALL_REALMS } from '../../src/core/access-key.ts'
import type { Described } from '../../src/http/docs/described.ts'
import { newTally } from '../../src/http/watching.ts'
import { startMetrics } from '../../src/server/metrics.ts'
import { sqliteStore } from '../../src/sqlite.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { type AppBench, type AppParts, appBench } from '../support/app.ts'
import { call, KEY } from '../support/server-process.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { sendBytes, spoiled } from './fuzz/bytes.ts'
import { type Fuzz, fuzz } from './fuzz/fuzz.ts'
import { type Credentials, requestsTo } from './fuzz/requests.ts'
import { RIGHT, type World, WRONG, worldOn } from './fuzz/world.ts'

/** What requests are drawn from. `FUZZ_SEED` draws the same ones again. */
const SEED = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 31))

function bench(parts: AppParts = {}): Promise<AppBench> {
  return appBench(['https://app.example.com'], { meter: startMetrics(newTally(), 'test') }, parts)
}

/** Fuzzes a server with so many requests, or as many as it takes to find a fault. */
async function run(on: AppBench, credentials: Credentials, count = 10_000, world?: World): Promise<Fuzz> {
  const described = (await (await fetch(`${on.url}/openapi.json`)).json()) as Described
  return fuzz(on, world ?? (await worldOn(on)), {
    requests: requestsTo(described, credentials),
    count,
    seed: SEED,
    inert: credentials === WRONG,
  })
}

async function everything({ url }: AppBench): Promise<string> {
  const paths = [
    '/v1/sessions?status=any&limit=200',
    '/v1/users?limit=200',
    '/v1/keys',
    '/v1/denials',
    '/v1/events?limit=200',
  ]
  return (await Promise.all(paths.map((path) => call(url, 'GET', path, KEY)))).map(({ text }) => text).join()
}

async function stillServes(on: AppBench): Promise<void> {
  const { token } = await on.issue(`after-${randomInt(1e9)}`)
  assert.equal((await call(on.url, 'GET', '/v1/whoami', token)).status, 200)
  assert.equal((await call(on.url, 'GET', '/readyz')).status, 200)
}

const told = ({ sent, byStatus }: Fuzz): string =>
  `${sent} requests, seed ${SEED}: ${[...byStatus]
    .sort(([a], [b]) => a - b)
    .map(([status, count]) => `${count} × ${status}`)
    .join(', ')}`

test('nothing comes of ten thousand requests without a right credential, whatever they say', async (t) => {
  await using on = await bench()
  const world = await worldOn(on)
  const before = await everything(on)
  const done = await run(on, WRONG, 10_000, world)
  assert.equal(done.fault, undefined)
  assert.equal(await everything(on), before)
  await stillServes(on)
  t.diagnostic(told(done))
})

/** Stores, and how many requests each has time for. */
const STORES = {
  memory: [10_000, async () => memoryStore({ clock: Date.now })],
  SQLite: [2_000, () => sqliteStore({ path: join(temporaryFolder(), 'fuzz.db') })],
} as const

for (const [name, [count, open]] of Object.entries(STORES)) {
  test(`requests with right credentials get answers as described, and never a fault, on ${name}`, async (t) => {
    await using on = await bench({ store: await open() })
    const done = await run(on, RIGHT, count)
    assert.equal(done.fault, undefined)
    assert.ok((done.byStatus.get(200) ?? 0) > count / 5, told(done))
    await stillServes(on)
    t.diagnostic(told(done))
  })
}

test('bytes that are no request get a refusal, or nobody listens to them', async (t) => {
  await using on = await bench()
  const { token } = await on.issue('ada')
  const whole = Buffer.from(
    `POST /v1/verify HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${KEY}\r\nContent-Type: application/json\r\nContent-Length: 13\r\nConnection: close\r\n\r\n{"token":"x"}`,
  )
  const spoils = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255), fc.nat(3)), {
    minLength: 1,
    maxLength: 6,
  })
  const sent = fc.sample(spoils, { numRuns: 1_000, seed: SEED }).map((faults) => spoiled(whole, faults))
  const answers: string[] = []
  for (let from = 0; from < sent.length; from += 20)
    answers.push(...(await Promise.all(sent.slice(from, from + 20).map((bytes) => sendBytes(on.url, bytes)))))
  for (const answer of answers) assert.match(answer, /^(HTTP\/1\.1 [24]\d\d |$)/, `seed ${SEED}`)
  assert.equal((await call(on.url, 'GET', '/v1/whoami', token)).status, 200)
  t.diagnostic(
    `${answers.length} requests of spoiled bytes, seed ${SEED}: ${answers.filter(Boolean).length} answered`,
  )
})

test('a route that falls over some input is caught', async () => {
  await using on = await bench({
    alter: (app) =>
      app.addHook('onRoute', (route) => {
        if (route.url !== '/v1/users/:id' || route.method !== 'GET') return
        const preHandler = async ({ params }: { readonly params: unknown }): Promise<void> => {
          if (/[^ -~]/.test(String((params as { id?: unknown }).id))) throw new TypeError('no such luck')
        }
        Object.assign(route, { preHandler })
      }),
  })
  assert.match((await run(on, RIGHT)).fault ?? '', /internal|fault of the server/)
})

test('a route that answers what it does not say is caught', async () => {
  await using on = await bench({
    alter: (app) =>
      app.addHook('onRoute', (route) => {
        if (route.url === '/v1/sessions/end')
          Object.assign(route, {
            onSend: async (_: unknown, reply: { code(status: number): void; statusCode: number }) =>
              void (reply.statusCode === 200 && reply.code(202)),
          })
      }),
  })
  assert.match((await run(on, RIGHT)).fault ?? '', /answered 202: the status is not among/)
})

test('a route that does what it is told by anybody is caught', async () => {
  await using on = await bench({
    alter: (app) =>
      app.addHook('onRoute', (route) => {
        if (route.url !== '/v1/sessions/:id' || route.method !== 'DELETE') return
        const key = { id: 'key_x', name: 'x', realm: ALL_REALMS, scopes: ['admin'], createdAt: 0 } as const
        const preHandler = async (request: { caller: unknown }): Promise<void> => {
          request.caller = { kind: 'key', key }
        }
        Object.assign(route, { config: { access: 'anyone' }, preHandler })
      }),
  })
  assert.match((await run(on, WRONG)).fault ?? '', /something came of one of/)
})
