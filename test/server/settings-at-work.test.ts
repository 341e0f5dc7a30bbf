import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serverBench } from '../support/in-process.ts'
import { raw, valuesOf } from '../support/raw-request.ts'
import { call, KEY } from '../support/server-process.ts'

const ADA = { user: { id: 'ada' } }

test('--refresh-grace 0s lets nothing stand beside a successor: a predecessor ends the session', async () => {
  await using server = await serverBench('--refresh-grace=0s')
  const { token = '' } = (await call(server.url, 'POST', '/v1/sessions', KEY, ADA)).json
  const successor = (await call(server.url, 'POST', '/v1/me/refresh', token)).json.token ?? ''
  assert.equal((await call(server.url, 'GET', '/v1/whoami', successor)).status, 200)
  const again = await call(server.url, 'GET', '/v1/whoami', token)
  assert.deepEqual([again.status, again.json.reason], [401, 'reused'])
  assert.equal((await call(server.url, 'GET', '/v1/whoami', successor)).json.reason, 'reused')
})

test('--refresh-grace 300s gives everyone the same successor for that long', async () => {
  await using server = await serverBench('--refresh-grace=300s')
  const { token = '' } = (await call(server.url, 'POST', '/v1/sessions', KEY, ADA)).json
  const one = (await call(server.url, 'POST', '/v1/me/refresh', token)).json.token
  const other = (await call(server.url, 'POST', '/v1/me/refresh', token)).json.token
  assert.ok(one !== undefined && one === other)
  assert.equal((await call(server.url, 'GET', '/v1/whoami', token)).status, 200)
})

test('--sessions-per-user counts each kind by itself, and --at-limit refuse says what is in the way', async () => {
  await using server = await serverBench('--sessions-per-user=login=2,playback=1', '--at-limit=refuse')
  const issue = (more: object) => call(server.url, 'POST', '/v1/sessions', KEY, { ...ADA, ...more })
  const playback = { kind: 'playback', resource: 'default/app/stream' }
  const logins = [(await issue({})).json.session?.id, (await issue({})).json.session?.id]
  assert.equal((await issue(playback)).status, 201)
  for (const more of [{}, playback]) {
    const refused = await issue(more)
    assert.deepEqual([refused.status, refused.json.code], [409, 'limit-reached'])
    const { sessions = [] } = JSON.parse(refused.text) as {
      readonly sessions?: readonly { readonly id: string }[]
    }
    if (more !== playback)
      assert.deepEqual(
        sessions.map(({ id }) => id),
        logins,
      )
  }
  assert.equal((await issue({ kind: 'connection', resource: 'chat' })).status, 201)
  const other = await call(server.url, 'POST', '/v1/sessions', KEY, { user: { id: 'bob' } })
  assert.equal(other.status, 201)
})

test('--sessions-per-user 1 lets the newest login win', async () => {
  await using server = await serverBench('--sessions-per-user=1')
  const first = (await call(server.url, 'POST', '/v1/sessions', KEY, ADA)).json
  const second = await call(server.url, 'POST', '/v1/sessions', KEY, ADA)
  assert.deepEqual((JSON.parse(second.text) as { readonly gaveWay?: unknown }).gaveWay, [first.session?.id])
  assert.equal((await call(server.url, 'GET', '/v1/whoami', first.token)).json.reason, 'evicted')
})

test('--trust-proxy and --guess-limit tell clients behind a proxy apart', async () => {
  await using server = await serverBench('--trust-proxy=loopback', '--guess-limit=1/1m')
  const guess = async (from: string): Promise<number> => {
    const headers = [
      ['Authorization', 'Bearer rct_wrong'],
      ['X-Forwarded-For', from],
    ] as const
    return (await raw(server.url, 'GET', '/v1/whoami', headers)).status
  }
  assert.deepEqual([await guess('203.0.113.7'), await guess('6.6.6.6, 203.0.113.7')], [401, 429])
  assert.equal(await guess('203.0.113.8'), 401)
})

test('--allow-origin shares answers with those pages, and lets them use the cookie for changes', async () => {
  const origin = 'https://app.example.com'
  await using server = await serverBench(`--allow-origin=${origin}`)
  const { token = '' } = (await call(server.url, 'POST', '/v1/sessions', KEY, ADA)).json
  const cookie = ['Cookie', `__Host-rollcall=${token}`] as const
  for (const [from, status, shared] of [
    [origin, 200, [origin]],
    ['https://other.example.com', 403, []],
  ] as const) {
    const headers = [cookie, ['Origin', from], ['Sec-Fetch-Site', 'cross-site']] as const
    const answer = await raw(server.url, 'DELETE', '/v1/me/sessions?scope=others', headers)
    assert.deepEqual([answer.status, valuesOf(answer, 'access-control-allow-origin')], [status, shared])
  }
})

test('--max-staleness 0 vouches for nothing without asking', async () => {
  await using server = await serverBench('--max-staleness=0')
  const { token = '' } = (await call(server.url, 'POST', '/v1/sessions', KEY, ADA)).json
  for (let round = 0; round < 3; round++)
    assert.equal((await call(server.url, 'GET', '/v1/whoami', token)).status, 200)
  const { cached, asked } = server.sessions.stats().verified
  assert.deepEqual([cached, asked], [0, 3])
})
