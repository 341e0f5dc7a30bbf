import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AppBench, appBench } from '../support/app.ts'
import { type RawAnswer, raw, valuesOf } from '../support/raw-request.ts'
import { call, KEY } from '../support/server-process.ts'

type Header = readonly [string, string]
const SAME_ORIGIN: Header = ['Sec-Fetch-Site', 'same-origin']
const FROM_AFAR: Header = ['X-Forwarded-For', '203.0.113.7']

/** `Cookie` headers, ADA and BOB being live tokens, and the status of a whoami: on this machine, and from afar. */
const COOKIES: readonly (readonly [readonly string[], number, number])[] = [
  [['__Host-rollcall=ADA'], 200, 200],
  [['rollcall=ADA'], 200, 401],
  [['a=b; __Host-rollcall=ADA; c=d'], 200, 200],
  [['a=b;__Host-rollcall=ADA;c=d'], 200, 200],
  [['a=b', '__Host-rollcall=ADA'], 200, 200],
  [['__Host-rollcall=ADA; rollcall=ADA'], 200, 200],
  [['__Host-rollcall=ADA; rollcall=BOB'], 400, 200],
  [['rollcall=BOB; __Host-rollcall=ADA'], 400, 200],
  [['__Host-rollcall=ADA; __Host-rollcall=ADA'], 400, 400],
  [['__Host-rollcall=ADA; __Host-rollcall=BOB'], 400, 400],
  [['__Host-rollcall=ADA', '__Host-rollcall=BOB'], 400, 400],
  [['rollcall=ADA; rollcall=BOB'], 400, 401],
  [['__Host-rollcall=ADA; __Host-rollcall=nonsense'], 400, 400],
  [['__Host-rollcall="ADA"'], 401, 401],
  [['__Host-rollcall="ADA"; __Host-rollcall=ADA'], 400, 400],
  [['__Host-rollcall= ADA'], 401, 401],
  [['__Host-rollcall=ADA,BOB'], 401, 401],
  [['__Host-rollcall=%41DA'], 401, 401],
  [['__Host-rollcall=ADAx'], 401, 401],
  [['__Host-rollcall='], 401, 401],
  [['__Host-rollcall'], 401, 401],
  [['=__Host-rollcall=ADA'], 401, 401],
  [['__host-rollcall=ADA'], 401, 401],
  [['__HOST-ROLLCALL=BOB; __Host-rollcall=ADA'], 200, 200],
  [['__Host-Rollcall=ADA'], 401, 401],
  [['__Secure-rollcall=ADA'], 401, 401],
  [['x__Host-rollcall=ADA'], 401, 401],
  [['$Version=1; $Path=/; rollcall=nonsense'], 401, 401],
  [['a="; __Host-rollcall=ADA; b="'], 200, 200],
  [['session=ADA; token=ADA; sid=ADA'], 401, 401],
]

test('a token is read from one cookie of the right name, and two that differ are refused', async () => {
  await using bench = await appBench()
  const ada = (await bench.issue('ada')).token
  const bob = (await bench.issue('bob')).token
  for (const [cookies, here, afar] of COOKIES) {
    const headers = cookies.map(
      (text): Header => ['Cookie', text.replaceAll('ADA', ada).replaceAll('BOB', bob)],
    )
    const cell = cookies.join(' | ')
    const local = await raw(bench.url, 'GET', '/v1/whoami', headers)
    assert.equal(local.status, here, cell)
    if (here === 200) assert.ok(local.body.includes('"userId":"ada"'), cell)
    const remote = await raw(bench.url, 'GET', '/v1/whoami', [...headers, FROM_AFAR])
    assert.equal(remote.status, afar, `${cell}, from afar`)
    if (afar === 200) assert.ok(remote.body.includes('"userId":"ada"'), `${cell}, from afar`)
  }
})

/** Names that never leave a machine, and headers that say that a request came from elsewhere. */
const LOCAL: readonly (readonly [readonly Header[], number])[] = [
  [[], 200],
  [[['Host', 'localhost']], 200],
  [[['Host', 'app.localhost:4780']], 200],
  [[['Host', '[::1]:4780']], 200],
  [[['Host', 'app.example.com']], 401],
  [[['Host', 'localhost.example.com']], 401],
  [[['Host', '127.0.0.1.example.com']], 401],
  [[['X-Forwarded-For', '127.0.0.1']], 401],
  [[['X-Forwarded-Proto', 'https']], 401],
  [[['Forwarded', 'for=127.0.0.1']], 401],
  [[['Via', '1.1 proxy']], 401],
  [[['X-Real-IP', '127.0.0.1']], 401],
]

test('the plain cookie counts only in requests that never left this machine', async () => {
  await using bench = await appBench()
  const cookie: Header = ['Cookie', `rollcall=${(await bench.issue('ada')).token}`]
  for (const [headers, status] of LOCAL) {
    const answer = await raw(bench.url, 'GET', '/v1/whoami', [cookie, ...headers])
    assert.equal(answer.status, status, headers.join())
  }
})

test('refreshing by cookie sets the successor in that very cookie, and keeps it out of the body', async () => {
  await using bench = await appBench()
  for (const [name, secure] of [
    ['__Host-rollcall', true],
    ['rollcall', false],
  ] as const) {
    const { token } = await bench.issue('ada')
    const answer = await post(bench, '/v1/me/refresh', [['Cookie', `${name}=${token}`], SAME_ORIGIN])
    assert.equal(answer.status, 200)
    const cookie = onlyCookie(answer)
    const { value, ...attributes } = cookie
    const successor = value.slice(name.length + 1)
    assert.ok(value.startsWith(`${name}=rct_`))
    assert.notEqual(successor, token)
    assert.ok(!answer.body.includes('rct_'), 'the token stands in the body')
    const [, expiresAt = ''] = /"expiresAt":"([^"]+)"/.exec(answer.body) ?? []
    const left = (Date.parse(expiresAt) - Date.now()) / 1_000
    assert.ok(Math.abs(Number(attributes['max-age']) - left) < 5, 'the cookie lives as long as the session')
    assert.deepEqual(
      { ...attributes, 'max-age': '' },
      { path: '/', 'max-age': '', httponly: '', samesite: 'Lax', ...(secure && { secure: '' }) },
    )
    assert.ok(cookie.value.length <= 4_096)
    assert.equal((await call(bench.url, 'GET', '/v1/whoami', successor)).status, 200)
  }
})

test('refreshing by a header answers with the successor, and sets no cookie', async () => {
  await using bench = await appBench()
  for (const carry of [
    (token: string): Header => ['Authorization', `Bearer ${token}`],
    (token: string): Header => ['X-Session-Token', token],
  ]) {
    const { token } = await bench.issue('ada')
    const answer = await post(bench, '/v1/me/refresh', [carry(token)])
    assert.match(answer.json.token ?? '', /^rct_/)
    assert.deepEqual(valuesOf(answer, 'set-cookie'), [])
  }
})

/** Ways to end sessions, and whether that ends the one that the cookie carries. */
const ENDS: readonly (readonly [string, boolean])[] = [
  ['/v1/me/sessions/current', true],
  ['/v1/me/sessions/OWN', true],
  ['/v1/me/sessions?scope=all', true],
  ['/v1/me/sessions?scope=others', false],
  ['/v1/me/sessions/OTHER', false],
]

test('signing out takes the cookie back and clears what the browser keeps; signing out elsewhere does neither', async () => {
  await using bench = await appBench()
  for (const name of ['__Host-rollcall', 'rollcall']) {
    for (const [path, ends] of ENDS) {
      const own = await bench.issue('ada')
      const other = await bench.issue('ada')
      const target = path.replace('OWN', own.id).replace('OTHER', other.id)
      const headers: readonly Header[] = [['Cookie', `${name}=${own.token}`], SAME_ORIGIN]
      const answer = await raw(bench.url, 'DELETE', target, headers)
      assert.equal(answer.status, 200, path)
      const secure = name === '__Host-rollcall' ? '; Secure' : ''
      assert.deepEqual(
        [valuesOf(answer, 'set-cookie'), valuesOf(answer, 'clear-site-data')],
        ends
          ? [[`${name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax${secure}`], ['"cache", "storage"']]
          : [[], []],
        `${name} ${path}`,
      )
      assert.equal((await call(bench.url, 'GET', '/v1/whoami', own.token)).status, ends ? 401 : 200)
    }
  }
})

test('whoever signs out with a header keeps what their browser keeps', async () => {
  await using bench = await appBench()
  const { token } = await bench.issue('ada')
  const bearer: Header = ['Authorization', `Bearer ${token}`]
  const answer = await raw(bench.url, 'DELETE', '/v1/me/sessions/current', [bearer])
  assert.equal(answer.status, 200)
  assert.deepEqual([valuesOf(answer, 'set-cookie'), valuesOf(answer, 'clear-site-data')], [[], []])
})

test('no other answer sets a cookie', async () => {
  await using bench = await appBench()
  const { token, id } = await bench.issue('ada')
  const cookie: Header = ['Cookie', `__Host-rollcall=${token}`]
  const key: Header = ['Authorization', `Bearer ${KEY}`]
  const json: Header = ['Content-Type', 'application/json']
  const requests: readonly (readonly [string, string, readonly Header[], string?])[] = [
    ['GET', '/', []],
    ['GET', '/v1/whoami', [cookie]],
    ['GET', '/v1/me/sessions', [cookie]],
    ['PATCH', '/v1/me/sessions/current', [cookie, SAME_ORIGIN, json], '{"label":"x"}'],
    ['DELETE', '/v1/me/sessions/current', [cookie]],
    ['POST', '/v1/sessions', [key, json], '{"user":{"id":"ada"}}'],
    ['POST', '/v1/verify', [key, json], JSON.stringify({ token })],
    ['GET', `/v1/sessions/${id}`, [key]],
    ['DELETE', `/v1/sessions/${id}`, [key]],
    ['GET', '/v1/whoami', [cookie]],
  ]
  for (const [method, path, headers, body] of requests) {
    const answer = await raw(bench.url, method, path, headers, body)
    assert.deepEqual(valuesOf(answer, 'set-cookie'), [], `${method} ${path}`)
  }
})

function post({ url }: AppBench, path: string, headers: readonly Header[]): Promise<RawAnswer> {
  return raw(url, 'POST', path, [...headers, ['Content-Length', '0']])
}

/** The one cookie that an answer sets: its value, and its attributes by their names in lower case. */
function onlyCookie(answer: RawAnswer): Readonly<Record<string, string>> & { readonly value: string } {
  const [cookie = '', ...more] = valuesOf(answer, 'set-cookie')
  assert.deepEqual(more, [])
  const [value = '', ...attributes] = cookie.split('; ')
  const pairs = attributes.map((each) => each.split('=') as [string, string?])
  return { ...Object.fromEntries(pairs.map(([name, set = '']) => [name.toLowerCase(), set])), value }
}
