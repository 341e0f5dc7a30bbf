import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeEnv } from '../../src/env.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { sqliteStore } from '../../src/stores/sql/sqlite/store.ts'
import { KEY } from '../support/server-process.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { MAKERS } from './made.ts'
import { serve } from './serving.ts'

const ADA = '1815'
const OLGA = '1900'
const STREAM = '/v1/vhosts/default/apps/app/streams/film/sessions'
const LOGINS = '/api/v1/user/myself/session'
const KEY_BASIC = { Authorization: `Basic ${btoa(KEY)}` }
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:69.0) Gecko/20100101 Firefox/69.0'

/** Sends a request and answers with its status and what the body says. */
type Send = (
  method: string,
  path: string,
  headers?: Readonly<Record<string, string>>,
  body?: object,
) => Promise<Received>

interface Received {
  readonly status: number

  /** The body as JSON; whatever was not asked for is in nobody's way. */
  readonly said: ReturnType<typeof JSON.parse>
}

const stores = {
  memory: () => memoryStore({ clock: nodeEnv().now }),
  sqlite: () => sqliteStore({ path: `${temporaryFolder()}/story.db`, clock: nodeEnv().now }),
}

for (const [name, open] of Object.entries(stores)) {
  test(`one login is seen through all five dialects, and its end through all of them, on ${name}`, async (t) => {
    const dialects = Object.fromEntries(Object.keys(MAKERS).map((dialect) => [dialect, {}]))
    assert.equal(Object.keys(dialects).length, 5)
    await using server = await serve({ dialects, store: await open() })

    let secrets: readonly string[] = []
    const send: Send = async (method, path, headers = {}, body) => {
      const answer = await fetch(server.url + path, {
        method,
        headers: { ...headers, ...(body && { 'Content-Type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
      })
      const text = await answer.text()
      const said = text === '' ? undefined : JSON.parse(text)
      if (said?.token !== undefined) secrets = [...secrets, said.token]
      const line = `${method} ${path} → ${answer.status} ${text}`
      t.diagnostic(
        secrets.reduce((shown, secret) => shown.replaceAll(secret, `${secret.slice(0, 8)}…`), line),
      )
      return { status: answer.status, said }
    }
    const step = (what: string): void => t.diagnostic(`— ${what}`)
    const key = { Authorization: `Bearer ${KEY}` }

    step(
      'A backend issues a login for Ada and one for Olga, who is an operator, and Ada begins to watch a film',
    )
    const issue = (body: object): Promise<Received> => send('POST', '/v1/sessions', key, body)
    const device = { userAgent: FIREFOX }
    const user = { id: ADA, displayName: 'Ada' }
    const { session: login, token } = (await issue({ user, device })).said
    const operator = { id: OLGA, displayName: 'Olga', role: 'operator' }
    const { token: olgas } = (await issue({ user: operator })).said
    const film = { parentId: login.id, kind: 'playback', resource: 'default/app/film', name: 'seat-1' }
    const { session: playback } = (await issue(film)).said

    step('cumulonimbus lists the login to Olga')
    const cumulonimbus = (): Promise<Received> =>
      send('GET', `/api/user/${ADA}/sessions`, { Authorization: olgas })
    const listed = (await cumulonimbus()).said
    assert.deepEqual([listed.count, listed.items[0].iat], [1, login.stamp])

    step('crossid knows whose token it is')
    const crossid = (): Promise<Received> =>
      send('GET', '/api/v1/auth/sessions/whoami', { Authorization: `Bearer ${token}` })
    const { status, said: whoami } = await crossid()
    assert.deepEqual([status, whoami.identityId, `ses_${whoami.id}`], [200, ADA, login.id])

    step('ome lists the playback')
    const ome = (): Promise<Received> => send('GET', STREAM, KEY_BASIC)
    assert.deepEqual((await ome()).said.response, ['seat-1'])

    step('weplanx lists both users to Olga')
    const weplanx = (): Promise<Received> => send('GET', '/sessions', { Cookie: `TOKEN=${olgas}` })
    assert.deepEqual((await weplanx()).said, [ADA, OLGA])

    step('datepoll lists the login to Ada, who ends it there')
    const [own] = (await send('GET', `${LOGINS}?token=${token}`)).said.sessions
    assert.deepEqual([own.id, own.current], [login.serial, true])
    assert.equal(own.information, 'Firefox - 69; OS: Linux; Phone: false')
    const { method, href } = own.delete_session
    const ended = await send(method, `/${href}?token=${token}`)
    assert.deepEqual([ended.status, ended.said.msg], [200, 'Successfully deleted session'])

    step('crossid refuses its token')
    assert.equal((await crossid()).status, 401)

    step('its playback has vanished from ome')
    assert.deepEqual((await ome()).said.response, [])
    assert.equal((await send('DELETE', `${STREAM}/seat-1`, KEY_BASIC)).status, 404)

    step('weplanx no longer lists Ada')
    assert.deepEqual((await weplanx()).said, [OLGA])

    step('cumulonimbus has nothing to list')
    assert.deepEqual((await cumulonimbus()).said, { count: 0, items: [] })

    step('datepoll refuses the token, so that its clients log out')
    assert.equal((await send('GET', `${LOGINS}?token=${token}`)).said.error_code, 'token_incorrect')
    assert.equal((await send('POST', '/api/auth/IamLoggedIn', {}, { session_token: token })).status, 400)

    step('the native API says how both are over')
    const ending = async (id: string): Promise<string> =>
      (await send('GET', `/v1/sessions/${id}`, key)).said.session.ending.reason
    assert.deepEqual([await ending(login.id), await ending(playback.id)], ['logout', 'parent-ended'])
  })
}
