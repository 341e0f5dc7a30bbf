import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import { ALL_REALMS } from '../../src/core/access-key.ts'
import type { SessionManager } from '../../src/engine/manager.ts'
import { type Fuzz, fuzz } from '../http/fuzz/fuzz.ts'
import { type Proof, requestsOf, right, wrong } from './fuzz/requests.ts'
import { type DialectWorld, dialectWorld } from './fuzz/world.ts'
import { makeDialect } from './made.ts'

/** What requests are drawn from. `FUZZ_SEED` draws the same ones again. */
const SEED = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 31))

/** What callers of each dialect prove themselves with, and what it is made with so that all of it is met. */
const DIALECTS: Readonly<Record<string, readonly [Proof, Readonly<Record<string, unknown>>]>> = {
  ome: ['key', { resources: ['default/app/declared'] }],
  weplanx: ['login', {}],
  crossid: ['login', {}],
  cumulonimbus: ['login', { limit: { requests: 1_000_000, window: 60_000 } }],
  datepoll: ['login', {}],
}

function worldOf(
  name: string,
  spoil: (sessions: SessionManager) => SessionManager = (sessions) => sessions,
): Promise<DialectWorld> {
  const [, options] = DIALECTS[name] ?? []
  return dialectWorld((sessions) =>
    makeDialect(name, { sessions: spoil(sessions), realm: 'default' }, options),
  )
}

async function run(world: DialectWorld, inert: boolean, count: number): Promise<Fuzz> {
  const [proof = 'login'] = DIALECTS[world.dialect.name] ?? []
  const requests = requestsOf(world.dialect, proof, inert ? wrong(proof) : right(proof))
  return fuzz(world.bench, world, { requests, count, seed: SEED, inert })
}

const told = ({ sent, byStatus, slowest }: Fuzz): string =>
  `${sent} requests, seed ${SEED}, the slowest ${Math.round(slowest)} ms: ${[...byStatus]
    .sort(([a], [b]) => a - b)
    .map(([status, count]) => `${count} × ${status}`)
    .join(', ')}`

for (const name of Object.keys(DIALECTS)) {
  test(`${name}: nothing comes of ten thousand requests without a right credential, and none is a fault`, async (t) => {
    await using world = await worldOf(name)
    const before = await world.living()
    const done = await run(world, true, 10_000)
    t.diagnostic(told(done))
    assert.equal(done.fault, undefined)
    assert.equal(done.sent, 10_000)
    assert.deepEqual(await world.living(), before)
  })

  test(`${name}: requests with right credentials are answered in time, and none is a fault`, async (t) => {
    await using world = await worldOf(name)
    const done = await run(world, false, 4_000)
    t.diagnostic(told(done))
    assert.equal(done.fault, undefined)
    assert.ok((done.byStatus.get(200) ?? 0) > done.sent / 20, told(done))
  })
}

/** An engine for whom every key is one that may do everything. */
function credulous(sessions: SessionManager): SessionManager {
  const key = { id: 'key_x', name: 'x', realm: ALL_REALMS, scopes: ['admin'], createdAt: 0 } as const
  return { ...sessions, keys: { ...sessions.keys, verify: async () => key } }
}

/** An engine that falls over some names. */
function brittle(sessions: SessionManager): SessionManager {
  return {
    ...sessions,
    async list(query) {
      if (/[^ -~]/.test(query?.name ?? '')) throw new TypeError('no such luck')
      return sessions.list(query)
    },
  }
}

/** An engine that never answers some. */
function asleep(sessions: SessionManager): SessionManager {
  return {
    ...sessions,
    list: (query) =>
      query?.name?.startsWith('viewer') ? new Promise<never>(() => {}) : sessions.list(query),
  }
}

test('a dialect that does what it is told by anybody is caught', async () => {
  await using world = await worldOf('ome', credulous)
  assert.match((await run(world, true, 10_000)).fault ?? '', /something came of one of/)
})

test('a dialect that falls over some input is caught', async () => {
  await using world = await worldOf('ome', brittle)
  assert.match((await run(world, false, 4_000)).fault ?? '', /a fault of the server's own/)
})

test('a dialect that never answers some input is caught', async () => {
  await using world = await worldOf('ome', asleep)
  assert.match((await run(world, false, 4_000)).fault ?? '', /no answer within/)
})

test('a dialect that leaves a refusal to the native API is caught', async () => {
  const native = { status: 404, headers: { 'content-type': 'application/problem+json' }, body: '{}' }
  await using world = await dialectWorld((sessions) => {
    const own = makeDialect('crossid', { sessions, realm: 'default' })
    return {
      ...own,
      speak: async (exchange) => (exchange.path.includes('%') ? native : own.speak(exchange)),
    }
  })
  assert.match((await run(world, true, 10_000)).fault ?? '', /in the words of the native API/)
})
