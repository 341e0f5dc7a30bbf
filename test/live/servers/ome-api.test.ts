import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createSessions } from '../../../src/engine/create-sessions.ts'
import type { SessionManager } from '../../../src/engine/manager.ts'
import { nodeEnv } from '../../../src/env.ts'
import { type AdmissionCall, readAdmissionCall } from '../../../src/live/servers/admission-calls.ts'
import { type Admit, admissions } from '../../../src/live/servers/admissions.ts'
import { omeServer } from '../../../src/live/servers/ome-api.ts'
import { type Followed, follow } from '../../../src/live/servers/reconcile.ts'
import { memoryStore } from '../../../src/stores/memory/store.ts'
import { type OmeApi, omeApi } from '../../support/ome-api.ts'
import { until } from '../../support/until.ts'
import { REVOKED } from '../support.ts'

const RESOURCE = 'default/app/stream'

interface Bench extends AsyncDisposable {
  readonly api: OmeApi
  readonly sessions: SessionManager
  readonly followed: Followed
  readonly admit: Admit
  readonly faults: unknown[]
  names(): Promise<readonly string[]>
}

/** An OvenMediaEngine that is looked at fifty times a second, and waited for no time after it let somebody in. */
async function bench(settling = 0): Promise<Bench> {
  const env = nodeEnv()
  const api = await omeApi()
  const sessions = createSessions({ store: memoryStore({ clock: env.now }), env })
  const faults: unknown[] = []
  const realm = 'default'
  const server = { ...omeServer({ url: api.url, token: api.token }), settling }
  const report = (fault: unknown): void => void faults.push(fault)
  const followed = follow({ server, sessions, env, realm, every: 20, report })
  return {
    api,
    sessions,
    followed,
    faults,
    admit: admissions({ sessions, env, realm, admit: ['play'], lifetime: 3_600_000 }),
    async names() {
      const { items } = await sessions.list({ resource: RESOURCE })
      return items.map(({ name = '' }) => name).sort()
    },
    async [Symbol.asyncDispose]() {
      await followed.close()
      await sessions.close()
      await api[Symbol.asyncDispose]()
    },
  }
}

test('an OvenMediaEngine that answers nonsense ends nobody', async () => {
  await using server = await bench()
  const { api, names, followed } = server
  api.playing.add('ada')
  await until('she is listed', async () => (await names()).length === 1)
  for (const status of [200, 404]) {
    const before = followed.stats().failedLooks
    api.refuse(status)
    await until('it was looked at', () => followed.stats().failedLooks > before + 1)
    assert.equal((await names()).length, 1, `${status}`)
  }
})

describe('players of OvenMediaEngine Enterprise', () => {
  test('are playbacks, let in by a webhook or not', async () => {
    await using server = await bench()
    server.api.playing.add('ada').add('b/ob')
    await until('ada is listed', async () => (await server.names()).includes('ada'))
    await until('a name that no session can have is cut', () => server.api.playing.size === 1)
    server.api.playing.clear()
    await until('nobody is', async () => (await server.names()).length === 0)
  })

  test('are cut by the call of its API, and not listed any more', async () => {
    await using server = await bench()
    const { api, sessions, names, followed } = server
    api.playing.add('ada').add('bob')
    await until('both are listed', async () => (await names()).length === 2)
    await sessions.end({ resource: RESOURCE, name: 'ada' }, REVOKED)
    await until('ada is cut', () => !api.playing.has('ada'))
    assert.deepEqual([...api.playing], ['bob'])
    await until('that is counted', () => followed.stats().cuts === 1)
    api.playing.add('ada')
    await until('who comes back is listed again', async () => (await names()).length === 2)
  })

  test('are cut again and again where it refuses, and that is reported once', async () => {
    await using server = await bench()
    const { api, sessions, names, followed, faults } = server
    api.playing.add('ada')
    await until('she is listed', async () => (await names()).length === 1)
    api.refuse(500)
    await sessions.end({ resource: RESOURCE }, REVOKED)
    await until('it refused', () => followed.stats().failedCuts > 0 && followed.stats().away)
    assert.ok(faults.length <= 2, 'that it is away, and that it does not cut')
    api.refuse(undefined)
    await until('she is cut', () => api.playing.size === 0)
    assert.deepEqual(await names(), [])
  })

  test('whose closing was lost are closed, but not before they had time to begin', async () => {
    await using server = await bench(300)
    const { api, sessions, admit, names } = server
    const answer = await admit(CALL, 'default')
    assert.equal('allowed' in answer && answer.allowed, true)
    const [before] = (await sessions.list({ resource: RESOURCE })).items
    api.playing.add('my_session')
    await until('it is known', () => server.followed.stats().viewers === 1)
    const [after] = (await sessions.list({ resource: RESOURCE })).items
    assert.equal(after?.id, before?.id, 'it is the playback that was let in')
    api.playing.clear()
    await until('it is closed', async () => (await names()).length === 0)
    const { ending, issuedAt = 0 } = (await sessions.get(before?.id ?? '')) ?? {}
    assert.equal(ending?.reason, 'closed')
    assert.ok((ending?.at ?? 0) - issuedAt >= 300)
  })

  test('whose playback a webhook let in are cut when it is ended', async () => {
    await using server = await bench(5_000)
    const { api, sessions, admit } = server
    await admit(CALL, 'default')
    api.playing.add('my_session')
    await until('it is known', () => server.followed.stats().viewers === 1)
    await sessions.end({ resource: RESOURCE, name: 'my_session' }, REVOKED)
    await until('it is cut', () => api.playing.size === 0)
  })

  test('are the same playback by webhook and by the API, however the path was written', async () => {
    await using server = await bench(5_000)
    const { api, sessions, admit, names } = server
    await admit(callTo('ws://host:3333/app/%73tream?session=my_session'), 'default')
    api.playing.add('my_session')
    await until('it is known', () => server.followed.stats().viewers === 1)
    assert.deepEqual(await names(), ['my_session'])
    assert.equal((await sessions.list()).items.length, 1)
  })

  test('whose playback a backend issued have time to begin, and are closed where the closing was lost', async () => {
    await using server = await bench(400)
    const { sessions, admit, names } = server
    const name = 'my_session'
    const { session } = await sessions.issue({ kind: 'playback', resource: RESOURCE, name })
    await until('it is older than they may take', async () => (await sessions.now()) > session.issuedAt + 450)
    const letIn = await sessions.now()
    await admit(CALL, 'default')
    await until('it is closed', async () => (await names()).length === 0)
    const { ending } = (await sessions.get(session.id)) ?? {}
    assert.equal(ending?.reason, 'closed')
    assert.ok((ending?.at ?? 0) - letIn >= 400, `after ${(ending?.at ?? 0) - letIn} ms`)
  })

  test('who are called what no path can end in stay to be cut, and that is reported', async () => {
    await using server = await bench()
    const { api, sessions, names, followed, faults } = server
    api.playing.add('..')
    await until('it is listed', async () => (await names()).length === 1)
    await sessions.end({ resource: RESOURCE }, REVOKED)
    await until('it was tried again', () => followed.stats().failedCuts > 2)
    assert.equal(followed.stats().cuts, 0)
    assert.deepEqual(await names(), [], 'the end is not undone')
    assert.equal(faults.length, 1)
  })
})

function callTo(url: string): AdmissionCall {
  return readAdmissionCall({
    client: { address: '192.0.2.1', port: 5_000 },
    request: {
      direction: 'outgoing',
      protocol: 'webrtc',
      status: 'opening',
      time: '2021-05-12T22:45:00.000Z',
      url,
    },
  })
}

const CALL = callTo('ws://host:3333/app/stream?session=my_session')
