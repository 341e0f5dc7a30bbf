import assert from 'node:assert/strict'
import { test } from 'node:test'
import { appBench } from '../support/app.ts'
import { call } from '../support/server-process.ts'

test('whoever holds a session of nobody in particular sees and ends no one else’s', async () => {
  await using bench = await appBench()
  const ada = await bench.issue('ada')
  const { token } = await bench.sessions.issue({ kind: 'playback', resource: 'default/app/stream' })
  const { status, json } = await call(bench.url, 'GET', '/v1/me/sessions', token)
  assert.deepEqual([status, json.items, json.nextCursor], [200, [], null])
  assert.equal((await call(bench.url, 'DELETE', `/v1/me/sessions/${ada.id}`, token)).status, 404)
  assert.equal((await call(bench.url, 'DELETE', '/v1/me/sessions?scope=others', token)).json.ended, 0)
  assert.equal((await call(bench.url, 'DELETE', '/v1/me/sessions?scope=all', token)).json.ended, 1)
  assert.ok((await bench.sessions.verify(ada.token)).ok)
})

test('a key of one realm learns nothing of a token of another, and does nothing to it', async () => {
  await using bench = await appBench()
  const { secret } = await bench.sessions.keys.create({
    name: 'shop',
    scopes: ['sessions:read'],
    realm: 'shop',
  })
  const device = { ip: '203.0.113.7', userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Firefox/128.0' }
  const { token, session } = await bench.sessions.issue({ user: { id: 'ada' }, device })
  const verify = (body: object) => call(bench.url, 'POST', '/v1/verify', secret, body)
  const unknown = { live: false, reason: 'unknown' }
  for (const known of ['not at hand', 'at hand']) {
    assert.deepEqual((await verify({ token, seen: { ip: '198.51.100.1' } })).json, unknown, known)
    assert.ok((await bench.sessions.verify(token)).ok)
  }
  await bench.sessions.update(session.id, { authentication: { methods: ['otp'], level: 2 } })
  assert.deepEqual((await verify({ token })).json, unknown)
  assert.equal((await bench.sessions.get(session.id))?.ending, undefined)
})

test('a token that comes by cookie and header is taken from both places', async () => {
  await using bench = await appBench()
  const both = async (method: string, path: string, token: string) =>
    fetch(bench.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, cookie: `rollcall=${token}` },
    })
  const { token } = await bench.issue('ada')
  const refreshed = await both('POST', '/v1/me/refresh', token)
  const { token: successor } = (await refreshed.json()) as { readonly token: string }
  assert.ok(refreshed.headers.get('set-cookie')?.startsWith(`rollcall=${successor};`))
  const left = await both('DELETE', '/v1/me/sessions/current', successor)
  assert.match(left.headers.get('set-cookie') ?? '', /^rollcall=; Path=\/; Max-Age=0/)
})
