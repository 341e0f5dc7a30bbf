import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newSessionId } from '../../src/core/id.ts'
import { newToken } from '../../src/core/token.ts'
import { nodeEnv } from '../../src/env.ts'
import { type AppBench, appBench } from '../support/app.ts'
import { raw } from '../support/raw-request.ts'
import { call, KEY } from '../support/server-process.ts'

type Header = readonly [string, string]
type Planted = { readonly token: string; readonly before: string }

const CARRIERS: readonly ((token: string) => Header)[] = [
  (token) => ['Cookie', `__Host-rollcall=${token}`],
  (token) => ['Cookie', `rollcall=${token}`],
  (token) => ['X-Session-Token', token],
]

/** What somebody may have planted in a browser before its user signs in, and whom it stands for. */
const PLANTED: Readonly<Record<string, (bench: AppBench) => Promise<Planted>>> = {
  'an invented token': async () => ({ token: newToken(nodeEnv(), anyId()), before: 'nobody' }),
  'no token at all': async () => ({ token: 'planted', before: 'nobody' }),
  "a stranger's token": async (bench) => ({ token: (await bench.issue('eve')).token, before: 'eve' }),
  'a token that is over': async (bench) => {
    const { token, id } = await bench.issue('ada')
    await bench.sessions.end({ id })
    return { token, before: 'nobody' }
  },
  "a stranger's anonymous playback": async (bench) => {
    const seat = { kind: 'playback', resource: 'default/app/stream' } as const
    return { token: (await bench.sessions.issue(seat)).token, before: 'anonymous' }
  },
}

test('whatever was planted before a sign-in never comes to stand for whoever signs in', async () => {
  for (const [what, plant] of Object.entries(PLANTED)) {
    for (const carry of CARRIERS) {
      await using bench = await appBench()
      const { token: planted, before } = await plant(bench)
      assert.equal(await whose(bench, planted), before, what)
      const answer = await raw(
        bench.url,
        'POST',
        '/v1/sessions',
        [['Authorization', `Bearer ${KEY}`], ['Content-Type', 'application/json'], carry(planted)],
        '{"user":{"id":"victim"}}',
      )
      const { token = '' } = answer.json
      assert.equal(answer.status, 201, what)
      assert.notEqual(token, planted)
      assert.equal(await whose(bench, token), 'victim', what)
      assert.equal(await whose(bench, planted), before, what)
    }
  }
})

test('nobody chooses the token, id or moments of a session to be', async () => {
  await using bench = await appBench()
  const token = newToken(nodeEnv(), anyId())
  for (const field of [
    { token },
    { tokenHash: 'x' },
    { id: anyId() },
    { session: { id: anyId() } },
    { serial: 1 },
    { stamp: 1 },
    { issuedAt: '2026-01-01T00:00:00.000Z' },
    { expiresAt: '2099-01-01T00:00:00.000Z' },
    { userEpoch: 1 },
  ]) {
    const { status } = await call(bench.url, 'POST', '/v1/sessions', KEY, { user: { id: 'ada' }, ...field })
    assert.equal(status, 400, Object.keys(field).join())
  }
  assert.equal(await whose(bench, token), 'nobody')
})

test('whoever knows the id of a session, and the form of tokens, cannot make its token', async () => {
  await using bench = await appBench()
  const { id, token } = await bench.issue('ada')
  for (let guess = 0; guess < 20; guess++) assert.equal(await whose(bench, newToken(nodeEnv(), id)), 'nobody')
  assert.equal(await whose(bench, token), 'ada')
})

test('signing in again in place of a session ends that one, and its token with it', async () => {
  await using bench = await appBench()
  const before = await bench.issue('ada')
  const body = { user: { id: 'ada' }, replaces: before.id }
  const { json } = await call(bench.url, 'POST', '/v1/sessions', KEY, body)
  assert.equal(await whose(bench, json.token ?? ''), 'ada')
  assert.equal((await call(bench.url, 'GET', '/v1/whoami', before.token)).json.reason, 'replaced')
})

test('a token from before a step up is worth nothing after it', async () => {
  await using bench = await appBench()
  const { id, token } = await bench.issue('ada')
  const { json } = await call(bench.url, 'PATCH', `/v1/sessions/${id}`, KEY, {
    authentication: { methods: ['pwd', 'otp'], level: 2 },
  })
  const after = json.token ?? ''
  assert.notEqual(after, token)
  assert.equal(await whose(bench, after), 'ada')
  for (let round = 0; round < 3; round++) {
    const refused = await call(bench.url, 'GET', '/v1/whoami', token)
    assert.deepEqual([refused.status, refused.json.code], [401, 'superseded'])
    assert.equal((await call(bench.url, 'POST', '/v1/me/refresh', token)).json.code, 'superseded')
  }
  assert.equal(await whose(bench, after), 'ada')
})

test('a step up ends the grace of a token that was refreshed just before', async () => {
  await using bench = await appBench()
  const { id, token } = await bench.issue('ada')
  const refreshed = (await call(bench.url, 'POST', '/v1/me/refresh', token)).json.token ?? ''
  assert.equal(await whose(bench, token), 'ada')
  const patch = { authentication: { methods: ['otp'], level: 2 } }
  const after = (await call(bench.url, 'PATCH', `/v1/sessions/${id}`, KEY, patch)).json.token ?? ''
  for (const old of [token, refreshed]) assert.equal(await whose(bench, old), 'nobody')
  assert.equal(await whose(bench, after), 'ada')
})

test('a change of role ends the grace of a token that was refreshed just before', async () => {
  await using bench = await appBench()
  const { token } = await bench.issue('ada')
  const refreshed = (await call(bench.url, 'POST', '/v1/me/refresh', token)).json.token ?? ''
  assert.equal(await whose(bench, token), 'ada')
  assert.equal((await call(bench.url, 'PATCH', '/v1/users/ada', KEY, { role: 'operator' })).status, 200)
  assert.equal(await whose(bench, token), 'nobody')
  assert.equal(await whose(bench, refreshed), 'ada')
})

function anyId(): string {
  return newSessionId(nodeEnv(), { realm: 'default', userId: 'ada' })
}

/** Whom a token stands for. */
async function whose({ url }: AppBench, token: string): Promise<string> {
  const { status, json } = await call(url, 'GET', '/v1/whoami', token)
  return status === 200 ? (json.session?.userId ?? 'anonymous') : 'nobody'
}
