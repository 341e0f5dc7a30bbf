import assert from 'node:assert/strict'
import { test } from 'node:test'
import { appBench } from '../support/app.ts'
import { raw } from '../support/raw-request.ts'
import { KEY } from '../support/server-process.ts'

type Header = readonly [string, string]

/** Every way in which a token travels. */
const CARRIERS: Readonly<Record<string, (token: string) => Header>> = {
  bearer: (token) => ['Authorization', `Bearer ${token}`],
  'bearer in capitals': (token) => ['AUTHORIZATION', `BEARER ${token}`],
  header: (token) => ['X-Session-Token', token],
  'header in capitals': (token) => ['X-SESSION-TOKEN', token],
  cookie: (token) => ['Cookie', `__Host-rollcall=${token}`],
  'plain cookie': (token) => ['cookie', `rollcall=${token}`],
}

/** Carriers that are one and the same. */
const SAME: Readonly<Record<string, string>> = {
  'bearer in capitals': 'bearer',
  'header in capitals': 'header',
}

const LOOKS: readonly Header[] = [
  ['GET', '/v1/whoami'],
  ['GET', '/v1/me/sessions'],
]
const END: Header = ['DELETE', '/v1/me/sessions?scope=all']

/** Every two carriers in either order, each with the same token, or two that differ. */
const PAIRS = Object.keys(CARRIERS).flatMap((one) =>
  Object.keys(CARRIERS).flatMap((other) => ['same', 'different'].map((tokens) => ({ one, other, tokens }))),
)

test('two tokens in one request are refused unless they are the same one by two ways; the first never wins', async () => {
  await using bench = await appBench()
  const ada = (await bench.issue('ada')).token
  const bob = (await bench.issue('bob')).token
  for (const { one, other, tokens } of PAIRS) {
    const twice = (SAME[one] ?? one) === (SAME[other] ?? other)
    const fine = tokens === 'same' && !twice
    const headers = [...carried(one, ada), ...carried(other, tokens === 'same' ? ada : bob)]
    for (const [method, path] of fine ? LOOKS : [...LOOKS, END]) {
      const answer = await raw(bench.url, method, path, headers)
      const expected = fine ? [200, undefined] : [400, 'ambiguous-credentials']
      assert.deepEqual(
        [answer.status, answer.json.code],
        expected,
        `${method} ${path} by ${one} and ${other}, ${tokens}`,
      )
    }
  }
  for (const token of [ada, bob]) assert.equal((await bench.sessions.verify(token)).ok, true)
})

function carried(carrier: string, token: string): readonly Header[] {
  const carry = CARRIERS[carrier]
  return carry === undefined ? [] : [carry(token)]
}

test('a token beside an access key is for holders, and the key for backends', async () => {
  await using bench = await appBench()
  const { token } = await bench.issue('ada')
  const both: readonly Header[] = [
    ['Authorization', `Bearer ${KEY}`],
    ['Cookie', `__Host-rollcall=${token}`],
  ]
  assert.match((await raw(bench.url, 'GET', '/v1/whoami', both)).body, /"userId":"ada"/)
  assert.equal((await raw(bench.url, 'GET', '/v1/sessions', both)).status, 200)
  const keys: readonly Header[] = [
    ['Authorization', `Bearer ${KEY}`],
    ['Authorization', 'Bearer another-access-key'],
  ]
  assert.equal((await raw(bench.url, 'GET', '/v1/sessions', keys)).json.code, 'ambiguous-credentials')
})

test('several credentials in one header are none', async () => {
  await using bench = await appBench()
  const { token } = await bench.issue('ada')
  for (const value of [
    `Bearer ${token}, Bearer ${token}`,
    `Bearer ${token},${token}`,
    `Bearer ${token} ${token}`,
    `Basic ${btoa(token)}`,
    `Basic ${btoa(`anyone:${token}`)}`,
    token,
  ]) {
    assert.equal((await raw(bench.url, 'GET', '/v1/whoami', [['Authorization', value]])).status, 401, value)
  }
})

test('a parameter that stands twice, or as a list, is refused', async () => {
  await using bench = await appBench()
  const { id } = await bench.issue('ada')
  const key: Header = ['Authorization', `Bearer ${KEY}`]
  for (const path of [
    '/v1/sessions?user=ada&user=bob',
    '/v1/sessions?user[]=ada',
    '/v1/sessions?user=ada&realm=default&realm=shop',
    '/v1/sessions/count?user=ada&user=bob',
    `/v1/sessions/${id}?id=${id}`,
    '/v1/events?after=0&after=1',
  ]) {
    const answer = await raw(bench.url, 'GET', path, [key])
    assert.deepEqual([answer.status, answer.json.code], [400, 'bad-request'], path)
  }
})

test('a request that names two hosts is refused', async () => {
  await using bench = await appBench()
  const { token } = await bench.issue('ada')
  const { host } = new URL(bench.url)
  const cookie: Header = ['Cookie', `__Host-rollcall=${token}`]
  for (const second of [host, 'evil.example']) {
    const answer = await raw(bench.url, 'GET', '/v1/me/sessions', [['Host', host], ['Host', second], cookie])
    assert.deepEqual([answer.status, answer.json.code], [400, 'bad-request'])
  }
})
