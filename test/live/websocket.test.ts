import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { type AppBench, appBench } from '../support/app.ts'
import { raw, valuesOf } from '../support/raw-request.ts'
import { until } from '../support/until.ts'
import { BEAT, type Headers, open, quickBench, requestFor, upgrade } from './sockets.ts'

test('the first frame says which session stands for the line, and beats follow', async () => {
  await using bench = await quickBench()
  const { token, id } = await bench.issue('ada')
  const { frames, socket } = await open(bench, token, { resource: 'room/1', name: 'tab' })
  await until('a beat came', () => frames.length > 1)
  const [opened, beat] = frames.map((text) => JSON.parse(text))
  assert.deepEqual(
    [opened.type, opened.heartbeat, opened.session.parentId, opened.session.kind],
    ['opened', BEAT, id, 'connection'],
  )
  assert.deepEqual([opened.session.resource, opened.session.name], ['room/1', 'tab'])
  assert.deepEqual(beat, { type: 'heartbeat' })
  assert.ok(!frames.join().includes(token), 'no frame has the token in it')
  socket.close()
})

test('a page sends its token as a subprotocol, and is not sent it back', async () => {
  await using bench = await appBench()
  const { token } = await bench.issue('ada')
  const answer = await upgrade(bench.url, [['Sec-WebSocket-Protocol', `rollcall, rollcall.token.${token}`]])
  assert.equal(answer.status, 101)
  assert.deepEqual(valuesOf(answer, 'sec-websocket-protocol'), ['rollcall'])
  assert.ok(!answer.rawHeaders.join().includes(token))
  const { token: other } = await bench.issue('eve')
  const both = await upgrade(bench.url, [
    ['Sec-WebSocket-Protocol', `rollcall, rollcall.token.${token}`],
    ['Authorization', `Bearer ${other}`],
  ])
  assert.deepEqual([both.status, both.json.code], [400, 'ambiguous-credentials'])
})

test('what is refused is refused with a problem, before anything is open', async () => {
  await using bench = await appBench([], {}, { lines: { linesPerSession: 1 } })
  const { token } = await bench.issue('ada')
  const backend = await bench.sessions.issue({ user: { id: 'ada' }, kind: 'connection' })
  const as = (secret: string): Headers => [['Authorization', `Bearer ${secret}`]]
  const refusals: readonly (readonly [number, string, Headers, string?])[] = [
    [401, 'no-session', []],
    [401, 'no-session', as(`rct_${'x'.repeat(60)}`)],
    [403, 'forbidden', as(backend.token)],
    [403, 'forbidden', as(token), '/v1/live?resource=default/app/stream&name=publisher'],
    [400, 'bad-request', as(token), '/v1/live?rooms=1'],
    [400, 'bad-request', as(token), '/v1/live?resource=%00'],
    [400, 'bad-request', [...as(token), ['Sec-WebSocket-Key', 'short']]],
    [400, 'bad-request', [...as(token), ['Sec-WebSocket-Protocol', 'rollcall, rollcall']]],
    [400, 'bad-request', [...as(token), ['Sec-WebSocket-Protocol', 'rollcall,']]],
    [426, 'upgrade-required', [...as(token), ['Sec-WebSocket-Version', '12']]],
    [404, 'not-found', as(token), '/v1/nothing'],
    [405, 'method-not-allowed', as(token), '/v1/verify'],
  ]
  for (const [status, code, headers, path] of refusals) {
    const answer = await upgrade(bench.url, headers, path)
    assert.deepEqual([answer.status, answer.json.code], [status, code], `${code} ${path ?? ''}`)
    assert.match(String(valuesOf(answer, 'content-type')), /^application.problem.json/)
    assert.deepEqual(valuesOf(answer, 'connection'), ['close'])
  }
  assert.equal(bench.hub.lines(), 0)
  const { socket } = await open(bench, token)
  const second = await upgrade(bench.url, as(token))
  assert.deepEqual([second.status, second.json.code], [429, 'too-many-lines'])
  assert.deepEqual(valuesOf(second, 'retry-after'), ['5'])
  socket.close()
})

test('a path that speaks no WebSocket answers what it always does, and one that does asks for it', async () => {
  await using bench = await appBench()
  const { token } = await bench.issue('ada')
  const authorization: Headers = [['Authorization', `Bearer ${token}`]]
  const whoami = await upgrade(bench.url, authorization, '/v1/whoami')
  assert.equal(whoami.status, 200)
  const plain = await raw(bench.url, 'GET', '/v1/live', authorization)
  assert.deepEqual([plain.status, plain.json.code], [426, 'upgrade-required'])
  assert.deepEqual(valuesOf(plain, 'upgrade'), ['websocket'])
  const other = await raw(bench.url, 'GET', '/v1/whoami', [
    ...authorization,
    ['Connection', 'Upgrade'],
    ['Upgrade', 'h2c'],
  ])
  assert.equal(other.status, 200)
})

test('wrong tokens are counted, however they come', async () => {
  await using bench = await appBench([], { attemptLimit: { failures: 3, window: 60_000 } })
  const statuses: number[] = []
  for (let attempt = 0; attempt < 5; attempt++) {
    const wrong = `rct_${String(attempt).repeat(60)}`
    const headers: Headers = [['Sec-WebSocket-Protocol', `rollcall, rollcall.token.${wrong}`]]
    statuses.push((await upgrade(bench.url, headers)).status)
  }
  assert.deepEqual(statuses, [401, 401, 401, 429, 429])
})

test('a page opens a line from this site or an allowed origin only, whatever it proves itself with', async () => {
  await using bench = await appBench(['https://app.example.com'])
  const { token } = await bench.issue('ada')
  const header: Headers = [['Authorization', `Bearer ${token}`]]
  const cookie: Headers = [['Cookie', `rollcall=${token}`]]
  const from = (origin: string): Headers => [['Origin', origin]]
  const cases: readonly (readonly [number, Headers])[] = [
    [101, header],
    [101, [...header, ...from('https://app.example.com')]],
    [101, [...header, ...from(bench.url)]],
    [403, [...header, ...from('https://evil.example')]],
    [403, [...header, ...from('null')]],
    [403, [...header, ...from('https://app.example.com.evil.example')]],
    [403, cookie],
    [101, [...cookie, ...from(bench.url)]],
    [101, [...cookie, ...from('https://app.example.com')]],
    [101, [...cookie, ['Sec-Fetch-Site', 'same-origin']]],
    [403, [...cookie, ...from('https://evil.example')]],
    [403, [...cookie, ['Sec-Fetch-Site', 'cross-site']]],
  ]
  for (const [status, headers] of cases) {
    const answer = await upgrade(bench.url, headers)
    assert.equal(answer.status, status, JSON.stringify(headers.filter(([name]) => name !== 'Authorization')))
    if (status === 403) assert.equal(answer.json.code, 'cross-site')
  }
})

test('what a client says counts as activity, once a second at the most', async () => {
  await using bench = await appBench()
  const { token, id } = await bench.issue('ada')
  const { socket } = await open(bench, token)
  const before = await activityOf(bench, id)
  await until('a moment passed', async () => (await bench.sessions.now()) > before)
  for (let count = 0; count < 50; count++) socket.send('{"type":"active"}')
  await until('it was noted', async () => (await activityOf(bench, id)) > before)
  socket.close()
})

test('a client that hangs up while its line is being opened leaves none behind', async () => {
  let hold: Promise<void> | undefined
  let release = (): void => undefined
  await using bench = await appBench()
  const { open: openLine } = bench.sessions
  Object.assign(bench.sessions, {
    open: async (...given: Parameters<typeof openLine>) => {
      await hold
      return openLine(...given)
    },
  })
  const { token } = await bench.issue('ada')
  hold = new Promise((resolve) => {
    release = resolve
  })
  const socket = connect(Number(new URL(bench.url).port), '127.0.0.1')
  socket.write(requestFor(bench.url, token))
  await once(socket, 'ready')
  await until('it was sent', () => socket.bytesWritten > 100)
  socket.destroy()
  release()
  await until('the line was opened and closed', async () => {
    const { items } = await bench.sessions.list({ kind: 'connection', status: 'ended' })
    return items[0]?.ending?.reason === 'closed'
  })
  assert.equal(bench.hub.lines(), 0)
})

async function activityOf({ sessions }: AppBench, id: string): Promise<number> {
  const { items } = await sessions.list({ userId: 'ada', kind: 'login', sort: 'active' })
  return items.find((each) => each.id === id)?.lastActiveAt ?? 0
}
