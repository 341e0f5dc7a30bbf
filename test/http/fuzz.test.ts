import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import { ALL_REALMS } from '../../src/core/access-key.ts'
import type { App } from '../../src/http/app.ts'
import type { Described } from '../../src/http/docs/described.ts'
import { newTally } from '../../src/http/watching.ts'
import { startMetrics } from '../../src/server/metrics.ts'
import { type AppBench, appBench } from '../support/app.ts'
import { call, KEY } from '../support/server-process.ts'
import { type Fuzz, fuzz } from './fuzz/fuzz.ts'
import { type Credentials, requestsTo } from './fuzz/requests.ts'
import { RIGHT, type World, WRONG, worldOn } from './fuzz/world.ts'

/** What requests are drawn from. `FUZZ_SEED` draws the same ones again. */
const SEED = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 31))

function bench(alter?: (app: App) => void): Promise<AppBench> {
  return appBench(['https://app.example.com'], { meter: startMetrics(newTally(), 'test') }, alter)
}

/** Fuzzes a server with ten thousand requests, or as many as it takes to find a fault. */
async function run(on: AppBench, credentials: Credentials, world?: World): Promise<Fuzz> {
  const described = (await (await fetch(`${on.url}/openapi.json`)).json()) as Described
  return fuzz(on, world ?? (await worldOn(on)), {
    requests: requestsTo(described, credentials),
    count: 10_000,
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
  const done = await run(on, WRONG, world)
  assert.equal(done.fault, undefined)
  assert.equal(await everything(on), before)
  await stillServes(on)
  t.diagnostic(told(done))
})

test('ten thousand requests with right credentials get answers as described, and never a fault', async (t) => {
  await using on = await bench()
  const done = await run(on, RIGHT)
  assert.equal(done.fault, undefined)
  assert.ok((done.byStatus.get(200) ?? 0) > 1_000, told(done))
  await stillServes(on)
  t.diagnostic(told(done))
})

test('a route that falls over some input is caught', async () => {
  await using on = await bench((app) =>
    app.addHook('onRoute', (route) => {
      if (route.url !== '/v1/users/:id' || route.method !== 'GET') return
      const preHandler = async ({ params }: { readonly params: unknown }): Promise<void> => {
        if (/[^ -~]/.test(String((params as { id?: unknown }).id))) throw new TypeError('no such luck')
      }
      Object.assign(route, { preHandler })
    }),
  )
  assert.match((await run(on, RIGHT)).fault ?? '', /internal|fault of the server/)
})

test('a route that answers what it does not say is caught', async () => {
  await using on = await bench((app) =>
    app.addHook('onRoute', (route) => {
      if (route.url === '/v1/sessions/end')
        Object.assign(route, {
          onSend: async (_: unknown, reply: { code(status: number): void; statusCode: number }) =>
            void (reply.statusCode === 200 && reply.code(202)),
        })
    }),
  )
  assert.match((await run(on, RIGHT)).fault ?? '', /answered 202: the status is not among/)
})

test('a route that does what it is told by anybody is caught', async () => {
  await using on = await bench((app) =>
    app.addHook('onRoute', (route) => {
      if (route.url !== '/v1/sessions/:id' || route.method !== 'DELETE') return
      const key = { id: 'key_x', name: 'x', realm: ALL_REALMS, scopes: ['admin'], createdAt: 0 } as const
      const preHandler = async (request: { caller: unknown }): Promise<void> => {
        request.caller = { kind: 'key', key }
      }
      Object.assign(route, { config: { access: 'anyone' }, preHandler })
    }),
  )
  assert.match((await run(on, WRONG)).fault ?? '', /something came of one of/)
})
