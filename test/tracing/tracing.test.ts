import assert from 'node:assert/strict'
import { after, afterEach, test } from 'node:test'
import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { InMemorySpanExporter, type ReadableSpan } from '@opentelemetry/sdk-trace'
import { surround } from '../../src/core/around.ts'
import { RollcallError } from '../../src/core/errors.ts'
import { traceSessions, traceStore } from '../../src/opentelemetry.ts'
import { readSettings } from '../../src/server/settings.ts'
import { type RunningServer, startServer } from '../../src/server/start-server.ts'
import { engineBench } from '../support/engine.ts'
import { raw } from '../support/raw-request.ts'
import { call, KEY } from '../support/server-process.ts'
import { until } from '../support/until.ts'
import { register } from './provider.ts'

const exporter = new InMemorySpanExporter()
const provider = register(exporter)
const server: RunningServer = await startServer(
  readSettings({
    argv: ['--store', 'memory:', '--port', '0', '--log-level', 'silent', '--key', KEY],
    env: {},
  }),
)
const { url, sessions } = server

afterEach(() => exporter.reset())
after(async () => {
  await server.close()
  await provider.shutdown()
})

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const PARENT = `00-${TRACE}-b7ad6b7169203331-01`

test('a request is a span of its own, over the verb that it asks for and the store calls that this takes', async () => {
  await call(url, 'POST', '/v1/sessions', KEY, { user: { id: 'ada' }, kind: 'login' })
  const request = await spanOf('POST /v1/sessions')
  assert.equal(request.kind, SpanKind.SERVER)
  assert.deepEqual(request.attributes, {
    'http.request.method': 'POST',
    'http.route': '/v1/sessions',
    'http.response.status_code': 201,
    'url.scheme': 'http',
  })
  const issue = await spanOf('rollcall.issue')
  assert.equal(parentOf(issue), request.name)
  assert.deepEqual(issue.attributes, {
    'rollcall.realm': 'default',
    'rollcall.kind': 'login',
    'rollcall.gave_way': 0,
  })
  const insert = await spanOf('rollcall.store.insert')
  assert.deepEqual(
    [parentOf(insert), insert.kind, insert.attributes],
    ['rollcall.issue', SpanKind.CLIENT, {}],
  )
})

/** Verbs over HTTP, and the span that each is. */
const VERBS: readonly (readonly [string, string, string, string, unknown?])[] = [
  ['POST', '/v1/sessions', '/v1/sessions', 'rollcall.issue', { user: { id: 'bob' } }],
  ['GET', '/v1/sessions', '/v1/sessions', 'rollcall.list'],
  ['GET', '/v1/sessions/count', '/v1/sessions/count', 'rollcall.count'],
  ['GET', '/v1/sessions/ID', '/v1/sessions/:id', 'rollcall.get'],
  ['PATCH', '/v1/sessions/ID', '/v1/sessions/:id', 'rollcall.update', { label: 'x' }],
  ['POST', '/v1/verify', '/v1/verify', 'rollcall.verify', { token: 'nonsense' }],
  ['GET', '/v1/events', '/v1/events', 'rollcall.events'],
  ['GET', '/v1/users', '/v1/users', 'rollcall.users.list'],
  ['PATCH', '/v1/users/ada', '/v1/users/:id', 'rollcall.users.update', { displayName: 'Ada' }],
  ['GET', '/v1/denials', '/v1/denials', 'rollcall.denials.list'],
  ['GET', '/v1/keys', '/v1/keys', 'rollcall.keys.list'],
  ['DELETE', '/v1/sessions/ID', '/v1/sessions/:id', 'rollcall.end'],
]

test('every verb is a span under its request', async () => {
  const { session } = await sessions.issue({ user: { id: 'ada' } })
  for (const [method, path, route, verb, body] of VERBS) {
    exporter.reset()
    const { status } = await call(url, method, path.replace('ID', session.id), KEY, body)
    assert.ok(status < 300, `${method} ${path} answered ${status}`)
    await spanOf(`${method} ${route}`)
    assert.equal(parentOf(await spanOf(verb)), `${method} ${route}`, verb)
  }
})

test('a request goes on with the trace of its caller', async () => {
  const { token } = await sessions.issue({ user: { id: 'ada' } })
  exporter.reset()
  const { status } = await raw(url, 'GET', '/v1/whoami', [
    ['Authorization', `Bearer ${token}`],
    ['Traceparent', PARENT],
  ])
  assert.equal(status, 200)
  const request = await spanOf('GET /v1/whoami')
  const verify = await spanOf('rollcall.verify')
  assert.deepEqual(
    [request.spanContext().traceId, request.parentSpanContext?.spanId],
    [TRACE, 'b7ad6b7169203331'],
  )
  assert.equal(parentOf(verify), 'GET /v1/whoami')
  assert.deepEqual(verify.attributes, {
    'rollcall.live': true,
    'rollcall.realm': 'default',
    'rollcall.kind': 'login',
  })
  assert.equal(parentOf(await spanOf('rollcall.store.find')), 'rollcall.verify')
})

test('whoami of a session at hand is traced for callers that trace, and costs nothing for others', async () => {
  const { token } = await sessions.issue({ user: { id: 'ada' } })
  await until('the session is at hand', async () => {
    await sessions.verify(token)
    return sessions.verifyCached(token) !== undefined
  })
  exporter.reset()
  const bearer = ['Authorization', `Bearer ${token}`] as const
  assert.equal((await raw(url, 'GET', '/v1/whoami', [bearer])).status, 200)
  assert.equal((await raw(url, 'GET', '/v1/whoami', [bearer, ['Traceparent', PARENT]])).status, 200)
  await spanOf('GET /v1/whoami')
  assert.deepEqual(
    exporter.getFinishedSpans().map(({ name }) => name),
    ['GET /v1/whoami'],
  )
})

test('a refusal names why, and is no error', async () => {
  const refused = await call(url, 'GET', '/v1/sessions/nothing', KEY)
  assert.equal(refused.status, 404)
  const request = await spanOf('GET /v1/sessions/:id')
  assert.equal(request.attributes['http.response.status_code'], 404)
  assert.equal(request.status.code, SpanStatusCode.UNSET)
  exporter.reset()
  const gone = await call(url, 'PATCH', '/v1/users/nobody', KEY, { displayName: 'x' })
  assert.equal(gone.status, 404)
  const update = await spanOf('rollcall.users.update')
  assert.equal(update.attributes['error.type'], 'not-found')
  assert.equal(update.status.code, SpanStatusCode.UNSET)
})

test('a store that is away is an error, in the span of its call and of the verb', async () => {
  const away = new RollcallError('store-unavailable', 'secret words of a driver')
  await using bench = await engineBench({}, (store) =>
    traceStore(surround(store, (operation, work) => (operation === 'find' ? Promise.reject(away) : work()))),
  )
  const traced = traceSessions(bench.sessions)
  await assert.rejects(traced.get('ses_1111111111111111111111'), away)
  for (const name of ['rollcall.store.find', 'rollcall.get']) {
    const { attributes, status, events } = await spanOf(name)
    assert.deepEqual(
      [attributes, status, events],
      [{ 'error.type': 'store-unavailable' }, { code: SpanStatusCode.ERROR }, []],
    )
  }
})

test('a stream of events is one span, which ends when its reader hangs up', async () => {
  const hangUp = new AbortController()
  await fetch(`${url}/v1/events`, {
    headers: { accept: 'text/event-stream', authorization: `Bearer ${KEY}` },
    signal: hangUp.signal,
  })
  assert.ok(!exporter.getFinishedSpans().some(({ name }) => name === 'GET /v1/events'))
  hangUp.abort()
  const span = await spanOf('GET /v1/events')
  assert.equal(span.attributes['http.response.status_code'], 200)
})

test('what goes on for nobody makes no spans', async () => {
  const { journalReadAgo: before = 0 } = sessions.stats()
  await until('the journal was read again', () => (sessions.stats().journalReadAgo ?? 0) < before)
  assert.deepEqual(exporter.getFinishedSpans(), [])
})

test('no span holds a token, key, user, id, address, name or path', async () => {
  const secrets = [
    'secret-user',
    'Secret Name',
    '203.0.113.77',
    'secret-label',
    'secret-seat',
    'secret/stream',
  ]
  const body = {
    user: { id: 'secret-user', displayName: 'Secret Name' },
    device: { ip: '203.0.113.77', userAgent: 'SecretAgent/1.0', label: 'secret-label' },
  }
  const { json } = await call(url, 'POST', '/v1/sessions', KEY, body)
  const { token = '', session } = json
  const id = session?.id ?? ''
  const seat = { kind: 'playback', resource: 'secret/stream', name: 'secret-seat' }
  await call(url, 'POST', '/v1/sessions', KEY, seat)
  await call(url, 'POST', '/v1/sessions', KEY, seat)
  await raw(url, 'GET', '/v1/whoami', [
    ['Authorization', `Bearer ${token}`],
    ['Traceparent', PARENT],
  ])
  await call(url, 'GET', `/v1/sessions/${id}?x=${token}`, KEY)
  await call(url, 'GET', '/v1/sessions?user=secret-user&label=secret-label&address=203.0.113.77', KEY)
  await call(url, 'GET', `/nowhere/${token}/${id}`, KEY)
  await call(url, 'POST', '/v1/verify', KEY, { tokens: [token, 'rct_broken'] })
  const { json: refreshed } = await call(url, 'POST', '/v1/me/refresh', token)
  await call(url, 'PATCH', '/v1/users/secret-user', KEY, { banned: true, reason: 'secret-label' })
  await call(url, 'GET', '/v1/me/sessions', refreshed.token ?? '')
  const last = await call(url, 'GET', '/v1/users/secret-user', KEY)
  assert.equal(last.status, 200)
  await spanOf('GET /v1/users/:id')

  const spans = exporter.getFinishedSpans()
  assert.ok(spans.length > 20)
  const written = JSON.stringify(
    spans.map(({ name, attributes, events, links, status }) => ({ name, attributes, events, links, status })),
  )
  for (const secret of [...secrets, token, refreshed.token ?? '', id, KEY, 'SecretAgent', 'rct_', 'ses_'])
    assert.ok(secret !== '' && !written.includes(secret), secret)
})

/** Waits for a span that has ended. */
async function spanOf(name: string): Promise<ReadableSpan> {
  let found: ReadableSpan | undefined
  await until(`a span "${name}" has ended`, () => {
    found = exporter.getFinishedSpans().find((span) => span.name === name)
    return found !== undefined
  })
  assert.ok(found)
  return found
}

/** The name of the span that a span is in. */
function parentOf(span: ReadableSpan): string | undefined {
  const id = span.parentSpanContext?.spanId
  return exporter.getFinishedSpans().find((each) => each.spanContext().spanId === id)?.name
}
