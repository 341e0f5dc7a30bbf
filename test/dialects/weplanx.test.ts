import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { surround } from '../../src/core/around.ts'
import { isRollcallError, RollcallError } from '../../src/core/errors.ts'
import { ACTIVITY_FLUSH } from '../../src/core/policy.ts'
import { type WeplanxOptions, weplanx } from '../../src/dialects/weplanx/index.ts'
import type { SessionManager } from '../../src/engine/manager.ts'
import type { Answer, Dialect } from '../../src/http/dialects/contract.ts'
import { type EngineBench, engineBench, STORES } from '../support/engine.ts'
import { raw, valuesOf } from '../support/raw-request.ts'
import { exchangeOf } from './replay.ts'
import { serve } from './serving.ts'

const OPERATOR = '64bfbe69eddf04482dcf9d43'
const ADA = '64ae547e5a94adff829274c7'
const CSRF_KEY = 'a key that all nodes share'

type Headers = readonly (readonly [string, string])[]

/** An operator with a pair of cookies, who speaks to a dialect in process. */
interface Operator {
  readonly token: string
  ask(method: string, path: string, body?: string): Promise<Answer>
}

async function signIn(sessions: SessionManager, dialect: Dialect): Promise<Operator> {
  const { token } = await sessions.issue({ user: { id: OPERATOR, role: 'operator' } })
  const pair = await pairOf(dialect)
  return {
    token,
    ask: (method, path, body) => dialect.speak(exchangeOf(method, path, headersOf(token, pair), body)),
  }
}

/** What `GET /` sets: salt, and its HMAC. */
async function pairOf(dialect: Dialect): Promise<readonly [string, string]> {
  const { headers } = await dialect.speak(exchangeOf('GET', '/', []))
  const [salt = '', token = ''] = [headers?.['set-cookie'] ?? []].flat()
  const read = (cookie: string) => cookie.slice(cookie.indexOf('=') + 1, cookie.indexOf(';'))
  return [read(salt), read(token)]
}

function headersOf(token: string, [salt, echo]: readonly [string, string]): Headers {
  return [
    ['Cookie', `TOKEN=${token}; XSRF-SALT=${salt}; XSRF-TOKEN=${echo}`],
    ['X-XSRF-TOKEN', echo],
  ]
}

/** How many users an answer says were signed out, and of how many sessions. */
function countsOf({ status, headers, body = '' }: Answer): readonly [number, number] {
  assert.equal(status, 200, body)
  const { DeletedCount: users } = JSON.parse(body) as { readonly DeletedCount: number }
  return [users, Number(headers?.['x-sessions-ended'])]
}

function sumOf(counts: readonly (readonly [number, number])[]): readonly [number, number] {
  return counts.reduce(([users, ended], [more, others]) => [users + more, ended + others], [0, 0])
}

async function issueMany(sessions: SessionManager, userId: string, count: number): Promise<void> {
  for (let index = 0; index < count; index++) await sessions.issue({ user: { id: userId } })
}

/** What somebody would write who looks first and ends then: counts what another is about to end as well. */
async function endNaively(sessions: SessionManager): Promise<number> {
  const { count } = await sessions.count({ userId: ADA })
  await sessions.end({ userId: ADA })
  return count > 0 ? 1 : 0
}

for (const { name, open } of STORES) {
  const bench = async (
    options: Partial<WeplanxOptions> = {},
  ): Promise<EngineBench & { readonly dialect: Dialect }> => {
    const made = await engineBench({ maxStaleness: 0 }, undefined, open)
    return { ...made, dialect: weplanx({ sessions: made.sessions, ...options }) }
  }

  test(`of many who sign out one user at once exactly one did it, on ${name}`, async () => {
    await using made = await bench()
    const { sessions, dialect } = made
    const { ask } = await signIn(sessions, dialect)
    for (let round = 0; round < 5; round++) {
      await issueMany(sessions, ADA, 3)
      const answers = await Promise.all(Array.from({ length: 8 }, () => ask('DELETE', `/sessions/${ADA}`)))
      assert.deepEqual(sumOf(answers.map(countsOf)), [1, 3])
    }
  })

  test(`looking first and ending then would count one user more than once, on ${name}`, async () => {
    await using made = await bench()
    await issueMany(made.sessions, ADA, 3)
    const counts = await Promise.all(Array.from({ length: 8 }, () => endNaively(made.sessions)))
    assert.ok(counts.filter((count) => count === 1).length > 1)
  })

  test(`of many who sign out everybody at once exactly one did it, on ${name}`, async () => {
    await using made = await bench()
    const { sessions, dialect } = made
    const operators = await Promise.all(Array.from({ length: 6 }, () => signIn(sessions, dialect)))
    await issueMany(sessions, ADA, 2)
    await issueMany(sessions, 'bob', 1)
    const answers = await Promise.all(operators.map(({ ask }) => ask('POST', '/sessions/clear')))
    const counts = answers.filter(({ status }) => status === 200).map(countsOf)
    assert.deepEqual(sumOf(counts), [3, 9])
    assert.ok(answers.every(({ status }) => status === 200 || status === 401))
  })

  test(`the list has every user once and in order, however many there are, on ${name}`, async () => {
    await using made = await bench()
    const { sessions, dialect } = made
    const { ask } = await signIn(sessions, dialect)
    const ids = Array.from({ length: 450 }, (_, index) => `user-${index}`)
    await Promise.all(ids.flatMap((id) => [id, id]).map((id) => sessions.issue({ user: { id } })))
    const { body = '' } = await ask('GET', '/sessions')
    assert.deepEqual(JSON.parse(body), [...ids, OPERATOR].sort())
    const [users, ended] = countsOf(await ask('POST', '/sessions/clear'))
    assert.deepEqual([users, ended], [451, 901])
  })

  test(`signing out everybody reaches what began before, spares what begins after, and leaves other realms alone, on ${name}`, async () => {
    await using made = await bench()
    const { sessions, dialect } = made
    const { ask, token } = await signIn(sessions, dialect)
    const before = await sessions.issue({ user: { id: ADA } })
    const far = await sessions.issue({ realm: 'far', user: { id: ADA } })
    assert.deepEqual(countsOf(await ask('POST', '/sessions/clear')), [2, 2])
    const after = await sessions.issue({ user: { id: ADA } })
    const verdicts = await Promise.all(
      [token, before.token, far.token, after.token].map((each) => sessions.verify(each)),
    )
    assert.deepEqual(
      verdicts.map(({ ok }) => ok),
      [false, false, true, true],
    )
    const ended = await sessions.get(before.session.id)
    assert.deepEqual(ended?.ending?.by, { kind: 'user', id: OPERATOR })
  })

  test(`a call moves the end of silence on; one that is refused for its pair does not, on ${name}`, async () => {
    await using made = await bench()
    const { sessions, dialect, env } = made
    const { ask, token } = await signIn(sessions, dialect)
    const { session } = (await sessions.verify(token, { active: false })) as { session: { id: string } }
    const activeAt = async () => (await sessions.get(session.id))?.lastActiveAt
    const flush = async () => {
      await env.advance(ACTIVITY_FLUSH)
      await sessions.issue({ user: { id: 'somebody' } })
    }
    const begun = await activeAt()
    await env.advance(1_000)
    const cookies: Headers = [['Cookie', `TOKEN=${token}`]]
    await dialect.speak(exchangeOf('POST', '/sessions/clear', cookies))
    await flush()
    assert.equal(await activeAt(), begun)
    const called = env.now()
    await ask('GET', '/sessions')
    await flush()
    assert.equal(await activeAt(), called)
  })
}

test('GET / sets a new pair each time: a salt of 8 characters, and its HMAC-SHA-256 in hex', async () => {
  await using made = await engineBench()
  const dialect = weplanx({ sessions: made.sessions, csrfKey: CSRF_KEY })
  const pairs = [await pairOf(dialect), await pairOf(dialect)] as const
  for (const [salt, token] of pairs) {
    assert.match(salt, /^[\da-f]{8}$/)
    assert.equal(token, createHmac('sha256', CSRF_KEY).update(salt).digest('hex'))
  }
  assert.notEqual(pairs[0][0], pairs[1][0])
})

test('a pair holds on every node that has the key, and on no other', async () => {
  await using made = await engineBench({ maxStaleness: 0 })
  const { sessions } = made
  const one = weplanx({ sessions, csrfKey: CSRF_KEY })
  const { token } = await signIn(sessions, one)
  const headers = headersOf(token, await pairOf(one))
  const clearAt = async (dialect: Dialect) => {
    const { status, body } = await dialect.speak(exchangeOf('POST', '/sessions/clear', headers))
    return `${status} ${body}`
  }
  assert.equal(await clearAt(weplanx({ sessions })), '400 {"code":0,"message":"CSRF invalid token"}')
  const other = weplanx({ sessions, csrfKey: 'a key that nobody shares' })
  assert.equal(await clearAt(other), '400 {"code":0,"message":"CSRF invalid token"}')
  assert.equal(await clearAt(weplanx({ sessions, csrfKey: CSRF_KEY })), '200 {"DeletedCount":1}')
})

test('a key for the pair that is too short is refused at once', async () => {
  await using made = await engineBench()
  assert.throws(
    () => weplanx({ sessions: made.sessions, csrfKey: 'fifteen letters' }),
    (fault) => isRollcallError(fault, 'bad-request'),
  )
})

test('a body that is too large is refused, after the caller was', async () => {
  await using made = await engineBench({ maxStaleness: 0 })
  const { sessions } = made
  const dialect = weplanx({ sessions })
  const { ask, token } = await signIn(sessions, dialect)
  const large = 'x'.repeat(70_000)
  const nobody = await dialect.speak(exchangeOf('POST', '/sessions/clear', [], large))
  assert.equal(nobody.body, '{"code":0,"message":"CSRF missing csrf token in header"}')
  const refused = await ask('POST', '/sessions/clear', large)
  assert.equal(refused.status, 413)
  assert.equal(refused.body, '{"code":"system.too-large","msg":"request body is too large"}')
  assert.ok((await sessions.verify(token)).ok)
})

test('what the engine refuses is a business error, whose key is msg; what fails is told to nobody', async () => {
  await using made = await engineBench({ maxStaleness: 0 })
  for (const [fault, status, body] of [
    [new RollcallError('conflict', 'Try again.'), 400, '{"code":"conflict","msg":"Try again."}'],
    [new RollcallError('store-unavailable'), 500, undefined],
    [new Error('secret'), 500, undefined],
  ] as const) {
    const sessions: SessionManager = { ...made.sessions, end: () => Promise.reject(fault) }
    const { ask } = await signIn(sessions, weplanx({ sessions }))
    const answer = await ask('DELETE', `/sessions/${ADA}`)
    assert.deepEqual([answer.status, answer.body], [status, body])
    assert.deepEqual(answer.headers, { server: 'hertz' })
  }
})

test('a store that fails halfway through the list is a 500, never a shorter list', async () => {
  let left = Number.POSITIVE_INFINITY
  await using made = await engineBench({ maxStaleness: 0 }, (store) =>
    surround(store, (name, work) => {
      if (name !== 'listUsers') return work()
      left -= 1
      return left < 0 ? Promise.reject(new RollcallError('store-unavailable')) : work()
    }),
  )
  const { sessions } = made
  const { ask } = await signIn(sessions, weplanx({ sessions }))
  for (let index = 0; index < 250; index++) await sessions.issue({ user: { id: `user-${index}` } })
  for (const method of ['GET /sessions', 'POST /sessions/clear']) {
    left = 1
    const [verb = '', path = ''] = method.split(' ')
    const { status, body } = await ask(verb, path)
    assert.deepEqual([method, status, body], [method, 500, undefined])
  }
  left = Number.POSITIVE_INFINITY
  assert.equal(JSON.parse((await ask('GET', '/sessions')).body ?? '').length, 251)
})

test('a method that nobody knows, however it is called, is no fault of this side', async () => {
  await using made = await engineBench()
  const dialect = weplanx({ sessions: made.sessions })
  for (const method of ['constructor', '__proto__', 'toString', 'get', 'PURGE', '']) {
    const { status, body } = await dialect.speak(exchangeOf(method, '/sessions', []))
    assert.deepEqual([method, status, body], [method, 404, '404 page not found'])
  }
})

test('over a line that is not secure the cookie is taken back without asking for one that is', async () => {
  await using made = await engineBench()
  const dialect = weplanx({ sessions: made.sessions })
  const exchange = exchangeOf('GET', '/sessions', [['Cookie', 'TOKEN=nonsense']])
  const { headers } = await dialect.speak({ ...exchange, secure: false })
  assert.doesNotMatch(String(headers?.['set-cookie']), /Secure/)
})

test('people who open / get the page of the server, and programs get the pair', async () => {
  await using serving = await serve({ dialects: { weplanx: {} } })
  const { url } = serving
  const page = await raw(url, 'GET', '/', [['Accept', 'text/html']])
  assert.ok(page.body.startsWith('<!doctype html>'))
  assert.deepEqual(valuesOf(page, 'set-cookie'), [])
  for (const method of ['GET', 'HEAD']) {
    const home = await raw(url, method, '/', [])
    assert.equal(home.status, 200)
    assert.equal(valuesOf(home, 'set-cookie').length, 2)
    assert.deepEqual(valuesOf(home, 'server'), ['hertz'])
  }
})
