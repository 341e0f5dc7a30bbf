import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AppBench, appBench } from '../support/app.ts'
import { readGrid } from '../support/grid.ts'
import { type RawAnswer, raw, valuesOf } from '../support/raw-request.ts'
import { call, KEY } from '../support/server-process.ts'

const ALLOWED = 'https://app.example.com'

/** Origin by Sec-Fetch-Site: may a change go through that a cookie carries, on this very machine? */
const AT_HOME = `
               missing  same-origin  none  same-site  cross-site  junk
  missing      no       yes          yes   no         no          no
  null         no       yes          yes   no         no          no
  own, plain   yes      yes          yes   no         no          yes
  own, TLS     yes      yes          yes   no         no          yes
  allowed      yes      yes          yes   yes        yes         yes
  sibling      no       yes          yes   no         no          no
  look-alike   no       yes          yes   no         no          no
  other port   no       yes          yes   no         no          no
  evil         no       yes          yes   no         no          no
`

/** The same behind a proxy: a page without TLS may have been written by whoever is on the line. */
const FROM_AFAR = `
               missing  same-origin  none  same-site  cross-site  junk
  missing      no       yes          yes   no         no          no
  null         no       yes          yes   no         no          no
  own, plain   no       yes          yes   no         no          no
  own, TLS     yes      yes          yes   no         no          yes
  allowed      yes      yes          yes   yes        yes         yes
  evil         no       yes          yes   no         no          no
`

type Header = readonly [string, string]

/** How a token travels; whether a page of another site could make a browser send it so, without asking first. */
const CARRIERS: readonly (readonly [string, boolean, (token: string) => readonly Header[]])[] = [
  ['secure cookie', true, (token) => [['Cookie', `__Host-rollcall=${token}`]]],
  ['plain cookie', true, (token) => [['Cookie', `a=b; rollcall=${token}`]]],
  ['bearer', false, (token) => [['Authorization', `Bearer ${token}`]]],
  ['header', false, (token) => [['X-Session-Token', token]]],
  [
    'cookie and bearer',
    false,
    (token) => [
      ['Cookie', `__Host-rollcall=${token}`],
      ['Authorization', `Bearer ${token}`],
    ],
  ],
]

/** Method, path and body. */
type Change = readonly [string, string, string]

const RENAME: Change = ['PATCH', '/v1/me/sessions/current', '{"label":"changed"}']
const CHANGES: readonly Change[] = [
  RENAME,
  ['DELETE', '/v1/me/sessions?scope=others', ''],
  ['POST', '/v1/me/refresh', ''],
]
const LOOKS: readonly (readonly [string, string])[] = [
  ['GET', '/v1/whoami'],
  ['HEAD', '/v1/me/sessions'],
]

test('a change that a cookie carries goes through from this site and allowed ones only, and a refused one changes nothing', async () => {
  await using bench = await appBench([ALLOWED])
  let { token } = await bench.issue('ada')
  const cells = readGrid(AT_HOME).flatMap((cell) =>
    CARRIERS.flatMap((carrier) => CHANGES.map((change) => ({ ...cell, carrier, change }))),
  )
  assert.equal(cells.length, 9 * 6 * 5 * 3)
  for (const { row, column, says, carrier, change } of cells) {
    const [name, ambient, carry] = carrier
    const before = await positionOf(bench)
    const answer = await send(bench, change, [...carry(token), ...siteHeaders(bench, row, column)])
    const cell = `${change[0]} by ${name}, Origin ${row}, Sec-Fetch-Site ${column}`
    if (ambient && says === 'no') {
      const now = await positionOf(bench)
      assert.deepEqual([answer.status, answer.json.code, now], [403, 'cross-site', before], cell)
    } else assert.equal(answer.status, 200, cell)
    token = newToken(answer) ?? token
  }
})

test('whatever changes nothing is answered wherever it comes from', async () => {
  await using bench = await appBench([ALLOWED])
  const { token } = await bench.issue('ada')
  for (const { row, column } of readGrid(AT_HOME)) {
    for (const [carrier, , carry] of CARRIERS) {
      for (const [method, path] of LOOKS) {
        const headers = [...carry(token), ...siteHeaders(bench, row, column)]
        const { status } = await raw(bench.url, method, path, headers)
        assert.equal(status, 200, `${method} by ${carrier}, Origin ${row}, Sec-Fetch-Site ${column}`)
      }
    }
  }
})

test('behind a proxy, a page without TLS is of another site', async () => {
  await using bench = await appBench([ALLOWED])
  const { token } = await bench.issue('ada')
  const proxied: Header = ['X-Forwarded-For', '203.0.113.7']
  for (const { row, column, says } of readGrid(FROM_AFAR)) {
    const cookie: Header = ['Cookie', `__Host-rollcall=${token}`]
    const headers = [cookie, proxied, ...siteHeaders(bench, row, column)]
    const { status } = await send(bench, RENAME, headers)
    assert.equal(status, says === 'yes' ? 200 : 403, `Origin ${row}, Sec-Fetch-Site ${column}`)
  }
})

test('behind a trusted proxy this site is the host that was asked for; nobody else may say which that was', async () => {
  const asked: readonly Header[] = [
    ['X-Forwarded-For', '203.0.113.7'],
    ['X-Forwarded-Host', 'public.example'],
  ]
  for (const [trustProxies, origin, status] of [
    [['loopback'], 'https://public.example', 200],
    [['loopback'], 'http://public.example', 403],
    [['loopback'], 'https://evil.example', 403],
    [['10.0.0.1'], 'https://public.example', 403],
    [[], 'https://public.example', 403],
  ] as const) {
    await using bench = await appBench([], { trustProxies })
    const { token } = await bench.issue('ada')
    const headers: readonly Header[] = [['Cookie', `__Host-rollcall=${token}`], ['Origin', origin], ...asked]
    assert.equal((await send(bench, RENAME, headers)).status, status, `${trustProxies} ${origin}`)
  }
})

test('a page of another site cannot sign anybody in, out or up with what browsers send by themselves', async () => {
  await using bench = await appBench()
  const { token } = await bench.issue('ada')
  const before = await positionOf(bench)
  const cookie: Header = ['Cookie', `__Host-rollcall=${token}`]
  const basic: Header = ['Authorization', `Basic ${btoa(`anyone:${KEY}`)}`]
  const form = 'user[id]=eve'
  const json = '{"user":{"id":"eve"}}'
  const table: readonly (readonly [string, string, readonly Header[], string, number])[] = [
    ['POST', '/v1/sessions', [cookie, ['Content-Type', 'application/json']], json, 403],
    ['POST', '/v1/sessions', [basic, ['Content-Type', 'text/plain']], json, 415],
    ['POST', '/v1/sessions', [basic, ['Content-Type', 'application/x-www-form-urlencoded']], form, 415],
    ['POST', '/v1/sessions', [basic, ['Content-Type', 'multipart/form-data; boundary=x']], form, 415],
    ['GET', '/v1/me/refresh', [cookie], '', 405],
    ['HEAD', '/v1/me/refresh', [cookie], '', 405],
    ['GET', '/v1/me/sessions/current', [cookie, ['X-HTTP-Method-Override', 'DELETE']], '', 405],
    ['POST', '/v1/me/sessions/current?_method=DELETE', [cookie], '', 403],
  ]
  for (const [method, path, headers, body, status] of table) {
    const answer = await raw(bench.url, method, path, headers, body)
    assert.equal(answer.status, status, `${method} ${path} ${headers.join()}`)
  }
  assert.equal(await positionOf(bench), before)
  assert.equal((await call(bench.url, 'GET', '/v1/whoami', token)).status, 200)
})

function send(
  { url }: AppBench,
  [method, path, body]: Change,
  headers: readonly Header[],
): Promise<RawAnswer> {
  const about: Header = body === '' ? ['Content-Length', '0'] : ['Content-Type', 'application/json']
  return raw(url, method, path, [...headers, about], body)
}

function siteHeaders({ url }: AppBench, origin: string, site: string): readonly Header[] {
  const { host, hostname } = new URL(url)
  const origins: Readonly<Record<string, string>> = {
    null: 'null',
    'own, plain': `http://${host}`,
    'own, TLS': `https://${host}`,
    allowed: ALLOWED,
    sibling: 'https://other.example.com',
    'look-alike': `${ALLOWED}.evil.example`,
    'other port': `http://${hostname}:1`,
    evil: 'https://evil.example',
  }
  const named = origins[origin]
  return [
    ...(named === undefined ? [] : ([['Origin', named]] as const)),
    ...(site === 'missing' ? [] : ([['Sec-Fetch-Site', site]] as const)),
  ]
}

/** Where the journal stands: whatever changes anything moves it. */
async function positionOf({ sessions }: AppBench): Promise<string> {
  return (await sessions.events(undefined, 1)).position
}

function newToken(answer: RawAnswer): string | undefined {
  const [cookie = ''] = valuesOf(answer, 'set-cookie')
  return answer.json.token ?? /rollcall=(rct_\w+)/.exec(cookie)?.[1]
}
