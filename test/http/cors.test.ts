import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AppBench, appBench } from '../support/app.ts'
import { type RawAnswer, raw, valuesOf } from '../support/raw-request.ts'
import { KEY } from '../support/server-process.ts'

const ALLOWED = ['https://app.example.com', 'http://localhost:3000'] as const

/** Origins, and whether their pages may read answers. */
const ORIGINS: readonly (readonly [string, boolean])[] = [
  ['https://app.example.com', true],
  ['http://localhost:3000', true],
  ['https://app.example.com/', false],
  ['https://app.example.com:443', false],
  ['https://app.example.com:8443', false],
  ['http://app.example.com', false],
  ['HTTPS://app.example.com', false],
  ['https://APP.example.com', false],
  ['https://app.example.com.', false],
  ['https://app.example.com.evil.example', false],
  ['https://evil-app.example.com', false],
  ['https://evilapp.example.com', false],
  ['https://app.example.comevil.example', false],
  ['https://appxexample.com', false],
  ['https://example.com', false],
  ['https://www.example.com', false],
  ['https://a.app.example.com', false],
  ['https://app.example.com@evil.example', false],
  ['https://evil.example#https://app.example.com', false],
  ['https://evil.example?https://app.example.com', false],
  ['https://evil.example/https://app.example.com', false],
  ['https://app.example.com https://evil.example', false],
  ['https://app.example.com, https://evil.example', false],
  ['https://app.example.com,https://app.example.com', false],
  ['https://xn--pp-eka.example.com', false],
  ['https://\u00e0pp.example.com', false],
  ['https://app\u3002example.com', false],
  ['https://app.example.com%00.evil.example', false],
  ['https://app.example.com%60.evil.example', false],
  ['https://app.example.com_.evil.example', false],
  ['//app.example.com', false],
  ['app.example.com', false],
  ['null', false],
  ['NULL', false],
  ['undefined', false],
  ['*', false],
  ['file://', false],
  ['http://localhost', false],
  ['http://localhost:3001', false],
  ['http://127.0.0.1:3000', false],
  ['http://[::1]:3000', false],
  ['https://localhost:3000', false],
  ['http://localhost:3000.evil.example', false],
  ['chrome-extension://abcdefghijklmnop', false],
]

type Header = readonly [string, string]

/** Requests that answer each in their own way: the fast lane, the framework, refusals of each kind. */
async function requestsOf(
  bench: AppBench,
): Promise<readonly (readonly [string, string, readonly Header[], number])[]> {
  const { token } = await bench.issue('ada')
  const bearer: Header = ['Authorization', `Bearer ${token}`]
  const cookie: Header = ['Cookie', `__Host-rollcall=${token}`]
  const key: Header = ['Authorization', `Bearer ${KEY}`]
  return [
    ['GET', '/v1/whoami', [bearer], 200],
    ['GET', '/v1/whoami', [cookie], 200],
    ['GET', '/v1/me/sessions', [cookie], 200],
    ['GET', '/v1/sessions', [key], 200],
    ['GET', '/v1/whoami', [], 401],
    ['GET', '/v1/sessions', [bearer], 403],
    ['GET', '/v1/sessions/nothing', [key], 404],
    ['GET', '/nowhere', [], 404],
    ['PUT', '/v1/whoami', [bearer, ['Content-Length', '0']], 405],
    ['GET', '/v1/sessions?limit=none', [key], 400],
  ]
}

test('pages of listed origins read every answer, with credentials, and pages of no other one read any', async () => {
  await using bench = await appBench(ALLOWED)
  const requests = await requestsOf(bench)
  for (const [origin, allowed] of ORIGINS) {
    for (const [method, path, headers, status] of requests) {
      const answer = await raw(bench.url, method, path, [...headers, ['Origin', latin1(origin)]])
      const cell = `${method} ${path} from ${origin}`
      assert.equal(answer.status, status, cell)
      assert.deepEqual(sharingOf(answer), allowed ? [[origin], ['true']] : [[], []], cell)
      assert.ok(valuesOf(answer, 'vary').join().includes('Origin'), cell)
    }
  }
})

test('a browser that asks ahead is told what it may send, by listed origins alone', async () => {
  await using bench = await appBench(ALLOWED)
  for (const [origin, allowed] of ORIGINS) {
    for (const path of ['/v1/whoami', '/v1/me/sessions/current', '/v1/sessions', '/nowhere']) {
      const answer = await raw(bench.url, 'OPTIONS', path, [
        ['Origin', latin1(origin)],
        ['Access-Control-Request-Method', 'DELETE'],
        ['Access-Control-Request-Headers', 'authorization,content-type,x-session-token'],
      ])
      const cell = `${path} from ${origin}`
      assert.deepEqual(sharingOf(answer), allowed ? [[origin], ['true']] : [[], []], cell)
      const [methods = ''] = valuesOf(answer, 'access-control-allow-methods')
      const [fields = ''] = valuesOf(answer, 'access-control-allow-headers')
      assert.equal(methods.split(', ').includes('DELETE'), allowed, cell)
      for (const field of ['Authorization', 'Content-Type', 'X-Session-Token'])
        assert.equal(fields.split(', ').includes(field), allowed, cell)
      assert.equal(valuesOf(answer, 'access-control-max-age').length, allowed ? 1 : 0, cell)
      if (allowed) assert.deepEqual([answer.status, answer.body], [204, ''], cell)
      assert.ok(valuesOf(answer, 'vary').join().includes('Origin'), cell)
    }
  }
})

test('asking ahead needs no credential and changes nothing', async () => {
  await using bench = await appBench(ALLOWED)
  const { token } = await bench.issue('ada')
  const { position } = await bench.sessions.events(undefined, 1)
  for (const headers of [[], [['Cookie', `__Host-rollcall=${token}`] as const]]) {
    const answer = await raw(bench.url, 'OPTIONS', '/v1/me/sessions/current', [
      ...headers,
      ['Origin', ALLOWED[0]],
      ['Access-Control-Request-Method', 'DELETE'],
    ])
    assert.equal(answer.status, 204)
  }
  assert.equal((await bench.sessions.events(undefined, 1)).position, position)
  assert.equal((await bench.sessions.verify(token)).ok, true)
})

test('a page of a listed origin may read how many attempts are left', async () => {
  await using bench = await appBench(ALLOWED, { attemptLimit: { failures: 5, window: 60_000 } })
  const answer = await raw(bench.url, 'GET', '/v1/whoami', [
    ['Origin', ALLOWED[0]],
    ['Authorization', 'Bearer rct_wrong'],
  ])
  const [readable = ''] = valuesOf(answer, 'access-control-expose-headers')
  for (const field of ['RateLimit', 'RateLimit-Policy', 'Retry-After'])
    assert.ok(readable.split(', ').includes(field))
})

test('a stream of events is shared with listed origins alone', async () => {
  await using bench = await appBench(ALLOWED)
  for (const [origin, allowed] of ORIGINS.slice(0, 4)) {
    const headers = { accept: 'text/event-stream', authorization: `Bearer ${KEY}`, origin }
    const hangUp = new AbortController()
    const answer = await fetch(`${bench.url}/v1/events`, { headers, signal: hangUp.signal })
    assert.equal(answer.status, 200)
    assert.equal(answer.headers.get('access-control-allow-origin'), allowed ? origin : null)
    hangUp.abort()
  }
})

test('without a list, nothing is shared with anybody', async () => {
  await using bench = await appBench()
  for (const [origin] of ORIGINS) {
    const answer = await raw(bench.url, 'GET', '/', [['Origin', latin1(origin)]])
    assert.deepEqual(sharingOf(answer), [[], []], origin)
  }
})

/** Who an answer is shared with, and whether with credentials. */
function sharingOf(answer: RawAnswer): readonly (readonly string[])[] {
  return [
    valuesOf(answer, 'access-control-allow-origin'),
    valuesOf(answer, 'access-control-allow-credentials'),
  ]
}

/** A header value may hold bytes only. */
function latin1(text: string): string {
  return Buffer.from(text).toString('latin1')
}
