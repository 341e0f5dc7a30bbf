import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSessions, memoryStore } from '../../src/index.ts'
import { raw } from '../support/raw-request.ts'
import { HOSTS } from './hosts.ts'

const FRIEND = 'https://admin.example.com'
const SITES = [undefined, 'same-origin', 'none', 'same-site', 'cross-site', 'junk']
const ORIGINS = [undefined, 'own', FRIEND, 'https://evil.example', 'null']

/**
 * Whether a change that a cookie carries may come from there, by `Sec-Fetch-Site` (rows) and `Origin` (columns: none,
 * own, allowed, evil, null), written by hand.
 */
const MAY: Readonly<Record<string, readonly boolean[]>> = {
  undefined: [false, true, true, false, false],
  'same-origin': [true, true, true, true, true],
  none: [true, true, true, true, true],
  'same-site': [false, false, true, false, false],
  'cross-site': [false, false, true, false, false],
  junk: [false, true, true, false, false],
}

const USES = [
  ['POST', '/me'],
  ['POST', '/refresh'],
  ['POST', '/sign-out'],
  ['GET', '/sign-out'],
] as const

/** Where a request says that it comes from. */
type From = readonly (readonly [string, string])[]

for (const [framework, start] of Object.entries(HOSTS)) {
  test(`changes that a cookie carries come from this site or an allowed one alone: ${framework}`, async () => {
    await using sessions = createSessions({ store: memoryStore() })
    const host = await start(sessions, { allowOrigins: [FRIEND] })
    const send = (method: string, path: string, credential: readonly [string, string], from: From) => {
      const body = method === 'POST' ? '{}' : ''
      return raw(host.url, method, path, [credential, ['Content-Type', 'application/json'], ...from], body)
    }
    const issue = async () => (await sessions.issue({ user: { id: 'ada' } })).token

    /** Sends a change both ways, and holds what is answered and what came of it against the table. */
    async function expectUse(method: string, path: string, from: From, may: boolean): Promise<void> {
      const where = `${method} ${path} from ${JSON.stringify(from)}`
      const token = await issue()
      const { status, json } = await send(method, path, ['Cookie', `rollcall=${token}`], from)
      assert.deepEqual([status, json.code], may ? [200, undefined] : [403, 'cross-site'], where)
      assert.equal((await sessions.verify(token)).ok, !may || path !== '/sign-out', where)
      const bearer = ['Authorization', `Bearer ${await issue()}`] as const
      assert.equal((await send(method, path, bearer, from)).status, 200, where)
    }

    try {
      let cells = 0
      for (const site of SITES)
        for (const [column, origin] of ORIGINS.entries()) {
          const from = fromOf(site, origin === 'own' ? host.url : origin)
          for (const [method, path] of USES)
            await expectUse(method, path, from, MAY[String(site)]?.[column] === true)
          const cookie = ['Cookie', `rollcall=${await issue()}`] as const
          assert.equal((await send('GET', '/me', cookie, from)).status, 200)
          cells += 2 * USES.length + 1
        }
      assert.equal(cells, 270)
    } finally {
      await host.close()
    }
  })

  test(`no page of another site can sign somebody in, and programs that are no browser can: ${framework}`, async () => {
    await using sessions = createSessions({ store: memoryStore() })
    const host = await start(sessions, { allowOrigins: [FRIEND] })
    try {
      const signIn = async (...from: (readonly [string, string])[]) => {
        const issued = await sessions.issue({ user: { id: 'mallory' } })
        const headers = [['Content-Type', 'application/json'] as const, ...from]
        const { status, rawHeaders } = await raw(
          host.url,
          'POST',
          '/sign-in',
          headers,
          JSON.stringify(issued),
        )
        return [status, rawHeaders.some((value) => value.startsWith('rollcall='))]
      }
      assert.deepEqual(await signIn(['Sec-Fetch-Site', 'cross-site'], ['Origin', 'https://evil.example']), [
        403,
        false,
      ])
      assert.deepEqual(await signIn(['Origin', 'null']), [403, false])
      assert.deepEqual(await signIn(['Sec-Fetch-Site', 'cross-site'], ['Origin', FRIEND]), [200, true])
      assert.deepEqual(await signIn(['Sec-Fetch-Site', 'same-origin']), [200, true])
      assert.deepEqual(await signIn(), [200, true])
    } finally {
      await host.close()
    }
  })
}

function fromOf(site: string | undefined, origin: string | undefined): From {
  return [
    ...(site === undefined ? [] : [['Sec-Fetch-Site', site] as const]),
    ...(origin === undefined ? [] : [['Origin', origin] as const]),
  ]
}
