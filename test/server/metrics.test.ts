import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { RunningServer } from '../../src/server/start-server.ts'
import { serverBench } from '../support/in-process.ts'
import { raw } from '../support/raw-request.ts'
import { call, KEY } from '../support/server-process.ts'
import { until } from '../support/until.ts'

type Header = readonly [string, string]
type Numbers = ReadonlyMap<string, number>

test('what was done is counted: issues, verdicts by how, ends by reason, refreshes, what lives', async () => {
  await using server = await serverBench('--sessions-per-user=2', '--max-staleness=20s')
  const { url } = server
  const issue = async (more: object): Promise<{ readonly token: string; readonly id: string }> => {
    const { token = '', session } = (await call(url, 'POST', '/v1/sessions', KEY, more)).json
    return { token, id: session?.id ?? '' }
  }
  const first = await issue({ user: { id: 'ada' } })
  const second = await issue({ user: { id: 'ada' } })
  await issue({ user: { id: 'ada' } })
  const seat = await issue({ kind: 'playback', resource: 'default/app/stream' })
  await issue({ kind: 'playback', resource: 'default/app/stream' })
  await until('the session is at hand', async () => {
    await server.sessions.verify(second.token)
    return server.sessions.verifyCached(second.token)
  })
  const before = await numbersOf(server)
  for (let round = 0; round < 7; round++) await call(url, 'GET', '/v1/whoami', second.token)
  for (let round = 0; round < 3; round++) await call(url, 'GET', '/v1/whoami', 'rct_nonsense')
  await call(url, 'GET', '/v1/whoami', first.token)
  await call(url, 'POST', '/v1/verify', KEY, { tokens: [seat.token, 'nonsense'] })
  await call(url, 'POST', '/v1/me/refresh', second.token)
  await call(url, 'DELETE', `/v1/sessions/${seat.id}`, KEY)
  await until(
    'the journal was read',
    async () =>
      (await numbersOf(server)).get('rollcall_sessions_ended_total{kind="playback",reason="revoked"}') === 1,
  )
  const now = await numbersOf(server)

  const expected: Readonly<Record<string, number>> = {
    'rollcall_sessions_issued_total{kind="login"}': 3,
    'rollcall_sessions_issued_total{kind="playback"}': 2,
    'rollcall_sessions_refreshed_total{kind="login"}': 1,
    'rollcall_sessions_ended_total{kind="login",reason="evicted"}': 1,
    'rollcall_sessions_ended_total{kind="playback",reason="revoked"}': 1,
    'rollcall_sessions_live{kind="login"}': 2,
    'rollcall_sessions_live{kind="connection"}': 0,
    'rollcall_sessions_live{kind="playback"}': 2,
    'rollcall_verifications_total{outcome="refused",reason="evicted"}': 1,
    'rollcall_verifications_total{outcome="refused",reason="malformed"}': 4,
    rollcall_wrong_credentials_total: 3,
    rollcall_too_many_attempts_total: 0,
    rollcall_event_readers: 0,
    'rollcall_http_requests_total{method="GET",route="/v1/whoami",status="200"}': 7,
    'rollcall_http_requests_total{method="GET",route="/v1/whoami",status="401"}': 4,
  }
  for (const [name, value] of Object.entries(expected)) assert.equal(now.get(name), value, name)
  const grew = (name: string): number => (now.get(name) ?? 0) - (before.get(name) ?? 0)
  const asRefreshing = 1
  assert.equal(grew('rollcall_verifications_total{outcome="cached",reason=""}'), 7 + asRefreshing)
  assert.equal(grew('rollcall_store_operation_duration_seconds_count{operation="rotate"}'), 1)
  assert.equal(now.get('rollcall_store_operation_duration_seconds_count{operation="insert"}'), 5)
  assert.equal(now.get('rollcall_journal_position'), Number(await positionOf(server)))
  assert.ok((now.get('rollcall_journal_read_age_seconds') ?? 99) < 10)
})

test('readers of events are counted while they read', async () => {
  await using server = await serverBench()
  const hangUps = [new AbortController(), new AbortController()]
  for (const { signal } of hangUps) {
    const headers = { accept: 'text/event-stream', authorization: `Bearer ${KEY}` }
    assert.equal((await fetch(`${server.url}/v1/events`, { headers, signal })).status, 200)
  }
  assert.equal((await numbersOf(server)).get('rollcall_event_readers'), 2)
  for (const hangUp of hangUps) hangUp.abort()
  await until(
    'the readers are gone',
    async () => (await numbersOf(server)).get('rollcall_event_readers') === 0,
  )
  const answered = 'rollcall_http_requests_total{method="GET",route="/v1/events",status="200"}'
  assert.equal((await numbersOf(server)).get(answered), 2, 'a stream counts when its reader hangs up')
  const timed = 'rollcall_http_request_duration_seconds_count{method="GET",route="/v1/events"}'
  assert.equal((await numbersOf(server)).get(timed), undefined, 'how long it was held open is no latency')
})

test('whoever sends requests cannot make up names of metrics, nor find anything of theirs in them', async () => {
  await using server = await serverBench()
  const { url } = server
  const body = { user: { id: 'secret-user' }, device: { ip: '203.0.113.77', label: 'secret-label' } }
  const { token = '', session } = (await call(url, 'POST', '/v1/sessions', KEY, body)).json
  await numbersOf(server)
  const sizes: number[] = []
  for (const name of ['made-up', 'thought-out']) {
    for (let path = 0; path < 25; path++) await call(url, 'GET', `/${name}-${path}/${token}`, KEY)
    for (const method of name === 'made-up' ? ['PROPFIND', 'PURGE'] : ['LINK', 'MKCOL'])
      await raw(url, method, '/', [])
    await call(url, 'GET', `/v1/sessions/${session?.id}?${name}=${token}`, KEY)
    await call(url, 'GET', `/v1/sessions?user=secret-${name}`, KEY)
    const series = [...(await numbersOf(server)).keys()]
    sizes.push(series.filter((each) => each.startsWith('rollcall_http')).length)
  }
  assert.equal(sizes[0], sizes[1], 'other names make no other series')
  const { text } = await call(url, 'GET', '/metrics', KEY)
  for (const secret of ['made-up', 'thought-out', 'PROPFIND', 'secret', '203.0.113', 'rct_', 'ses_', KEY])
    assert.ok(!text.includes(secret), secret)
  assert.match(text, /method="GET",route="none",status="404"\} 50/)
})

/** Who asks for the metrics, in what way, and the answer. */
const READERS: readonly (readonly [string, readonly Header[], number])[] = [
  ['nobody, on this machine', [], 200],
  ['nobody, by its other name', [['Host', 'localhost']], 200],
  ['nobody, through a proxy', [['X-Forwarded-For', '203.0.113.7']], 401],
  ['nobody, through a proxy that says it is local', [['X-Forwarded-For', '127.0.0.1']], 401],
  ['a page whose name was made to mean this machine', [['Host', 'evil.example']], 401],
  [
    'a key for reading',
    [
      ['Authorization', 'Bearer READER'],
      ['Via', '1.1 proxy'],
    ],
    200,
  ],
  [
    'a key for everything',
    [
      ['Authorization', `Bearer ${KEY}`],
      ['Via', '1.1 proxy'],
    ],
    200,
  ],
  [
    'a key for issuing',
    [
      ['Authorization', 'Bearer ISSUER'],
      ['Via', '1.1 proxy'],
    ],
    403,
  ],
  [
    'a key of one realm',
    [
      ['Authorization', 'Bearer SHOP'],
      ['Via', '1.1 proxy'],
    ],
    403,
  ],
  [
    'a key that is none',
    [
      ['Authorization', 'Bearer no-such-key-at-all'],
      ['Via', '1.1 proxy'],
    ],
    401,
  ],
  [
    'a holder',
    [
      ['Authorization', 'Bearer TOKEN'],
      ['Via', '1.1 proxy'],
    ],
    403,
  ],
  [
    'a holder with a cookie',
    [
      ['Cookie', '__Host-rollcall=TOKEN'],
      ['Via', '1.1 proxy'],
    ],
    403,
  ],
]

test('metrics are open to this very machine, and else to keys that read every realm', async () => {
  await using server = await serverBench()
  const { url } = server
  const make = async (name: string, scope: string, realm: string): Promise<string> =>
    (await call(url, 'POST', '/v1/keys', KEY, { name, scopes: [scope], realm })).json.secret ?? ''
  const credentials: Readonly<Record<string, string>> = {
    READER: await make('reader', 'sessions:read', '*'),
    ISSUER: await make('issuer', 'sessions:issue', '*'),
    SHOP: await make('shop', 'sessions:read', 'shop'),
    TOKEN: (await call(url, 'POST', '/v1/sessions', KEY, { user: { id: 'ada' } })).json.token ?? '',
  }
  for (const [who, headers, status] of READERS) {
    const sent = headers.map(
      ([name, value]): Header => [
        name,
        value.replace(/READER|ISSUER|SHOP|TOKEN/, (word) => credentials[word] ?? ''),
      ],
    )
    const answer = await raw(url, 'GET', '/metrics', sent)
    assert.equal(answer.status, status, who)
    assert.equal(answer.body.includes('rollcall_sessions_live'), status === 200, who)
  }
})

test('live sessions are counted once in a while, however often somebody looks', async () => {
  await using server = await serverBench()
  for (let look = 0; look < 10; look++) await numbersOf(server)
  const counted = (await numbersOf(server)).get(
    'rollcall_store_operation_duration_seconds_count{operation="count"}',
  )
  assert.ok(counted !== undefined && counted <= 3, `${counted} counts for three kinds`)
})

test('docs/metrics.md has every metric, its labels and no other', async () => {
  await using server = await serverBench()
  const { text } = await call(server.url, 'GET', '/metrics', KEY)
  const told = [...text.matchAll(/^# TYPE (rollcall_\w+) (\w+)$/gm)].map(
    ([, name, type]) => `${name} ${type}`,
  )
  const page = readFileSync(join(import.meta.dirname, '../../docs/metrics.md'), 'utf8')
  const written = [...page.matchAll(/^\| `(rollcall_\w+)` \| (\w+) \|/gm)].map(
    ([, name, type]) => `${name} ${type}`,
  )
  assert.deepEqual(written.toSorted(), told.toSorted())
})

async function numbersOf({ url }: Pick<RunningServer, 'url'>): Promise<Numbers> {
  const { status, text } = await call(url, 'GET', '/metrics')
  assert.equal(status, 200)
  const lines = text.split('\n').filter((line) => line.startsWith('rollcall_'))
  return new Map(
    lines.map((line) => {
      const [, name = '', value = ''] = /^([a-z_]+(?:\{.*\})?) (\S+)$/.exec(line) ?? []
      assert.ok(name !== '' && Number.isFinite(Number(value)), line)
      return [name, Number(value)]
    }),
  )
}

async function positionOf({ sessions }: RunningServer): Promise<string> {
  return (await sessions.events(undefined, 1)).position
}
