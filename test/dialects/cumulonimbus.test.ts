import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type CumulonimbusOptions, cumulonimbus } from '../../src/dialects/cumulonimbus/index.ts'
import type { SessionManager } from '../../src/engine/manager.ts'
import type { Answer } from '../../src/http/dialects/contract.ts'
import { appBench } from '../support/app.ts'
import { type EngineBench, engineBench, STORES } from '../support/engine.ts'
import { raw } from '../support/raw-request.ts'
import { exchangeOf } from './replay.ts'

/** No limit that any test but those of the limit would meet. */
const MANY = { requests: 100_000, window: 300_000 }

/** An engine, the dialect over it, and staff who calls. */
interface Bench extends EngineBench {
  /** Asks as staff, unless the headers have an authorization of their own. */
  ask(request: string, headers?: Headers, body?: string): Promise<Answer>

  /** Issues that many logins of a user at once, and answers with their tokens. */
  issue(user: string, count: number): Promise<readonly string[]>
}

type Headers = readonly (readonly [string, string])[]

async function benchOver(
  open?: (typeof STORES)[number]['open'],
  options: Omit<CumulonimbusOptions, 'sessions'> = { limit: MANY },
  alter: (sessions: SessionManager) => SessionManager = (sessions) => sessions,
): Promise<Bench> {
  const bench = await engineBench({}, undefined, open)
  const { token } = await bench.sessions.issue({ user: { id: '900', role: 'staff' } })
  const dialect = cumulonimbus({ now: bench.env.now, ...options, sessions: alter(bench.sessions) })
  return {
    ...bench,
    ask(request, headers = [], body = '') {
      const [method = '', target = ''] = request.split(' ')
      return dialect.speak(exchangeOf(method, target, [['authorization', token], ...headers], body))
    },
    issue: (user, count) =>
      Promise.all(
        Array.from({ length: count }, async () => (await bench.sessions.issue({ user: { id: user } })).token),
      ),
    [Symbol.asyncDispose]: () => bench.sessions.close(),
  }
}

interface List {
  readonly count: number
  readonly items: readonly { readonly iat: number }[]
}

function listOf({ status, body = '' }: Answer): List {
  assert.equal(status, 200, body)
  return JSON.parse(body) as List
}

function idsOf(answer: Answer): readonly number[] {
  return listOf(answer).items.map(({ iat }) => iat)
}

/** Reads a whole list by offset, or by the cursor that each answer names. */
async function readAll({ ask }: Bench, limit: number, by: 'offset' | 'cursor'): Promise<readonly number[]> {
  const ids: number[] = []
  let cursor: string | undefined
  do {
    const from = by === 'offset' || cursor === undefined ? `offset=${ids.length}` : `cursor=${cursor}`
    const answer = await ask(`GET /api/user/1/sessions?limit=${limit}&${from}`)
    ids.push(...idsOf(answer))
    cursor = answer.headers?.['x-next-cursor']?.toString()
  } while (cursor !== undefined && ids.length < 1_000)
  return ids
}

for (const { name, open } of STORES) {
  test(`cumulonimbus, ${name}: logins of one user in the same second have ids of their own`, async () => {
    await using bench = await benchOver(open)
    const tokens = await bench.issue('1', 20)
    const ids = idsOf(await bench.ask('GET /api/user/1/sessions'))
    assert.equal(new Set(ids).size, 20)
    assert.deepEqual(
      await bench.ask(`DELETE /api/user/1/session/${ids[7]}`).then(({ status }) => status),
      200,
    )
    const verdicts = await Promise.all(tokens.map((token) => bench.sessions.verify(token)))
    assert.equal(verdicts.filter(({ ok }) => ok).length, 19)
    assert.deepEqual(
      idsOf(await bench.ask('GET /api/user/1/sessions')),
      ids.filter((_id, index) => index !== 7),
    )
  })

  test(`cumulonimbus, ${name}: pages over a still list neither skip nor repeat`, async () => {
    await using bench = await benchOver(open)
    await bench.issue('1', 123)
    const whole = await readAll(bench, 50, 'offset')
    assert.equal(whole.length, 123)
    assert.deepEqual(
      [...whole].sort((a, b) => b - a),
      whole,
      'newest first',
    )
    for (const limit of [1, 7, 41, 49]) {
      assert.deepEqual(await readAll(bench, limit, 'offset'), whole)
      assert.deepEqual(await readAll(bench, limit, 'cursor'), whole)
    }
    const windows = fc.record({ limit: fc.integer({ min: 1, max: 50 }), offset: fc.nat(140) })
    await fc.assert(
      fc.asyncProperty(windows, async ({ limit, offset }) => {
        const list = listOf(await bench.ask(`GET /api/user/1/sessions?limit=${limit}&offset=${offset}`))
        assert.equal(list.count, 123)
        assert.deepEqual(
          list.items.map(({ iat }) => iat),
          whole.slice(offset, offset + limit),
        )
      }),
      { numRuns: 50 },
    )
  })

  test(`cumulonimbus, ${name}: of many who delete one session at once, one succeeds`, async () => {
    await using bench = await benchOver(open)
    assert.deepEqual(await deleteAtOnce(bench), [200, ...Array.from({ length: 9 }, () => 404)])
  })

  test(`cumulonimbus, ${name}: two who delete everything count each session once`, async () => {
    await using bench = await benchOver(open)
    await bench.issue('1', 450)
    const answers = await Promise.all([1, 2].map(() => bench.ask('DELETE /api/user/1/sessions/all')))
    const counts = answers.map((answer) => listOf(answer).count)
    assert.equal((counts[0] ?? 0) + (counts[1] ?? 0), 450)
    assert.deepEqual(listOf(await bench.ask('GET /api/user/1/sessions')), { count: 0, items: [] })
  })
}

async function deleteAtOnce({ ask, issue }: Bench): Promise<readonly number[]> {
  await issue('1', 2)
  const [id] = idsOf(await ask('GET /api/user/1/sessions'))
  const answers = await Promise.all(Array.from({ length: 10 }, () => ask(`DELETE /api/user/1/session/${id}`)))
  return answers.map(({ status }) => status).sort((a, b) => a - b)
}

test('an end that does not say whose it was would let several deletes succeed', async () => {
  await using bench = await benchOver(undefined, undefined, (sessions) => ({
    ...sessions,
    end: async (...given) => ({ ...(await sessions.end(...given)), ended: 1 }),
  }))
  const statuses = await deleteAtOnce(bench)
  assert.ok(statuses.filter((status) => status === 200).length > 1)
})

test('a cursor goes on where a page left off, though sessions are deleted meanwhile', async () => {
  await using bench = await benchOver()
  await bench.issue('1', 30)
  const whole = idsOf(await bench.ask('GET /api/user/1/sessions'))
  const first = await bench.ask('GET /api/user/1/sessions?limit=10')
  await bench.ask(`DELETE /api/user/1/session/${whole[3]}`)
  const next = await bench.ask(`GET /api/user/1/sessions?limit=10&cursor=${first.headers?.['x-next-cursor']}`)
  assert.deepEqual(idsOf(next), whole.slice(10, 20))
  assert.equal(listOf(next).count, 29)
})

test('a list is whole and its count exact, however short the pages and rough the counts beneath are', async () => {
  await using bench = await benchOver(undefined, undefined, (sessions) => ({
    ...sessions,
    list: ({ limit = 50, ...query } = {}) => sessions.list({ ...query, limit: Math.min(limit, 3) }),
    count: async () => ({ count: 7, exact: false }),
  }))
  await bench.issue('1', 40)
  const whole = await readAll(bench, 40, 'offset')
  assert.equal(new Set(whole).size, 40)
  for (const [limit, offset] of [
    [5, 0],
    [10, 11],
    [50, 38],
    [4, 40],
  ] as const) {
    const list = listOf(await bench.ask(`GET /api/user/1/sessions?limit=${limit}&offset=${offset}`))
    assert.deepEqual(
      [list.count, list.items.map(({ iat }) => iat)],
      [40, whole.slice(offset, offset + limit)],
    )
  }
})

test('a bulk delete is sent as a form of parts too, without files', async () => {
  await using bench = await benchOver()
  await bench.issue('1', 5)
  const ids = idsOf(await bench.ask('GET /api/user/1/sessions'))
  const send = (...parts: readonly (readonly [string, string])[]) => {
    const lines = parts.map(
      ([name, value]) => `--b\r\ncontent-disposition: form-data; ${name}\r\n\r\n${value}\r\n`,
    )
    const type = ['content-type', 'multipart/form-data; boundary=b'] as const
    return bench.ask('DELETE /api/user/1/sessions', [type], `${lines.join('')}--b--\r\n`)
  }
  const file = await send(['name="sessions"; filename="ids.txt"', String(ids[0])])
  assert.deepEqual([file.status, file.body], [400, '{"code":"GENERIC_ERROR","message":"Malformed Form"}'])
  const missing = await send(['name="other"', String(ids[0])])
  assert.equal(missing.status, 400)
  assert.equal(listOf(await send(['name="sessions"', String(ids[0])])).count, 1)
  assert.equal(listOf(await send(['name="sessions[]"', String(ids[1])], ['name="sessions[]"', '5'])).count, 1)
  assert.equal(listOf(await bench.ask('GET /api/user/1/sessions')).count, 3)
})

test('a request with too many headers is refused in the words of the dialect', async () => {
  await using bench = await engineBench()
  const dialect = cumulonimbus({ sessions: bench.sessions })
  await using app = await appBench([], { mounts: [{ dialect }] })
  const headers = Array.from({ length: 80 }, (_each, index) => [`x-${index}`, ''] as const)
  const answer = await raw(app.url, 'GET', '/api/user/session', headers)
  assert.deepEqual(
    [answer.status, answer.body],
    [431, '{"code":"GENERIC_ERROR","message":"Too Many Headers"}'],
  )
  assert.ok(answer.rawHeaders.some((name) => name.toLowerCase() === 'ratelimit-remaining'))
})
