import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRollcallError } from '../../src/core/errors.ts'
import { type OmeOptions, ome } from '../../src/dialects/ome/index.ts'
import type { SessionManager } from '../../src/engine/manager.ts'
import type { Dialect } from '../../src/http/dialects/contract.ts'
import { engineBench, STORES } from '../support/engine.ts'
import { exchangeOf } from './replay.ts'

const STREAM = '/v1/vhosts/default/apps/app/streams/stream/sessions'
const STATISTICS = STREAM.replace('/v1/', '/v1/stats/current/')
const SECRET = 'an-access-token-of-ome'

/** Sends a request with the access token. */
type Ask = (
  method: string,
  target: string,
  body?: string,
) => Promise<{
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly json: unknown
}>

async function speaker(sessions: SessionManager, options: Partial<OmeOptions> = {}): Promise<Ask> {
  await sessions.keys.ensure({ name: 'ome', scopes: ['admin'], secret: SECRET })
  return asker(ome({ sessions, ...options }))
}

function asker(dialect: Dialect): Ask {
  const headers = [['authorization', `Basic ${btoa(SECRET)}`]] as const
  return async (method, target, body) => {
    const answer = await dialect.speak(exchangeOf(method, target, headers, body))
    return { status: answer.status, headers: answer.headers ?? {}, json: JSON.parse(answer.body ?? 'null') }
  }
}

async function play(sessions: SessionManager, name: string): Promise<void> {
  await sessions.issue({ kind: 'playback', resource: 'default/app/stream', name })
}

function responseOf({ json }: { readonly json: unknown }): readonly string[] {
  return (json as { readonly response: readonly string[] }).response
}

/** How many of ten who delete the same session at once are told that they did. */
async function successesOf(sessions: SessionManager): Promise<number> {
  const ask = await speaker(sessions)
  await play(sessions, 'wanted')
  const answers = await Promise.all(Array.from({ length: 10 }, () => ask('DELETE', `${STREAM}/wanted`)))
  assert.ok(answers.every(({ status }) => status === 200 || status === 404))
  return answers.filter(({ status }) => status === 200).length
}

for (const { name, open } of STORES) {
  test(`of ten who delete a session of ome at once, exactly one did, on ${name}`, async () => {
    await using bench = await engineBench({}, undefined, open)
    for (let round = 0; round < 5; round++) assert.equal(await successesOf(bench.sessions), 1)
  })

  test(`many names that are ended by two at once are each ended once, on ${name}`, async () => {
    await using bench = await engineBench({}, undefined, open)
    const ask = await speaker(bench.sessions)
    const names = Array.from({ length: 50 }, (_, index) => `viewer-${index}`)
    for (const each of names) await play(bench.sessions, each)
    const both = await Promise.all(
      [names, names.toReversed()].map((some) => ask('POST', `${STREAM}:end`, JSON.stringify(some))),
    )
    const items = both.flatMap(({ json }) => json as readonly { readonly statusCode: number }[])
    assert.equal(items.length, 100)
    assert.equal(items.filter(({ statusCode }) => statusCode === 200).length, 50)
    assert.deepEqual(responseOf(await ask('GET', STREAM)), [])
  })
}

test('a dialect that took finding a session for ending it would tell several that they did', async () => {
  await using bench = await engineBench()
  const { sessions } = bench
  const naive: SessionManager = {
    ...sessions,
    end: async (selector, request) => ({ ...(await sessions.end(selector, request)), ended: 1 }),
  }
  assert.ok((await successesOf(naive)) > 1)
})

test('a name that plays cannot play twice; the first goes on', async () => {
  await using bench = await engineBench()
  const ask = await speaker(bench.sessions)
  await play(bench.sessions, 'x')
  await assert.rejects(play(bench.sessions, 'x'), (fault) => isRollcallError(fault, 'name-taken'))
  assert.deepEqual(responseOf(await ask('GET', STREAM)), ['x'])
})

for (const { name, open } of STORES) {
  test(`a long list comes whole, and in parts that neither skip nor repeat, on ${name}`, async () => {
    await using bench = await engineBench({}, undefined, open)
    const ask = await speaker(bench.sessions)
    await Promise.all(Array.from({ length: 450 }, (_, index) => play(bench.sessions, `viewer-${index}`)))
    const whole = responseOf(await ask('GET', STREAM))
    assert.equal(new Set(whole).size, 450)
    const parts: string[] = []
    for (let query: string | undefined = '?limit=70'; query !== undefined; ) {
      const answer = await ask('GET', STREAM + query)
      assert.equal(answer.headers['x-total-count'], '450')
      parts.push(...responseOf(answer))
      const cursor = answer.headers['x-next-cursor'] as string | undefined
      query = cursor && `?limit=70&cursor=${cursor}`
    }
    assert.deepEqual(parts, whole)
  })
}

test('pages that are short, or empty, with more behind them are put together', async () => {
  await using bench = await engineBench()
  const { sessions } = bench
  const stingy: SessionManager = {
    ...sessions,
    async list(query) {
      if (query?.cursor?.startsWith('then ') !== true)
        return { items: [], nextCursor: `then ${query?.cursor ?? ''}` }
      const cursor = query.cursor.slice('then '.length)
      const { cursor: _mine, ...rest } = query
      return sessions.list({ ...rest, limit: 1, ...(cursor !== '' && { cursor }) })
    },
  }
  const ask = await speaker(stingy)
  for (const name of ['a', 'b', 'c']) await play(sessions, name)
  assert.equal(responseOf(await ask('GET', STREAM)).length, 3)
  assert.equal(responseOf(await ask('GET', `${STREAM}?limit=2`)).length, 2)
  assert.equal((await ask('DELETE', `${STREAM}/a`)).status, 200)
  assert.equal((await ask('GET', `${STATISTICS}/b`)).status, 200)
})

test('the figures of a line that this server holds are on its statistics page', async () => {
  await using bench = await engineBench()
  const at = bench.env.now()
  const ask = await speaker(bench.sessions, {
    statistics: ({ name }) =>
      name === 'held'
        ? {
            totalBytesOut: 149_971,
            lastThroughputOut: 30_345,
            avgThroughputOut: 237_284,
            maxThroughputOut: 240_793,
            lastSentAt: at + 4_937,
            lastUpdatedAt: at + 5_001,
          }
        : undefined,
  })
  await play(bench.sessions, 'held')
  await play(bench.sessions, 'elsewhere')
  assert.deepEqual((await ask('GET', `${STATISTICS}/held`)).json, {
    message: 'OK',
    response: {
      avgThroughputOut: 237_284,
      createdTime: '2026-01-01T12:00:00.000+00:00',
      lastSentTime: '2026-01-01T12:00:04.937+00:00',
      lastThroughputOut: 30_345,
      lastUpdatedTime: '2026-01-01T12:00:05.001+00:00',
      maxThroughputOut: 240_793,
      totalBytesOut: 149_971,
    },
    statusCode: 200,
  })
  const elsewhere = (await ask('GET', `${STATISTICS}/elsewhere`)).json as {
    response: { totalBytesOut: number }
  }
  assert.equal(elsewhere.response.totalBytesOut, 0)
})

test('a name that was ended is kept out for as long as the mount says, on that stream alone', async () => {
  await using bench = await engineBench()
  const ask = await speaker(bench.sessions, { keepOut: '10m' })
  await play(bench.sessions, 'x')
  assert.equal((await ask('DELETE', `${STREAM}/x`)).status, 200)
  await assert.rejects(play(bench.sessions, 'x'), (fault) => isRollcallError(fault, 'denied'))
  await bench.sessions.issue({ kind: 'playback', resource: 'default/app/other', name: 'x' })
  await bench.env.advance(600_000)
  await play(bench.sessions, 'x')
})

test('what ends is ended by the key that asked', async () => {
  await using bench = await engineBench()
  const { sessions } = bench
  const ask = await speaker(sessions)
  const [key] = await sessions.keys.list()
  await play(sessions, 'x')
  await ask('DELETE', `${STREAM}/x`)
  const { items } = await sessions.list({ status: 'ended' })
  assert.deepEqual(items[0]?.ending?.by, { kind: 'key', id: key?.id })
  assert.equal(items[0]?.ending?.reason, 'revoked')
})

test('a request that is too large, or asks for too much, is refused in words of ome and ends nothing', async () => {
  await using bench = await engineBench()
  const ask = await speaker(bench.sessions)
  await play(bench.sessions, 'x')
  const large = await ask('POST', `${STREAM}:end`, JSON.stringify(['x', 'y'.repeat(70_000)]))
  assert.deepEqual(large.json, { message: '[HTTP] Request body is too large (413)', statusCode: 413 })
  const many = await ask('POST', `${STREAM}:end`, JSON.stringify(Array.from({ length: 1_001 }, () => 'x')))
  assert.deepEqual(many.json, {
    message: '[HTTP] Request body must be an array of 1000 items at most (400)',
    statusCode: 400,
  })
  const headers = ome({ sessions: bench.sessions }).refuse(exchangeOf('GET', STREAM, []), 'too-many-headers')
  assert.deepEqual(
    [headers.status, headers.body],
    [400, '{"message":"[HTTP] Request has too many headers (400)","statusCode":400}'],
  )
  assert.deepEqual(responseOf(await ask('GET', STREAM)), ['x'])
})

test('a fault that the engine does not name is not told', async () => {
  await using bench = await engineBench()
  const broken: SessionManager = {
    ...bench.sessions,
    list: () => Promise.reject(new Error('relation "sessions" lies on db7.internal')),
  }
  const ask = await speaker(broken)
  assert.deepEqual((await ask('GET', STREAM)).json, {
    message: '[HTTP] Something went wrong on this side (500)',
    statusCode: 500,
  })
})

test('resources that are none, and spans that are none, are refused when the dialect is made', async () => {
  await using bench = await engineBench()
  const { sessions } = bench
  const wrong: readonly Partial<OmeOptions>[] = [
    { resources: ['a/b/c/d'] },
    { resources: ['a//c'] },
    { resources: [''] },
    { keepOut: 'soon' },
  ]
  for (const options of wrong)
    assert.throws(
      () => ome({ sessions, ...options }),
      (fault) => isRollcallError(fault, 'bad-request'),
      JSON.stringify(options),
    )
})
