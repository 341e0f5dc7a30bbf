import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSessions, memoryStore } from '../../src/index.ts'
import { browserAt } from '../support/browser.ts'
import { raw } from '../support/raw-request.ts'
import { testEach } from './combinations.ts'
import { HOSTS } from './hosts.ts'

testEach(
  'signing in sets a cookie that no script can read, beside those of the application',
  async ({ site, sessions }) => {
    const issued = await sessions.issue({ user: { id: 'ada' }, lifetime: '1h' })
    const browser = browserAt(site)
    const { status, headers } = await browser.ask('POST', '/sign-in', issued)
    assert.equal(status, 200)
    const [own, ours] = headers.getSetCookie()
    assert.match(own ?? '', /^own=yes/)
    const seconds = Number(/Max-Age=(\d+)/.exec(ours ?? '')?.[1])
    assert.ok(seconds > 3_590 && seconds <= 3_600, String(seconds))
    assert.equal(ours, `rollcall=${issued.token}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax`)
    assert.equal(headers.get('cache-control'), 'no-store')
    assert.equal((await browser.ask('GET', '/me')).status, 200)
  },
)

testEach(
  'signing in ends the session that the browser had, and no other',
  async ({ site, sessions, issue }) => {
    const other = await issue('grace')
    const browser = browserAt(site)
    const former = await sessions.issue({ user: { id: 'grace' } })
    const next = await sessions.issue({ user: { id: 'ada' } })
    await browser.ask('POST', '/sign-in', former)
    assert.equal((await browser.ask('POST', '/sign-in', next)).status, 200)
    assert.equal((await sessions.get(former.session.id))?.ending?.reason, 'logout')
    assert.equal((await sessions.get(other.id))?.ending, undefined)
    assert.equal((await browser.ask('GET', '/me')).json.token, 'rct_')

    await browser.ask('POST', '/sign-in', next)
    assert.equal((await sessions.get(next.session.id))?.ending, undefined)
  },
)

testEach(
  'refreshing by cookie sets the cookie anew; by header it hands out the token',
  async ({ site, sessions }) => {
    const issued = await sessions.issue({ user: { id: 'ada' } })
    const browser = browserAt(site)
    await browser.ask('POST', '/sign-in', issued)
    const renewed = await browser.ask('POST', '/refresh')
    assert.deepEqual(Object.keys(renewed.json), ['session'])
    assert.notEqual(browser.cookies.get('rollcall'), issued.token)
    assert.equal((await browser.ask('GET', '/me')).status, 200)

    const bearer = { authorization: `Bearer ${browser.cookies.get('rollcall')}` }
    const script = await browserAt(site).ask('POST', '/refresh', undefined, bearer)
    assert.match(String(script.json.token), /^rct_/)
    assert.deepEqual(script.headers.getSetCookie(), [])
    assert.equal((await browserAt(site).ask('POST', '/refresh')).json.code, 'no-session')
  },
)

testEach('tabs that refresh at the same time all stay signed in', async ({ site, sessions }) => {
  const { token } = await sessions.issue({ user: { id: 'ada' } })
  const tabs = Array.from({ length: 8 }, () => browserAt(site))
  const refreshed = await Promise.all(
    tabs.map((tab) => {
      tab.cookies.set('rollcall', token)
      return tab.ask('POST', '/refresh')
    }),
  )
  assert.ok(refreshed.every(({ status }) => status === 200))
  const successors = new Set(tabs.map(({ cookies }) => cookies.get('rollcall')))
  assert.equal(successors.size, 1)
  assert.ok(!successors.has(token))
  for (const tab of tabs) assert.equal((await tab.ask('GET', '/me')).status, 200)
})

testEach('two different cookies are refused, whichever comes first', async ({ site, issue }) => {
  const [ada, grace] = [(await issue('ada')).token, (await issue('grace')).token]
  for (const cookie of [
    `rollcall=${ada}; rollcall=${grace}`,
    `rollcall=${grace}; __Host-rollcall=${ada}`,
    `rollcall=${ada}; rollcall=${ada}`,
  ]) {
    const { status, json } = await browserAt(site).ask('GET', '/me', undefined, { cookie })
    assert.deepEqual([status, json.code], [400, 'ambiguous-credentials'], cookie)
  }
  const others = `a=1; rollcalls=${grace}; xrollcall=${grace}; rollcall=${ada}; rollcall.sig=x`
  const { json } = await browserAt(site).ask('GET', '/me', undefined, { cookie: others })
  assert.deepEqual(json.user, { id: 'ada', role: 'member' })
})

testEach(
  'signing out ends the session and has the browser forget it, also where it was over',
  async ({ site, sessions, issue }) => {
    const browser = browserAt(site)
    const { token, id } = await issue('ada')
    browser.cookies.set('rollcall', token)
    const { status, headers } = await browser.ask('POST', '/sign-out')
    assert.equal(status, 200)
    assert.equal(headers.get('clear-site-data'), '"cache", "storage"')
    assert.deepEqual([...browser.cookies], [])
    assert.deepEqual((await sessions.get(id))?.ending?.by, { kind: 'user', id: 'ada' })
    assert.equal((await sessions.get(id))?.ending?.reason, 'logout')

    for (const stale of [token, 'rct_nonsense']) {
      browser.cookies.set('rollcall', stale)
      assert.equal((await browser.ask('POST', '/sign-out')).status, 200)
      assert.deepEqual([...browser.cookies], [])
    }
    assert.equal((await browser.ask('POST', '/sign-out')).status, 200)
  },
)

for (const [framework, start] of Object.entries(HOSTS)) {
  test(`away from this machine the cookie is __Host-rollcall and the plain one is worth nothing: ${framework}`, async () => {
    await using sessions = createSessions({ store: memoryStore() })
    const host = await start(sessions)
    const issued = await sessions.issue({ user: { id: 'ada' } })
    const send = (method: string, path: string, headers: readonly (readonly [string, string])[], body = '') =>
      raw(host.url, method, path, [['Content-Type', 'application/json'], ...headers], body)
    try {
      const elsewhere = [['X-Forwarded-For', '203.0.113.7']] as const
      const { rawHeaders } = await send('POST', '/sign-in', elsewhere, JSON.stringify(issued))
      const cookie = rawHeaders.find((value) => value.startsWith('__Host-rollcall='))
      assert.match(
        cookie ?? '',
        /^__Host-rollcall=rct_\w+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax; Secure$/,
      )
      const status = async (name: string, headers: readonly (readonly [string, string])[]) =>
        (await send('GET', '/me', [['Cookie', `${name}=${issued.token}`], ...headers])).status
      assert.equal(await status('__Host-rollcall', elsewhere), 200)
      assert.equal(await status('rollcall', elsewhere), 401)
      assert.equal(await status('rollcall', []), 200)
    } finally {
      await host.close()
    }
  })

  test(`an application that says which cookie has that one alone: ${framework}`, async () => {
    await using sessions = createSessions({ store: memoryStore() })
    const host = await start(sessions, { cookie: '__Host-rollcall' })
    const browser = browserAt(host.url)
    try {
      const { token, session } = await sessions.issue({ user: { id: 'ada' } })
      await browser.ask('POST', '/sign-in', { token, session })
      assert.deepEqual([...browser.cookies.keys()], ['own', '__Host-rollcall'])
      const plain = await browserAt(host.url).ask('GET', '/me', undefined, { cookie: `rollcall=${token}` })
      assert.equal(plain.status, 401)
    } finally {
      await host.close()
    }
  })
}
