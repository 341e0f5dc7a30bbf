import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { RollcallError } from '../../src/core/errors.ts'
import { newToken } from '../../src/core/token.ts'
import { nodeEnv } from '../../src/env.ts'
import { countAttempts } from '../../src/http/attempts.ts'
import { newTally } from '../../src/http/watching.ts'
import { type AppBench, appBench } from '../support/app.ts'
import { type RawAnswer, raw, valuesOf } from '../support/raw-request.ts'
import { call, KEY } from '../support/server-process.ts'
import { until } from '../support/until.ts'

type Header = readonly [string, string]

const LIMIT = { failures: 3, window: 60_000 }
const WRONG: Header = ['Authorization', 'Bearer rct_wrong']
const PAST_THE_LIMIT = 6

test('a client may send so many wrong credentials, and is told each time how many are left', async () => {
  await using bench = await appBench([], { attemptLimit: LIMIT })
  const answers: RawAnswer[] = []
  for (let attempt = 1; attempt <= 5; attempt++)
    answers.push(await raw(bench.url, 'GET', '/v1/whoami', [WRONG]))
  assert.deepEqual(
    answers.map(({ status, json }) => [status, json.code]),
    [
      [401, 'no-session'],
      [401, 'no-session'],
      [401, 'no-session'],
      [429, 'too-many-attempts'],
      [429, 'too-many-attempts'],
    ],
  )
  assert.deepEqual(
    answers.map((answer) => /r=(\d+)/.exec(only(answer, 'ratelimit'))?.[1]),
    ['2', '1', '0', '0', '0'],
  )
  for (const answer of answers) {
    assert.equal(only(answer, 'ratelimit-policy'), '"wrong-credentials";q=3;w=60')
    const [, wait] = /^"wrong-credentials";r=\d+;t=(\d+)$/.exec(only(answer, 'ratelimit')) ?? []
    assert.ok(Number(wait) >= 1 && Number(wait) <= 60)
    if (answer.status === 429) assert.equal(only(answer, 'retry-after'), wait)
    else assert.deepEqual(valuesOf(answer, 'retry-after'), [])
  }
})

/** What a client may send, and whether it counts as guessing. */
const COUNTED: readonly (readonly [
  string,
  string,
  (bench: AppBench) => Promise<readonly Header[]>,
  boolean,
])[] = [
  ['a token that is none', '/v1/whoami', async () => [WRONG], true],
  ['another secret for a live id', '/v1/whoami', async (bench) => [bearer(await guess(bench))], true],
  ['a token in a cookie that is none', '/v1/me/sessions', async () => [['Cookie', 'rollcall=x']], true],
  ['a token in a header that is none', '/v1/me/sessions', async () => [['X-Session-Token', 'x']], true],
  ['a key that is none', '/v1/sessions', async () => [bearer('a-key-that-there-is-not')], true],
  ['a password that is none', '/v1/sessions', async () => [basic('anyone:guess')], true],
  ['a key that is none, to a holder', '/v1/whoami', async () => [bearer('a-key-that-there-is-not')], true],
  ['nothing', '/v1/whoami', async () => [], false],
  ['nothing, for a backend', '/v1/sessions', async () => [], false],
  ['a token whose session is over', '/v1/whoami', async (bench) => [bearer(await endedToken(bench))], false],
  ['a token to a backend', '/v1/sessions', async (bench) => [bearer(await liveToken(bench))], false],
  ['a key to a holder', '/v1/whoami', async () => [bearer(KEY)], false],
  ['a key without the scope', '/v1/keys', async (bench) => [bearer(await narrowKey(bench))], false],
  ['an ambiguous request', '/v1/whoami', async () => [WRONG, WRONG], false],
  ['a path that is not there', '/nowhere', async () => [WRONG], false],
]

test('only a credential that was looked at and found wrong counts', async () => {
  for (const [what, path, make, counts] of COUNTED) {
    const tally = newTally()
    await using bench = await appBench([], { attemptLimit: LIMIT, tally })
    const headers = await make(bench)
    const statuses = new Set<number>()
    for (let attempt = 0; attempt < PAST_THE_LIMIT; attempt++)
      statuses.add((await raw(bench.url, 'GET', path, headers)).status)
    assert.equal(statuses.has(429), counts, what)
    assert.deepEqual(
      [tally.wrongCredentials, tally.tooManyAttempts],
      counts ? [PAST_THE_LIMIT, PAST_THE_LIMIT - LIMIT.failures] : [0, 0],
      what,
    )
  }
})

test('a right credential is let in at any time, from an address that guesses too', async () => {
  await using bench = await appBench([], { attemptLimit: LIMIT })
  const token = await liveToken(bench)
  for (let attempt = 0; attempt < 20; attempt++) await raw(bench.url, 'GET', '/v1/whoami', [WRONG])
  const right: readonly (readonly [string, string, readonly Header[]])[] = [
    ['GET', '/v1/whoami', [bearer(token)]],
    ['GET', '/v1/whoami', [['X-Session-Token', token]]],
    ['GET', '/v1/whoami', [['Cookie', `__Host-rollcall=${token}`]]],
    ['GET', '/v1/me/sessions', [bearer(token)]],
    ['GET', '/v1/sessions', [bearer(KEY)]],
    ['GET', '/v1/sessions', [basic(`anyone:${KEY}`)]],
  ]
  for (let round = 0; round < 3; round++) {
    for (const [method, path, headers] of right) {
      const answer = await raw(bench.url, method, path, headers)
      assert.equal(answer.status, 200, headers.join())
      assert.deepEqual(valuesOf(answer, 'ratelimit'), [], 'a right credential is not counted')
    }
    assert.equal((await raw(bench.url, 'GET', '/v1/whoami', [WRONG])).status, 429)
  }
})

test('one client that guesses does not use up the attempts of another', async () => {
  await using bench = await appBench([], { attemptLimit: LIMIT, trustProxies: ['loopback'] })
  const from = (address: string): readonly Header[] => [WRONG, ['X-Forwarded-For', address]]
  for (let attempt = 0; attempt < PAST_THE_LIMIT; attempt++)
    await raw(bench.url, 'GET', '/v1/whoami', from('203.0.113.7'))
  assert.equal((await raw(bench.url, 'GET', '/v1/whoami', from('203.0.113.7'))).status, 429)
  assert.equal((await raw(bench.url, 'GET', '/v1/whoami', from('203.0.113.8'))).status, 401)
  assert.equal((await raw(bench.url, 'GET', '/v1/whoami', from('::ffff:203.0.113.7'))).status, 429)
})

test('whoever may not say where they come from cannot pass for many clients', async () => {
  await using bench = await appBench([], { attemptLimit: LIMIT })
  const statuses: number[] = []
  for (let attempt = 0; attempt < PAST_THE_LIMIT; attempt++) {
    const forged: Header = ['X-Forwarded-For', `203.0.113.${attempt}`]
    statuses.push((await raw(bench.url, 'GET', '/v1/whoami', [WRONG, forged])).status)
  }
  assert.deepEqual(statuses, [401, 401, 401, 429, 429, 429])
})

test('after its time, a client may try again', async () => {
  await using bench = await appBench([], { attemptLimit: { failures: 1, window: 1_000 } })
  const attempt = async (): Promise<number> => (await raw(bench.url, 'GET', '/v1/whoami', [WRONG])).status
  assert.equal(await attempt(), 401)
  assert.equal(await attempt(), 429)
  await until('the client may try again', async () => (await attempt()) === 401, 5_000)
})

test('without a limit, nothing is refused for its number, and nothing is said of one', async () => {
  const tally = newTally()
  await using bench = await appBench([], { tally })
  for (let attempt = 0; attempt < 50; attempt++) {
    const answer = await raw(bench.url, 'GET', '/v1/whoami', [WRONG])
    assert.deepEqual([answer.status, valuesOf(answer, 'ratelimit')], [401, []])
  }
  assert.equal(tally.wrongCredentials, 50)
})

test('the count remembers so many clients and no more, and keeps those that go on guessing', async () => {
  const refuse = counter(1_000)
  const guesser = '203.0.113.7'
  for (let attempt = 0; attempt < PAST_THE_LIMIT; attempt++) await refuse(guesser)
  await refuse('198.51.100.1')
  for (let other = 0; other < 5_000; other++) {
    await refuse(`client ${other}`)
    if (other % 500 === 0) assert.equal(await refuse(guesser), 'too-many-attempts')
  }
  assert.equal(await refuse(guesser), 'too-many-attempts')
  assert.equal(await refuse('198.51.100.1'), 'no-session', 'it was forgotten, and begins anew')
})

test('a flood from a quarter of a million clients leaves no memory behind', async () => {
  const refuse = counter(1_000)
  await flood(refuse, 'warm', 2_000)
  const before = heapUsed()
  await flood(refuse, 'cold', 250_000)
  const grown = (heapUsed() - before) / 1_048_576
  assert.ok(grown < 12, `the heap grew by ${grown.toFixed(1)} MiB`)
})

/** Counts one wrong credential of a client, and answers with the code that it is refused with. */
type Counter = (client: string) => Promise<string>

/** A count on its own, that remembers so many clients. */
function counter(mostClients: number): Counter {
  const attempts = countAttempts(LIMIT, newTally(), mostClients)
  const refusal = new RollcallError('no-session')
  return async (client) => (await attempts.refuse({ headers: () => undefined }, client, refusal, true)).code
}

async function flood(refuse: Counter, name: string, clients: number): Promise<void> {
  for (let client = 0; client < clients; client++) await refuse(`${name} ${client}`)
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function heapUsed(): number {
  collect()
  return process.memoryUsage().heapUsed
}

function only(answer: RawAnswer, name: string): string {
  const [value = '', ...more] = valuesOf(answer, name)
  assert.deepEqual(more, [])
  return value
}

function bearer(secret: string): Header {
  return ['Authorization', `Bearer ${secret}`]
}

function basic(plain: string): Header {
  return ['Authorization', `Basic ${btoa(plain)}`]
}

async function liveToken(bench: AppBench): Promise<string> {
  return (await bench.issue('ada')).token
}

async function endedToken(bench: AppBench): Promise<string> {
  const { token, id } = await bench.issue('ada')
  await bench.sessions.end({ id })
  return token
}

/** A well-formed token of a live session, with another secret. */
async function guess(bench: AppBench): Promise<string> {
  return newToken(nodeEnv(), (await bench.issue('ada')).id)
}

async function narrowKey({ url }: AppBench): Promise<string> {
  const body = { name: 'narrow', scopes: ['sessions:read'] }
  return (await call(url, 'POST', '/v1/keys', KEY, body)).json.secret ?? ''
}
