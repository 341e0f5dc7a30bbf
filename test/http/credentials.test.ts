import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readCredentials } from '../../src/protocol/credentials.ts'
import { appBench } from '../support/app.ts'
import { raw } from '../support/raw-request.ts'
import { call, KEY } from '../support/server-process.ts'

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`

test('a token is taken from the bearer header, the session header or the cookie', async () => {
  await using bench = await appBench()
  const { token } = await bench.issue('ada')
  const carriers: readonly (readonly [string, string])[] = [
    ['Authorization', `Bearer ${token}`],
    ['Authorization', `bearer ${token}`],
    ['X-Session-Token', token],
    ['Cookie', `__Host-rollcall=${token}`],
    ['Cookie', `a=b; rollcall=${token}; c=d`],
  ]
  for (const carrier of carriers) {
    assert.equal((await raw(bench.url, 'GET', '/v1/whoami', [carrier])).status, 200, carrier.join(': '))
  }
})

test('a token anywhere else is no credential', async () => {
  await using bench = await appBench()
  const { token } = await bench.issue('ada')
  assert.equal((await call(bench.url, 'GET', `/v1/me/sessions?token=${token}`)).status, 401)
  assert.equal((await raw(bench.url, 'GET', '/v1/whoami', [['Cookie', `session=${token}`]])).status, 401)
  assert.equal((await raw(bench.url, 'GET', '/v1/whoami', [['X-Token', token]])).status, 401)
})

test('two different tokens, or one header twice, are refused', async () => {
  await using bench = await appBench()
  const { token } = await bench.issue('ada')
  const { token: other } = await bench.issue('bob')
  const ambiguous: readonly (readonly (readonly [string, string])[])[] = [
    [
      ['Authorization', `Bearer ${token}`],
      ['Authorization', `Bearer ${token}`],
    ],
    [
      ['authorization', `Bearer ${token}`],
      ['AUTHORIZATION', `Bearer ${other}`],
    ],
    [
      ['Authorization', `Bearer ${token}`],
      ['X-Session-Token', other],
    ],
    [
      ['Authorization', `Bearer ${token}`],
      ['Cookie', `__Host-rollcall=${other}`],
    ],
    [['Cookie', `__Host-rollcall=${token}; __Host-rollcall=${other}`]],
    [
      ['X-Session-Token', token],
      ['X-Session-Token', other],
    ],
  ]
  for (const headers of ambiguous) {
    const answer = await raw(bench.url, 'GET', '/v1/whoami', headers)
    assert.deepEqual(
      [answer.status, answer.json.code],
      [400, 'ambiguous-credentials'],
      JSON.stringify(headers),
    )
  }
  const same = await raw(bench.url, 'GET', '/v1/whoami', [
    ['Authorization', `Bearer ${token}`],
    ['X-Session-Token', token],
  ])
  assert.equal(same.status, 200)
})

test('an access key is taken from bearer, from basic whole, and from basic as a password', async () => {
  await using bench = await appBench()
  for (const header of [`Bearer ${KEY}`, basic(KEY), basic(`anyone:${KEY}`)]) {
    assert.equal(
      (await raw(bench.url, 'GET', '/v1/sessions', [['Authorization', header]])).status,
      200,
      header,
    )
  }
  for (const header of ['Bearer wrong-key-of-some-length', basic('a:b'), 'Basic ???', 'Digest x', 'Bearer']) {
    assert.equal(
      (await raw(bench.url, 'GET', '/v1/sessions', [['Authorization', header]])).status,
      401,
      header,
    )
  }
})

test('each credential opens its own doors only', async () => {
  await using bench = await appBench()
  const { token } = await bench.issue('ada')
  assert.equal((await call(bench.url, 'GET', '/v1/sessions', token)).status, 403)
  assert.equal((await call(bench.url, 'GET', '/v1/whoami', KEY)).status, 401)
  const narrow = await call(bench.url, 'POST', '/v1/keys', KEY, {
    name: 'reader',
    scopes: ['sessions:read'],
    realm: 'shop',
  })
  const secret = narrow.json.secret ?? ''
  assert.equal((await call(bench.url, 'GET', '/v1/sessions', secret)).status, 200)
  assert.equal((await call(bench.url, 'GET', '/v1/sessions?realm=default', secret)).status, 403)
  assert.equal((await call(bench.url, 'POST', '/v1/sessions', secret, { user: { id: 'eve' } })).status, 403)
  assert.equal((await call(bench.url, 'GET', '/v1/keys', secret)).status, 403)
  await call(bench.url, 'DELETE', `/v1/keys/${narrow.json.key?.id}`, KEY)
  assert.equal((await call(bench.url, 'GET', '/v1/sessions', secret)).status, 401)
})

test('authorization is decided before the body is looked at', async () => {
  await using bench = await appBench()
  const { token } = await bench.issue('ada')
  assert.equal((await call(bench.url, 'POST', '/v1/sessions', 'no-such-access-key', '{"broken')).status, 401)
  assert.equal((await call(bench.url, 'POST', '/v1/sessions', token, '{"broken')).status, 403)
  assert.equal((await call(bench.url, 'POST', '/v1/sessions', KEY, '{"broken')).status, 400)
})

test('the plain cookie counts on loopback only', () => {
  assert.deepEqual(readCredentials(['Cookie', 'rollcall=abc'], false), { keys: [] })
  assert.equal(readCredentials(['Cookie', 'rollcall=abc'], true).token?.value, 'abc')
})
