import assert from 'node:assert/strict'
import { browserAt } from '../support/browser.ts'
import { testEach } from './combinations.ts'

testEach('a live session is let in, with its user and without its token', async ({ site, issue }) => {
  const { token, id } = await issue('ada')
  const browser = browserAt(site)
  browser.cookies.set('rollcall', token)
  for (const [method, headers] of [
    ['GET', {}],
    ['POST', {}],
  ] as const) {
    const { status, json, headers: answered } = await browser.ask(method, '/me', undefined, headers)
    assert.equal(status, 200)
    assert.deepEqual(json.user, { id: 'ada', role: 'member' })
    assert.equal((json.session as { id: string }).id, id)
    assert.equal(typeof (json.session as { issuedAt: unknown }).issuedAt, 'number')
    assert.equal(answered.get('cache-control'), 'no-store')
    assert.ok(!JSON.stringify(json).includes(token))
  }
  const byBearer = await browserAt(site).ask('POST', '/me', undefined, { authorization: `Bearer ${token}` })
  assert.equal(byBearer.status, 200)
  const byHeader = await browserAt(site).ask('GET', '/me', undefined, { 'x-session-token': token })
  assert.equal(byHeader.json.token, 'rct_')
})

testEach(
  'what is no live session is refused with a problem that says why',
  async ({ site, issue, sessions }) => {
    const ask = (token: string | undefined, method = 'GET', path = '/me') =>
      browserAt(site).ask(
        method,
        path,
        undefined,
        token === undefined ? {} : { authorization: `Bearer ${token}` },
      )

    const none = await ask(undefined)
    assert.deepEqual([none.status, none.json.code, none.json.status], [401, 'no-session', 401])
    assert.match(none.headers.get('content-type') ?? '', /^application\/problem\+json/)
    assert.equal(none.headers.get('cache-control'), 'no-store')
    assert.equal(none.headers.get('www-authenticate'), 'Bearer')
    assert.equal((await ask('rct_nonsense')).json.code, 'no-session')

    const ended = await issue('ada')
    await sessions.end({ id: ended.id })
    const over = await ask(ended.token)
    assert.deepEqual([over.status, over.json.code, over.json.reason], [401, 'session-ended', 'revoked'])

    const raised = await issue('ada')
    await sessions.update(raised.id, { authentication: { methods: ['pwd', 'otp'], level: 2 } })
    const superseded = await ask(raised.token)
    assert.equal(superseded.status, 401)
    assert.equal(superseded.json.code, 'superseded')

    const { token: other } = await issue('grace')
    const both = await browserAt(site).ask('GET', '/me', undefined, {
      authorization: `Bearer ${(await issue('ada')).token}`,
      'x-session-token': other,
    })
    assert.deepEqual([both.status, both.json.code], [400, 'ambiguous-credentials'])

    const playback = await sessions.issue({ kind: 'playback', resource: 'default/app/stream' })
    assert.equal((await ask(playback.token)).json.code, 'forbidden')
  },
)

testEach('requireSession asks for a proof that is fresh and strong', async ({ site, issue, sessions }) => {
  const weak = await issue('ada')
  const ask = (token: string) =>
    browserAt(site).ask('POST', '/fresh', undefined, { authorization: `Bearer ${token}` })
  const { status, json, headers } = await ask(weak.token)
  assert.deepEqual([status, json.code, json.maxAge, json.level], [401, 'not-fresh', 300, 2])
  assert.equal(
    headers.get('www-authenticate'),
    'Bearer error="insufficient_user_authentication", acr_values="2", max_age="300"',
  )
  const authentication = { methods: ['pwd', 'otp'], level: 2 } as const
  const { token = '' } = await sessions.update(weak.id, { authentication })
  assert.equal((await ask(token)).status, 200)
})

testEach('a page for everybody learns who is there', async ({ site, issue, sessions }) => {
  const { token, id } = await issue('ada')
  const headers = { authorization: `Bearer ${token}` }
  assert.deepEqual((await browserAt(site).ask('GET', '/maybe')).json, { id: null })
  assert.deepEqual((await browserAt(site).ask('GET', '/maybe', undefined, headers)).json, { id: 'ada' })
  await sessions.end({ id })
  assert.deepEqual((await browserAt(site).ask('GET', '/maybe', undefined, headers)).json, { id: null })
})

testEach('faults that are not ours are left to the application', async ({ site }) => {
  const response = await fetch(`${site}/broken`)
  assert.equal(response.status, 500)
  assert.equal(await response.text(), 'the own way')
  const { status, json } = await browserAt(site).ask('GET', '/unguarded')
  assert.deepEqual([status, json.code, json.detail], [500, 'internal', undefined])
})
