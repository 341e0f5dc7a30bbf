import assert from 'node:assert/strict'
import { test } from 'node:test'
import { appBench } from '../support/app.ts'
import { raw } from '../support/raw-request.ts'
import { call, KEY } from '../support/server-process.ts'
import { until } from '../support/until.ts'

test('a holder sees where they are signed in, and signs out everywhere else', async () => {
  await using bench = await appBench()
  const here = await bench.issue('ada')
  const there = await bench.issue('ada')
  await bench.issue('bob')
  const list = await call(bench.url, 'GET', '/v1/me/sessions', here.token)
  assert.deepEqual(
    list.json.items?.map(({ id, current }) => [id, current]),
    [
      [there.id, false],
      [here.id, true],
    ],
  )
  const ended = await call(bench.url, 'DELETE', '/v1/me/sessions?scope=others', here.token)
  assert.deepEqual([ended.status, ended.json.ended], [200, 1])
  const refused = await call(bench.url, 'GET', '/v1/whoami', there.token)
  assert.deepEqual(
    [refused.status, refused.json.code, refused.json.reason],
    [401, 'session-ended', 'revoked'],
  )
  assert.equal((await call(bench.url, 'GET', '/v1/whoami', here.token)).status, 200)
})

test('a holder names, ends and leaves sessions of their own', async () => {
  await using bench = await appBench()
  const here = await bench.issue('ada')
  const there = await bench.issue('ada')
  const named = await call(bench.url, 'PATCH', `/v1/me/sessions/${there.id}`, here.token, {
    label: 'old phone',
  })
  assert.equal(named.json.session?.device.label, 'old phone')
  assert.equal((await call(bench.url, 'DELETE', `/v1/me/sessions/${there.id}`, here.token)).json.ended, 1)
  assert.equal((await call(bench.url, 'DELETE', `/v1/me/sessions/${there.id}`, here.token)).json.ended, 0)
  assert.equal((await call(bench.url, 'DELETE', '/v1/me/sessions/current', here.token)).json.ended, 1)
  assert.equal((await call(bench.url, 'GET', '/v1/whoami', here.token)).json.reason, 'logout')
})

test('the fast lane and the long way answer alike, byte for byte', async () => {
  await using bench = await appBench()
  const { token } = await bench.issue('ada')
  await until('the session is at hand', async () => {
    await bench.sessions.verify(token)
    return bench.sessions.verifyCached(token)
  })
  const plain = [['Authorization', `Bearer ${token}`]] as const
  const fast = await raw(bench.url, 'GET', '/v1/whoami', plain)
  const long = await raw(bench.url, 'GET', '/v1/whoami', [...plain, ['Origin', 'https://app.example.com']])
  const timeless = (headers: readonly string[]): readonly string[] =>
    headers.filter((_, index) => headers[index - 1] !== 'Date')
  assert.equal(fast.status, 200)
  assert.deepEqual(
    [long.status, long.body, timeless(long.rawHeaders)],
    [fast.status, fast.body, timeless(fast.rawHeaders)],
  )
  assert.equal((await raw(bench.url, 'HEAD', '/v1/whoami', plain)).status, 200)
})

test('the fast lane refuses at once what was ended', async () => {
  await using bench = await appBench()
  const { token, id } = await bench.issue('ada')
  for (let round = 0; round < 3; round++)
    assert.equal((await call(bench.url, 'GET', '/v1/whoami', token)).status, 200)
  await call(bench.url, 'DELETE', `/v1/sessions/${id}`, KEY)
  assert.equal((await call(bench.url, 'GET', '/v1/whoami', token)).status, 401)
})

test('everything that names a session is kept out of caches, refusals too', async () => {
  await using bench = await appBench()
  const { token, id } = await bench.issue('ada')
  const requests: readonly (readonly [string, string, string?])[] = [
    ['GET', '/v1/whoami', token],
    ['GET', '/v1/whoami'],
    ['GET', '/v1/me/sessions', token],
    ['GET', `/v1/sessions/${id}`, KEY],
    ['GET', '/v1/sessions/nothing', KEY],
    ['GET', '/v1/nothing', KEY],
  ]
  for (const [method, path, credential] of requests) {
    const { headers } = await call(bench.url, method, path, credential)
    assert.equal(headers.get('cache-control'), 'no-store', path)
    assert.match(headers.get('vary') ?? '', /Authorization, Cookie/, path)
    assert.equal(headers.get('x-content-type-options'), 'nosniff', path)
  }
})

test('a cookie changes nothing for another site, and is taken back when its session ends', async () => {
  const allowed = 'https://app.example.com'
  await using bench = await appBench([allowed])
  const { token } = await bench.issue('ada')
  const host = new URL(bench.url).host
  const cookie = ['Cookie', `__Host-rollcall=${token}`] as const
  const table: readonly (readonly [number, readonly (readonly [string, string])[]])[] = [
    [403, [cookie]],
    [403, [cookie, ['Sec-Fetch-Site', 'cross-site']]],
    [403, [cookie, ['Sec-Fetch-Site', 'same-site']]],
    [403, [cookie, ['Sec-Fetch-Site', 'cross-site'], ['Origin', `https://${host}`]]],
    [403, [cookie, ['Origin', 'https://evil.example.com']]],
    [403, [cookie, ['Origin', 'null']]],
    [403, [cookie, ['Origin', `${allowed}.evil.com`]]],
    [200, [cookie, ['Sec-Fetch-Site', 'same-origin']]],
    [200, [cookie, ['Sec-Fetch-Site', 'none']]],
    [200, [cookie, ['Origin', `http://${host}`]]],
    [200, [cookie, ['Sec-Fetch-Site', 'cross-site'], ['Origin', allowed]]],
    [
      200,
      [
        ['Authorization', `Bearer ${token}`],
        ['Sec-Fetch-Site', 'cross-site'],
      ],
    ],
  ]
  for (const [status, headers] of table) {
    const answer = await raw(bench.url, 'DELETE', '/v1/me/sessions?scope=others', headers)
    assert.equal(answer.status, status, JSON.stringify(headers))
  }
  const out = await raw(bench.url, 'DELETE', '/v1/me/sessions/current', [
    cookie,
    ['Sec-Fetch-Site', 'same-origin'],
  ])
  const setCookie =
    out.rawHeaders[out.rawHeaders.findIndex((name) => name.toLowerCase() === 'set-cookie') + 1] ?? ''
  assert.match(setCookie, /^__Host-rollcall=; Path=\/; Max-Age=0; HttpOnly; SameSite=Lax; Secure$/)
})
