import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { pino } from 'pino'
import { surround } from '../../src/core/around.ts'
import { RollcallError } from '../../src/core/errors.ts'
import { ACTIVITY_FLUSH } from '../../src/core/policy.ts'
import type { SessionStore } from '../../src/core/store.ts'
import { datepoll } from '../../src/dialects/datepoll/index.ts'
import type { SessionManager } from '../../src/engine/manager.ts'
import type { Answer, Dialect } from '../../src/http/dialects/contract.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { type EngineBench, engineBench, LOCAL_STORES, type OpenStore, STORES } from '../support/engine.ts'
import { raw, valuesOf } from '../support/raw-request.ts'
import { until } from '../support/until.ts'
import { exchangeOf } from './replay.ts'
import { serve } from './serving.ts'

const LIST = '/api/v1/user/myself/session'
const LOGOUT = `${LIST}/logoutCurrentSession`
const RENEW = '/api/auth/IamLoggedIn'
const JSON_TYPE = [['Content-Type', 'application/json']] as const

/** Speaks to the dialect in process. */
function ask(dialect: Dialect, method: string, target: string, body?: object): Promise<Answer> {
  return dialect.speak(exchangeOf(method, target, JSON_TYPE, body && JSON.stringify(body)))
}

async function listOf(dialect: Dialect, token: string): Promise<readonly { readonly id: number }[]> {
  const { status, body = '' } = await ask(dialect, 'GET', `${LIST}?token=${token}`)
  assert.equal(status, 200, body)
  return (JSON.parse(body) as { readonly sessions: readonly { readonly id: number }[] }).sessions
}

async function issueMany(sessions: SessionManager, count: number): Promise<readonly string[]> {
  const issued = []
  for (let index = 0; index < count; index++) issued.push(await sessions.issue({ user: { id: 'ada' } }))
  return issued.map(({ token }) => token)
}

async function benchOver(open: OpenStore): Promise<EngineBench & { readonly dialect: Dialect }> {
  const made = await engineBench({ maxStaleness: 0 }, undefined, open)
  return { ...made, dialect: datepoll({ sessions: made.sessions }) }
}

for (const { name, open } of STORES) {
  const bench = () => benchOver(open)

  test(`of many deletes of one login at once exactly one succeeds, on ${name}`, async () => {
    await using made = await bench()
    const { sessions, dialect } = made
    const deleteAtOnce = async (by: Dialect): Promise<readonly number[]> => {
      const { session } = await sessions.issue({ user: { id: 'ada' } })
      const tokens = await issueMany(sessions, 8)
      const answers = await Promise.all(
        tokens.map((token) => ask(by, 'DELETE', `${LIST}/${session.serial}?token=${token}`)),
      )
      assert.equal((await sessions.get(session.id))?.ending?.reason, 'revoked')
      return answers.map(({ status }) => status).sort()
    }
    for (let round = 0; round < 5; round++)
      assert.deepEqual(await deleteAtOnce(dialect), [200, ...Array(7).fill(404)])
    const careless = datepoll({
      sessions: {
        ...sessions,
        end: async (selector, how) => ({ ...(await sessions.end(selector, how)), ended: 1 }),
      },
    })
    assert.notDeepEqual(await deleteAtOnce(careless), [200, ...Array(7).fill(404)], 'nobody was in a hurry')
  })

  test(`of many logouts with one token at once exactly one succeeds, on ${name}`, async () => {
    await using made = await bench()
    const { sessions, dialect } = made
    const [token = ''] = await issueMany(sessions, 1)
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => ask(dialect, 'POST', LOGOUT, { token, session_token: token })),
    )
    assert.equal(answers.filter(({ status }) => status === 200).length, 1)
    assert.ok(answers.every(({ status }) => [200, 401, 404].includes(status)))
  })

  test(`more logins than any page has are all listed, in order, and can be ended, on ${name}`, async () => {
    await using made = await bench()
    const { sessions, dialect, env } = made
    const tokens = await issueMany(sessions, 230)
    env.jump(1_000)
    const [token = ''] = await issueMany(sessions, 1)
    const verdict = await sessions.verify(tokens[3] ?? '')
    assert.ok(verdict.ok)
    await written(made, verdict.session.id, env.now())
    const serials = (await listOf(dialect, token)).map(({ id }) => id)
    const byAge = [...serials].sort((one, other) => one - other)
    const used = byAge[3] ?? 0
    assert.deepEqual(serials, [...byAge.filter((id) => id !== used).slice(0, -1), used, byAge.at(-1)])
    for (const id of [byAge[0], used]) {
      const { status } = await ask(dialect, 'DELETE', `${LIST}/${id}?token=${token}`)
      assert.equal(status, 200)
    }
    assert.equal((await listOf(dialect, token)).length, 229)
  })
}

for (const { name, open } of LOCAL_STORES) {
  test(`a login lives as long as IamLoggedIn is called in time, and no longer, on ${name}`, async () => {
    await using made = await benchOver(open)
    const { sessions, dialect, env } = made
    const [kept, left] = await Promise.all(
      ['kept', 'left'].map((label) =>
        sessions.issue({ user: { id: 'ada' }, idle: '10m', device: { label } }),
      ),
    )
    for (let calls = 0; calls < 3; calls++) {
      await env.advance(540_000)
      const { status, body } = await ask(dialect, 'POST', RENEW, { session_token: kept?.token })
      assert.deepEqual([status, body], [202, `{"msg":"Session token is good","token":"${kept?.token}"}`])
      await written(made, kept?.session.id ?? '', env.now())
    }
    assert.equal((await listOf(dialect, kept?.token ?? '')).length, 1)
    assert.equal((await ask(dialect, 'POST', RENEW, { session_token: left?.token })).status, 400)
  })
}

test('a refreshed token is renewed as long as it stands beside its successor', async () => {
  await using bench = await engineBench({ refreshGrace: '10s' })
  const dialect = datepoll({ sessions: bench.sessions })
  const [token = ''] = await issueMany(bench.sessions, 1)
  assert.equal((await bench.sessions.refresh(token)).ok, true)
  assert.equal((await ask(dialect, 'POST', RENEW, { session_token: token })).status, 202)
  await bench.env.advance(11_000)
  assert.equal((await ask(dialect, 'POST', RENEW, { session_token: token })).status, 400)
})

test('a login that ends while IamLoggedIn names it is answered as one that is over', async () => {
  await using bench = await engineBench()
  const [token = ''] = await issueMany(bench.sessions, 1)
  const ending: SessionManager = {
    ...bench.sessions,
    async update(id, patch) {
      await bench.sessions.end({ id })
      return bench.sessions.update(id, patch)
    },
  }
  const dialect = datepoll({ sessions: ending })
  const renewal = { session_token: token, session_information: 'Desk' }
  assert.equal((await ask(dialect, 'POST', RENEW, renewal)).status, 400)
})

test('under a prefix, the links of the list lead there', async () => {
  await using bench = await serve({ dialects: { datepoll: { prefix: '/old' } } })
  const [token = ''] = await issueMany(bench.sessions, 1)
  const { body } = await raw(bench.url, 'GET', `/old${LIST}?token=${token}`, [])
  const [{ id, delete_session: link }] = JSON.parse(body).sessions
  assert.deepEqual(link, { href: `old${LIST}/${id}`, method: 'DELETE' })
  const deleted = await raw(bench.url, 'DELETE', `/${link.href}?token=${token}`, [])
  assert.deepEqual([deleted.status, deleted.body], [200, '{"msg":"Successfully deleted session"}'])
})

test('a body that is too large and too many headers are refused in its words', async () => {
  await using bench = await serve({ dialects: { datepoll: {} } })
  const [token = ''] = await issueMany(bench.sessions, 1)
  const body = JSON.stringify({ token, session_token: token, x: 'x'.repeat(70_000) })
  const large = await raw(bench.url, 'POST', LOGOUT, JSON_TYPE, body)
  assert.deepEqual([large.status, large.body], [413, '{"message":""}'])
  const headers = Array.from({ length: 80 }, (_, index) => [`x-${index}`, ''] as const)
  const many = await raw(bench.url, 'GET', `${LIST}?token=${token}`, headers)
  assert.deepEqual([many.status, many.body], [400, '{"message":""}'])
  assert.deepEqual(valuesOf(many, 'referrer-policy'), ['no-referrer'])
  assert.equal((await raw(bench.url, 'GET', `${LIST}?token=${token}`, [])).status, 200)
})

test('no token reaches the log, whatever becomes of the request that has it', async () => {
  const lines: string[] = []
  const logger = pino({ level: 'trace' }, { write: (line) => void lines.push(line) })
  const state = { away: false }
  await using bench = await serve({ dialects: { datepoll: {} }, logger, store: leaving(state) })
  const [token = ''] = await issueMany(bench.sessions, 1)
  const { token: gone, session } = await bench.sessions.issue({ user: { id: 'ada' } })
  await bench.sessions.end({ id: session.id })
  const query = `?token=${token}&session_token=${token}`
  const body = JSON.stringify({ token, session_token: token })
  const statuses = async (): Promise<readonly number[]> => {
    const asked = [
      raw(bench.url, 'GET', LIST + query, []),
      raw(bench.url, 'GET', `${LIST}?token=${gone}`, []),
      raw(bench.url, 'GET', LIST, [['Authorization', `Bearer ${token}`]]),
      raw(bench.url, 'DELETE', `${LIST}/0${query}`, []),
      raw(bench.url, 'DELETE', `${LIST}/${token}${query}`, []),
      raw(bench.url, 'PUT', LIST + query, JSON_TYPE, body),
      raw(bench.url, 'PURGE', LIST + query, []),
      raw(bench.url, 'GET', `/api/v1/user/%zz${query}`, []),
      raw(bench.url, 'POST', LOGOUT + query, JSON_TYPE, '{}'),
      raw(bench.url, 'POST', RENEW + query, JSON_TYPE, body),
      raw(bench.url, 'POST', RENEW + query, JSON_TYPE, JSON.stringify({ token: 'x'.repeat(70_000), gone })),
      raw(bench.url, 'POST', '/api/auth/signin', JSON_TYPE, body),
    ]
    return (await Promise.all(asked)).map(({ status }) => status)
  }
  assert.deepEqual(await statuses(), [200, 401, 200, 404, 404, 405, 405, 404, 422, 202, 413, 404])
  state.away = true
  assert.deepEqual(await statuses(), [500, 500, 500, 500, 500, 405, 405, 404, 500, 500, 413, 404])
  await hangUp(bench.url, `${LOGOUT}${query}`)
  const secrets = [token, gone].map((each) => each.slice(26))
  const found = (): readonly string[] =>
    lines.filter((line) => secrets.some((secret) => line.includes(secret)))
  assert.equal(lines.filter((line) => line.includes('store-unavailable')).length, 7)
  assert.deepEqual(found(), [])
  logger.debug({ url: LIST + query }, 'what a leak would look like')
  assert.equal(found().length, 1)
})

/** Waits until a use of a session at some moment is written, however long that takes a real disk. */
async function written({ sessions, env }: EngineBench, id: string, used: number): Promise<void> {
  await env.advance(ACTIVITY_FLUSH)
  await until('the use is written', async () => ((await sessions.get(id))?.lastActiveAt ?? 0) >= used)
}

/** A store in memory whose calls fail while it is away. */
function leaving(state: { readonly away: boolean }): SessionStore {
  const store = memoryStore({ clock: Date.now })
  return surround(store, (operation, work) =>
    state.away && operation !== 'close' ? Promise.reject(new RollcallError('store-unavailable')) : work(),
  )
}

/** Begins a request and goes away before it is whole. */
async function hangUp(url: string, path: string): Promise<void> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) })
  const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{`
  await new Promise((resolve) => socket.write(head, resolve))
  socket.destroy()
  await once(socket, 'close')
}
