import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serverBench } from '../support/in-process.ts'
import { type RawAnswer, raw, valuesOf } from '../support/raw-request.ts'
import { call, KEY } from '../support/server-process.ts'

type Headers = readonly (readonly [string, string])[]

const BASIC: Headers = [['Authorization', `Basic ${btoa(KEY)}`]]
const ON_IDS: Headers = [['Host', 'id.example.com']]

/** What each dialect says at a path that it does not answer, to somebody with an access key. */
const MISSING = {
  ome: '{"message":"[HTTP] Controller not found (404)","statusCode":404}',
  weplanx: '404 page not found',
  crossid: '{"code":404,"message":"the requested resource could not be found.","status":"Not Found"}',
  cumulonimbus: '{"code":"INVALID_ENDPOINT_ERROR","message":"Invalid Endpoint"}',
  datepoll: '{"message":""}',
} as const

/** Whoever answered, by their words. */
function whoSaid({ status, body, json }: RawAnswer): string {
  if (status !== 404) return `${status}`
  const found = Object.entries(MISSING).find(([, words]) => words === body)
  return found?.[0] ?? String(json.code)
}

async function voices(
  url: string,
  paths: readonly string[],
  headers: Headers = BASIC,
): Promise<readonly string[]> {
  return Promise.all(paths.map(async (path) => whoSaid(await raw(url, 'GET', path, headers))))
}

const NOWHERE = [
  '/v1/vhosts/default/nothing',
  '/sessions/a/b/c',
  '/api/v1/auth/nothing',
  '/api/nothing',
  '/api/v1/nothing',
  '/api/v1/user/nothing',
  '/api/auth/nothing',
  '/v1/nothing',
  '/nothing',
]

test('what is not there is told in the words of the dialect whose path is the longest', async () => {
  await using server = await serverBench()
  assert.deepEqual(await voices(server.url, NOWHERE), [
    'ome',
    'weplanx',
    'crossid',
    'cumulonimbus',
    'cumulonimbus',
    'datepoll',
    'datepoll',
    'not-found',
    'not-found',
  ])
})

test('a method that a path does not answer is refused in the words of its dialect, odd methods too', async () => {
  await using server = await serverBench()
  const stream = '/v1/vhosts/default/apps/app/streams/stream/sessions'
  for (const [method, path, status, body] of [
    ['DELETE', stream, 404, MISSING.ome],
    ['PURGE', stream, 404, MISSING.ome],
    ['PUT', '/sessions', 404, MISSING.weplanx],
    ['PURGE', '/sessions', 404, MISSING.weplanx],
    ['PATCH', '/api/user/session', 404, MISSING.cumulonimbus],
    ['PURGE', '/api/user/session', 404, MISSING.cumulonimbus],
  ] as const) {
    const answer = await raw(server.url, method, path, BASIC)
    assert.deepEqual([method, path, answer.status, answer.body], [method, path, status, body])
  }
  for (const path of ['/api/v1/auth/sessions/whoami', '/api/v1/user/myself/session']) {
    const answer = await raw(server.url, 'PUT', path, [])
    assert.equal(answer.status, 405, path)
    assert.deepEqual(valuesOf(answer, 'content-type'), ['application/json; charset=utf-8'])
    assert.notEqual(answer.json.code, 'method-not-allowed')
  }
})

test('GET /api is cumulonimbus, without it the 404 of datepoll, without both the native one', async () => {
  for (const [dialects, status, body] of [
    ['all', 200, '{"hello":"world","version":"3.6.1"}'],
    ['datepoll,cumulonimbus', 200, '{"hello":"world","version":"3.6.1"}'],
    ['ome,datepoll', 404, MISSING.datepoll],
    ['none', 404, undefined],
    ['cumulonimbus;host=c.example,datepoll', 404, MISSING.datepoll],
  ] as const) {
    await using server = await serverBench(`--dialects=${dialects}`)
    const answer = await raw(server.url, 'GET', '/api', [])
    assert.equal(answer.status, status, dialects)
    if (body === undefined) assert.equal(answer.json.code, 'not-found')
    else assert.equal(answer.body, body)
  }
})

test('GET / is a page for people, and weplanx for programs where that is spoken', async () => {
  const html = ['Accept', 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8'] as const
  for (const [dialects, cookies] of [
    ['all', 2],
    ['ome', 0],
    ['weplanx;host=w.example', 0],
    ['weplanx;prefix=/old', 0],
  ] as const) {
    await using server = await serverBench(`--dialects=${dialects}`)
    const page = await raw(server.url, 'GET', '/', [html])
    assert.ok(page.body.startsWith('<!doctype html>'), dialects)
    assert.deepEqual(valuesOf(page, 'set-cookie'), [])
    const program = await raw(server.url, 'GET', '/', [['Accept', '*/*']])
    assert.equal(program.status, 200)
    assert.equal(valuesOf(program, 'set-cookie').length, cookies, dialects)
  }
  await using server = await serverBench('--dialects=weplanx;host=w.example')
  const there = await raw(server.url, 'GET', '/', [['Host', 'w.example:8080']])
  assert.equal(valuesOf(there, 'set-cookie').length, 2)
})

test('each dialect is spoken only if it is asked for, and the native API always', async () => {
  const own = {
    ome: '/v1/vhosts/default/nothing',
    weplanx: '/sessions/a/b/c',
    crossid: '/api/v1/auth/nothing',
    cumulonimbus: '/api/nothing',
    datepoll: '/api/v1/user/nothing',
  } as const
  for (const name of Object.keys(own)) {
    await using server = await serverBench(`--dialects=${name}`)
    const said = await voices(server.url, Object.values(own))
    const expected = Object.keys(own).map((each) => {
      if (each === name) return name
      return name === 'cumulonimbus' && own[each as keyof typeof own].startsWith('/api/') ? name : 'not-found'
    })
    assert.deepEqual(said, expected, name)
    assert.equal((await call(server.url, 'GET', '/v1/overview', KEY)).status, 200)
  }
})

test("a prefix stands before every path of a dialect, and its own paths are nobody's then", async () => {
  await using server = await serverBench('--dialects=all;prefix=/old/api')
  const prefixed = NOWHERE.map((path) => `/old/api${path}`)
  assert.deepEqual(await voices(server.url, [...prefixed, ...NOWHERE]), [
    ...['ome', 'weplanx', 'crossid', 'cumulonimbus', 'cumulonimbus', 'datepoll', 'datepoll'],
    ...Array<string>(2 + NOWHERE.length).fill('not-found'),
  ])
  const { token = '' } = (await call(server.url, 'POST', '/v1/sessions', KEY, { user: { id: '1' } })).json
  const list = await raw(server.url, 'GET', `/old/api/api/v1/user/myself/session?token=${token}`, [])
  assert.match(list.body, /"href":"old\/api\/api\/v1\/user\/myself\/session\/\d+"/)
  const who = await call(server.url, 'GET', '/old/api/api/v1/auth/sessions/whoami', token)
  assert.equal(who.status, 200)
})

test('a host has its dialects for itself, whatever its port and case, bodies and all', async () => {
  await using server = await serverBench('--dialects=crossid;host=id.example.com,datepoll')
  const whoami = '/api/v1/auth/sessions/whoami'
  for (const [host, status] of [
    ['id.example.com', 401],
    ['id.example.com:4780', 401],
    ['ID.Example.Com', 401],
    ['id.example.com.evil.example', 404],
    ['example.com', 404],
  ] as const)
    assert.equal((await raw(server.url, 'GET', whoami, [['Host', host]])).status, status, host)
  const elsewhere = await voices(server.url, [whoami, '/api/v1/user/nothing'])
  assert.deepEqual(elsewhere, ['not-found', 'datepoll'])
  assert.deepEqual(await voices(server.url, ['/api/v1/user/nothing'], ON_IDS), ['datepoll'])

  const { token = '' } = (await call(server.url, 'POST', '/v1/sessions', KEY, { user: { id: 'ada' } })).json
  const revoked = await raw(
    server.url,
    'DELETE',
    '/api/v1/auth/sessions/revoke',
    [
      ['Host', 'id.example.com:4780'],
      ['Content-Type', 'application/json'],
    ],
    JSON.stringify({ sessionToken: token }),
  )
  assert.equal(revoked.status, 204)
  assert.equal((await call(server.url, 'GET', '/v1/whoami', token)).json.reason, 'revoked')
})

test('a dialect mounted twice tells the realms of its places apart', async () => {
  await using server = await serverBench('--dialects=crossid;realm=one,crossid;prefix=/two;realm=two')
  const issue = async (realm: string): Promise<string> =>
    (await call(server.url, 'POST', '/v1/sessions', KEY, { user: { id: 'ada' }, realm })).json.token ?? ''
  const tokens = [await issue('one'), await issue('two'), await issue('default')]
  const statuses = await Promise.all(
    ['', '/two'].flatMap((prefix) =>
      tokens.map(async (token) => {
        const path = `${prefix}/api/v1/auth/sessions/whoami`
        return (await call(server.url, 'GET', path, token)).status
      }),
    ),
  )
  assert.deepEqual(statuses, [200, 401, 401, 401, 200, 401])
})

test('settings of one dialect reach it', async () => {
  await using server = await serverBench(
    '--resources=default/app/stream',
    '--crossid-cookie=sid',
    '--cumulonimbus-limit=3/1m',
    '--weplanx-unsafe-any-user=yes',
    '--ome-keep-out=10m',
  )
  const { url } = server
  const stream = '/v1/vhosts/default/apps/app/streams/stream/sessions'
  assert.equal((await raw(url, 'GET', stream, BASIC)).body, '{"message":"OK","response":[],"statusCode":200}')
  const playback = { kind: 'playback', resource: 'default/app/stream', name: 'x' }
  assert.equal((await call(url, 'POST', '/v1/sessions', KEY, playback)).status, 201)
  assert.equal((await raw(url, 'DELETE', `${stream}/x`, BASIC)).status, 200)
  assert.equal((await call(url, 'POST', '/v1/sessions', KEY, playback)).status, 403)

  const { token = '' } = (await call(url, 'POST', '/v1/sessions', KEY, { user: { id: 'ada' } })).json
  assert.equal(
    (await raw(url, 'GET', '/api/v1/auth/sessions/whoami', [['Cookie', `sid=${token}`]])).status,
    200,
  )
  assert.equal((await raw(url, 'GET', '/sessions', [['Cookie', `TOKEN=${token}`]])).body, '["ada"]')
  const asked = [1, 2, 3, 4].map(() => raw(url, 'GET', '/api', []))
  const statuses = (await Promise.all(asked)).map(({ status }) => status)
  assert.deepEqual(statuses.sort(), [200, 200, 200, 429])
})

test('pages of listed origins may read what dialects answer, and no others', async () => {
  const origin = 'https://app.example.com'
  await using server = await serverBench(`--allow-origin=${origin}`)
  const paths = [
    '/v1/vhosts',
    '/sessions',
    '/',
    '/api/v1/auth/sessions/whoami',
    '/api',
    '/api/v1/user/myself/session',
  ]
  for (const path of paths) {
    for (const [from, shared] of [
      [origin, [origin]],
      ['https://evil.example', []],
    ] as const) {
      const answer = await raw(server.url, 'GET', path, [['Origin', from]])
      assert.deepEqual(valuesOf(answer, 'access-control-allow-origin'), shared, `${path} to ${from}`)
      const asks = [
        ['Origin', from],
        ['Access-Control-Request-Method', 'DELETE'],
      ] as const
      const preflight = await raw(server.url, 'OPTIONS', path, asks)
      assert.deepEqual(valuesOf(preflight, 'access-control-allow-origin'), shared, `${path} to ${from}`)
    }
  }
  const counted = await raw(server.url, 'GET', '/api', [['Origin', origin]])
  const [readable = ''] = valuesOf(counted, 'access-control-expose-headers')
  assert.ok(readable.includes('RateLimit-Remaining') && readable.includes('X-Sessions-Ended'))
})

test('requests to dialects are counted by route, whatever stands in their paths', async () => {
  await using server = await serverBench('--dialects=all,crossid;prefix=/ids')
  const { token = '' } = (await call(server.url, 'POST', '/v1/sessions', KEY, { user: { id: '7' } })).json
  for (const id of ['1', '2', 'x%20y'])
    await raw(server.url, 'GET', `/api/user/${id}/sessions?token=${token}`, [])
  for (const path of [
    '/api/a',
    '/api/b',
    '/sessions/x/y',
    `/api/${token}`,
    '/v1/vhosts/a',
    '/ids/api/v1/auth/z',
  ])
    await raw(server.url, 'GET', path, [])
  await raw(server.url, 'DELETE', '/sessions/64bfbe69eddf04482dcf9d43', [])
  await raw(server.url, 'HEAD', '/ids/api/v1/auth/sessions/whoami', [])
  await raw(server.url, 'PURGE', `/sessions/${token}`, [])
  const { body } = await raw(server.url, 'GET', '/metrics', [])
  const counts = [
    ...body.matchAll(/^rollcall_http_requests_total\{method="(.*?)",route="(.*?)",status="(.*?)"\} (\d+)$/gm),
  ]
    .map(([, method, route, status, count]) => `${method} ${route} ${status} ${count}`)
    .filter((line) => !line.includes(' /v1/whoami ') && !line.startsWith('POST'))
  assert.deepEqual(counts.sort(), [
    'DELETE /sessions/:uid 400 1',
    'GET /api/* 404 3',
    'GET /api/user/:id/sessions 401 2',
    'GET /api/user/:id/sessions 404 1',
    'GET /ids/api/v1/auth/* 404 1',
    'GET /sessions/* 404 1',
    'GET /v1/vhosts/* 401 1',
    'HEAD /ids/api/v1/auth/sessions/whoami 401 1',
    'other none 404 1',
  ])
  assert.ok(!body.includes(token))
})
