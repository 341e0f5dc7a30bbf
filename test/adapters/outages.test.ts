import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, isProblem } from '../../src/client/index.ts'
import { RollcallError } from '../../src/core/errors.ts'
import type { SessionStore } from '../../src/core/store.ts'
import { createSessions, memoryStore } from '../../src/index.ts'
import { appBench } from '../support/app.ts'
import { browserAt } from '../support/browser.ts'
import { freePort, KEY } from '../support/server-process.ts'
import { HOSTS } from './hosts.ts'

/** Every request that needs to know whose a token is. */
const ASKING = [
  ['GET', '/me'],
  ['POST', '/me'],
  ['POST', '/fresh'],
  ['GET', '/maybe'],
  ['POST', '/refresh'],
  ['POST', '/sign-out'],
] as const

for (const [framework, start] of Object.entries(HOSTS)) {
  test(`while the store is away nobody is let in and nothing is called done: ${framework}`, async () => {
    let away = false
    const store = failing(memoryStore(), () => away)
    await using sessions = createSessions({ store, policy: { maxStaleness: 0 } })
    const reports: unknown[] = []
    const host = await start(sessions, { report: (fault) => reports.push(fault) })
    try {
      const browser = browserAt(host.url)
      await browser.ask('POST', '/sign-in', await sessions.issue({ user: { id: 'ada' } }))
      away = true
      await expectRefusals(browser)
      assert.equal(reports.length, ASKING.length)
      away = false
      assert.equal((await browser.ask('GET', '/me')).status, 200)
    } finally {
      await host.close()
    }
  })

  for (const key of [KEY, undefined])
    test(`while the server is away nobody is let in and nothing is called done: ${framework} ${key ? 'with' : 'without'} a key`, async () => {
      await using bench = await appBench()
      let url = bench.url
      const client = createClient({
        url: bench.url,
        key,
        retries: 0,
        fetch: (to, init) => fetch(to.replace(bench.url, url), init),
      })
      const host = await start(client)
      try {
        const browser = browserAt(host.url)
        await browser.ask('POST', '/sign-in', await bench.sessions.issue({ user: { id: 'ada' } }))
        url = `http://127.0.0.1:${await freePort()}`
        await expectRefusals(browser)
        url = bench.url
        assert.equal((await browser.ask('GET', '/me')).status, 200)
      } finally {
        await host.close()
      }
    })

  test(`a source that fails in whatever way lets nobody in: ${framework}`, async () => {
    const fail = (): never => {
      throw new TypeError('not what anybody expected')
    }
    const host = await start({
      identify: async () => fail(),
      renew: async () => fail(),
      leave: async () => fail(),
    })
    try {
      const { token } = await createSessions({ store: memoryStore() }).issue({ user: { id: 'ada' } })
      const browser = browserAt(host.url)
      browser.cookies.set('rollcall', token)
      await expectRefusals(browser)
    } finally {
      await host.close()
    }
  })

  for (const [key, why] of [
    ['rck_wrong', 'no-credentials'],
    ['rck_wröng', 'bad-request'],
  ] as const)
    test(`the wrong access key ${key} is the application's fault and nobody else's: ${framework}`, async () => {
      await using bench = await appBench()
      const reports: unknown[] = []
      const host = await start(createClient({ url: bench.url, key }), {
        report: (fault) => reports.push(fault),
      })
      try {
        const { token } = await bench.issue('ada')
        const { status, json } = await browserAt(host.url).ask('GET', '/me', undefined, {
          authorization: `Bearer ${token}`,
        })
        assert.deepEqual([status, json.code, json.detail], [500, 'internal', undefined])
        assert.deepEqual(
          reports.map((fault) => fault instanceof Error && isProblem(fault.cause) && fault.cause.code),
          [why],
        )
      } finally {
        await host.close()
      }
    })
}

async function expectRefusals(browser: ReturnType<typeof browserAt>): Promise<void> {
  const before = [...browser.cookies]
  for (const [method, path] of ASKING) {
    const { status, json, headers } = await browser.ask(method, path)
    assert.deepEqual([status, json.code], [503, 'store-unavailable'], `${method} ${path}`)
    assert.equal(headers.get('retry-after'), '1')
    assert.deepEqual([...browser.cookies], before)
  }
}

/** A store that cannot be reached for as long as it is away. */
function failing(store: SessionStore, away: () => boolean): SessionStore {
  return new Proxy(store, {
    get(target, name: keyof SessionStore) {
      const member: unknown = target[name]
      if (typeof member !== 'function' || name === 'close') return member
      return async (...given: unknown[]) => {
        if (away()) throw new RollcallError('store-unavailable')
        return Reflect.apply(member, target, given) as unknown
      }
    },
  })
}
