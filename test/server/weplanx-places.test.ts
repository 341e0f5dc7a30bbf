import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serverBench } from '../support/in-process.ts'
import { raw, valuesOf } from '../support/raw-request.ts'
import { call, KEY } from '../support/server-process.ts'

test('a browser that visits two places of weplanx has one CSRF pair, which both take', async () => {
  await using server = await serverBench('--dialects=weplanx;prefix=/a,weplanx;prefix=/b')
  const operator = { user: { id: 'ada', role: 'operator' } }
  const { token = '' } = (await call(server.url, 'POST', '/v1/sessions', KEY, operator)).json
  const pair = valuesOf(await raw(server.url, 'GET', '/a/', []), 'set-cookie').map(
    (cookie) => cookie.split(';')[0] ?? '',
  )
  const echo = pair.find((cookie) => cookie.startsWith('XSRF-TOKEN='))?.slice('XSRF-TOKEN='.length) ?? ''
  assert.equal(pair.length, 2)
  for (const place of ['/b', '/a']) {
    const { status, body } = await raw(server.url, 'DELETE', `${place}/sessions/64bfbe69eddf04482dcf9d43`, [
      ['Cookie', [...pair, `TOKEN=${token}`].join('; ')],
      ['X-XSRF-TOKEN', echo],
    ])
    assert.ok(status !== 400 && status !== 401, `${place}: ${status} ${body}`)
  }
})
