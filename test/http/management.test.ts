import assert from 'node:assert/strict'
import { test } from 'node:test'
import { appBench } from '../support/app.ts'
import { call, KEY } from '../support/server-process.ts'

test('a backend issues, verifies, lists, changes and ends', async () => {
  await using bench = await appBench()
  const body = {
    user: { id: 'u1', displayName: 'Ada', role: 'staff' },
    device: {
      ip: '203.0.113.7',
      userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
      label: 'laptop',
    },
    authentication: { methods: ['pwd', 'otp'], level: 2 },
    lifetime: '30d',
    idle: '7d',
    data: { plan: 'pro' },
  }
  const issued = await call(bench.url, 'POST', '/v1/sessions', KEY, body)
  assert.equal(issued.status, 201)
  const { token = '', session } = issued.json
  const verdict = await call(bench.url, 'POST', '/v1/verify', KEY, { token })
  assert.deepEqual(
    [verdict.json.live, verdict.json.session?.id, verdict.json.user?.role],
    [true, session?.id, 'staff'],
  )
  const many = await call(bench.url, 'POST', '/v1/verify', KEY, { tokens: [token, 'nonsense'] })
  assert.equal(many.json.items?.length, 2)
  const listed = await call(bench.url, 'GET', '/v1/sessions?user=u1&kind=login&status=live&limit=50', KEY)
  assert.deepEqual([listed.json.items?.map(({ id }) => id), listed.json.nextCursor], [[session?.id], null])
  const patched = await call(bench.url, 'PATCH', `/v1/sessions/${session?.id}`, KEY, {
    label: null,
    data: { plan: 'free' },
  })
  assert.equal(patched.json.session?.device.label, undefined)
  const dry = await call(bench.url, 'POST', '/v1/sessions/end', KEY, {
    selector: { user: 'u1' },
    dryRun: true,
  })
  assert.deepEqual([dry.json.matched, dry.json.ended], [1, 0])
  assert.equal((await call(bench.url, 'DELETE', `/v1/sessions/${session?.id}`, KEY)).json.ended, 1)
  assert.equal((await call(bench.url, 'DELETE', `/v1/sessions/${session?.id}`, KEY)).json.ended, 0)
  const after = await call(bench.url, 'POST', '/v1/verify', KEY, { token })
  assert.deepEqual([after.json.live, after.json.reason], [false, 'revoked'])
})

test('a ban ends everything, refuses the next issue, and is told', async () => {
  await using bench = await appBench()
  const { token } = await bench.issue('u1')
  const banned = await call(bench.url, 'PATCH', '/v1/users/u1', KEY, { banned: true, reason: 'spam' })
  assert.deepEqual([banned.json.ended, banned.json.user?.banned], [1, true])
  assert.equal((await call(bench.url, 'GET', '/v1/whoami', token)).json.reason, 'banned')
  const refused = await call(bench.url, 'POST', '/v1/sessions', KEY, { user: { id: 'u1' } })
  assert.deepEqual([refused.status, refused.json.code], [403, 'user-banned'])
  const events = await call(bench.url, 'GET', '/v1/events?limit=200', KEY)
  const types = events.json.items?.map(({ type }) => type) ?? []
  assert.deepEqual(types.slice(0, 4), ['key.created', 'session.created', 'user.updated', 'sessions.ended'])
})

test('setting a role needs the scope to write users', async () => {
  await using bench = await appBench()
  const { json } = await call(bench.url, 'POST', '/v1/keys', KEY, {
    name: 'issuer',
    scopes: ['sessions:issue'],
  })
  const secret = json.secret ?? ''
  const plain = { user: { id: 'u1' } }
  assert.equal((await call(bench.url, 'POST', '/v1/sessions', secret, plain)).status, 201)
  assert.equal(
    (await call(bench.url, 'POST', '/v1/sessions', secret, { user: { id: 'u1', role: 'operator' } })).status,
    403,
  )
})

test('a live name is taken once', async () => {
  await using bench = await appBench()
  const seat = { kind: 'playback', resource: 'default/app/stream', name: 'front-row' }
  assert.equal((await call(bench.url, 'POST', '/v1/sessions', KEY, seat)).status, 201)
  assert.deepEqual((await call(bench.url, 'POST', '/v1/sessions', KEY, seat)).json.code, 'name-taken')
  const selector = { resource: seat.resource, name: seat.name }
  assert.equal((await call(bench.url, 'POST', '/v1/sessions/end', KEY, { selector })).json.ended, 1)
  assert.equal((await call(bench.url, 'POST', '/v1/sessions', KEY, seat)).status, 201)
})

test('everything of a user, and everything there is, ends with one call', async () => {
  await using bench = await appBench()
  const tokens = (await Promise.all(['u1', 'u1', 'u2', 'u3'].map((user) => bench.issue(user)))).map(
    ({ token }) => token,
  )
  assert.equal((await call(bench.url, 'DELETE', '/v1/users/u1/sessions', KEY)).json.ended, 2)
  assert.equal((await call(bench.url, 'GET', '/v1/users/u1/sessions', KEY)).json.items?.length, 0)
  assert.equal(
    (await call(bench.url, 'POST', '/v1/sessions/end', KEY, { selector: { everyone: true } })).json.ended,
    2,
  )
  for (const token of tokens) assert.equal((await call(bench.url, 'GET', '/v1/whoami', token)).status, 401)
})
