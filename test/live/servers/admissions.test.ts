import assert from 'node:assert/strict'
import { connect, type Server } from 'node:net'
import { describe, test } from 'node:test'
import { createSessions } from '../../../src/engine/create-sessions.ts'
import type { SessionManager } from '../../../src/engine/manager.ts'
import { nodeEnv } from '../../../src/env.ts'
import { readAdmissionCall } from '../../../src/live/servers/admission-calls.ts'
import { type Admit, admissions } from '../../../src/live/servers/admissions.ts'
import type { RunningServer } from '../../../src/server/start-server.ts'
import { memoryStore } from '../../../src/stores/memory/store.ts'
import { appBench } from '../../support/app.ts'
import { until } from '../../support/until.ts'
import { REVOKED } from '../support.ts'
import { ask, bench, bodyOf, names, RESOURCE, SECRET, sign } from './webhooks.ts'

describe('whoever OvenMediaEngine asks for', () => {
  test('is let in for as long as their session may live, and listed until they are gone', async () => {
    await using server = await bench('--admission-lifetime=1h')
    const { allowed, lifetime = 0 } = await ask(server)
    assert.equal(allowed, true)
    assert.ok(lifetime > 3_590_000 && lifetime <= 3_600_000, `${lifetime}`)
    const [session] = (await server.sessions.list({ resource: RESOURCE })).items
    assert.equal(session?.name, 'my_session')
    assert.equal(session?.kind, 'playback')
    assert.equal(session?.device.ip, '192.0.2.43')
    assert.equal(session?.device.browser, 'Firefox 128')
    assert.ok(!JSON.stringify(session).includes('?session='), 'the URL may bear credentials')
    assert.deepEqual(await ask(server, { status: 'closing' }), {})
    assert.deepEqual(await names(server), [])
    assert.equal((await server.sessions.get(session?.id ?? ''))?.ending?.reason, 'closed')
  })

  test('is called by a UUID where they gave no name', async () => {
    await using server = await bench()
    const url = 'ws://host:3333/app/stream'
    await ask(server, { url })
    await ask(server, { url, port: 2 })
    const [one = '', other = ''] = await names(server)
    assert.match(one, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    assert.notEqual(one, other)
    await ask(server, { url, status: 'closing' })
    assert.equal((await names(server)).length, 1)
  })

  test('is answered the same when asked for twice, at once too', async () => {
    await using server = await bench()
    const answers = await Promise.all([ask(server), ask(server), ask(server)])
    assert.deepEqual(
      answers.map(({ allowed }) => allowed),
      [true, true, true],
    )
    assert.deepEqual(await names(server), ['my_session'])
  })

  test('may not take a name under which somebody plays', async () => {
    await using server = await bench()
    await ask(server)
    const { allowed, reason } = await ask(server, { port: 2 })
    assert.deepEqual([allowed, reason], [false, 'somebody plays under this name already'])
  })

  test('is not ended by the late closing of an older playback of that name', async () => {
    await using server = await bench()
    await ask(server, { port: 1, time: '2021-05-12T22:45:00.000+09:00' })
    await server.sessions.end({ resource: RESOURCE }, REVOKED)
    await ask(server, { port: 2, time: '2021-05-12T22:46:00.000+09:00' })
    await ask(server, { port: 1, status: 'closing', time: '2021-05-12T22:46:01.000+09:00' })
    assert.deepEqual(await names(server), ['my_session'])
  })

  test('leaves no ghost where the closing came before the opening', async () => {
    await using server = await bench()
    await ask(server, { status: 'closing', time: '2021-05-12T22:45:01.000+09:00' })
    assert.equal((await ask(server)).allowed, false)
    assert.deepEqual(await names(server), [])
    const later = await ask(server, { time: '2021-05-12T13:45:02.000Z' })
    assert.equal(later.allowed, true, 'a later one is another playback')
  })

  test('is not let in again by the call that let them in, once they were ended', async () => {
    await using server = await bench()
    await ask(server)
    await server.sessions.end({ resource: RESOURCE }, REVOKED)
    assert.equal((await ask(server)).reason, 'the session is over: revoked')
  })

  test('stays out while they are kept out', async () => {
    await using server = await bench()
    await ask(server)
    const deny = { keys: ['name', 'address'], span: '1m' } as const
    await server.sessions.end({ resource: RESOURCE, name: 'my_session' }, { ...REVOKED, deny })
    const again = { port: 2, time: '2021-05-12T22:46:00.000+09:00' }
    assert.equal((await ask(server, again)).reason, 'kept out for a time')
    const url = 'ws://host:3333/app/stream?session=another'
    assert.equal((await ask(server, { ...again, url })).reason, 'kept out for a time', 'by the address')
    assert.equal((await ask(server, { ...again, url, ip: '192.0.2.44' })).allowed, true)
  })

  test('takes the playback that a backend issued for them, and loses it with their login', async () => {
    await using server = await bench('--admission-open=none')
    const { sessions } = server
    assert.equal((await ask(server)).reason, 'no session was issued under this name')
    const login = await sessions.issue({ user: { id: 'ada' } })
    const kind = 'playback'
    const parentId = login.session.id
    const issued = await sessions.issue({
      kind,
      resource: RESOURCE,
      name: 'my_session',
      parentId,
      lifetime: '5m',
    })
    const { allowed, lifetime = 0 } = await ask(server)
    assert.ok(allowed && lifetime <= 300_000)
    assert.equal((await ask(server, { port: 2 })).allowed, false, 'it is one playback')
    assert.equal((await sessions.get(issued.session.id))?.ending, undefined)
    await ask(server, { status: 'closing' })
    const time = '2021-05-12T22:47:00.000+09:00'
    assert.equal(
      (await ask(server, { port: 3, time })).allowed,
      true,
      'whoever left by themselves may come back',
    )
    await sessions.end({ id: parentId }, REVOKED)
    const after = await ask(server, { port: 4, time: '2021-05-12T22:48:00.000+09:00' })
    assert.equal(after.reason, 'the session is over: parent-ended')
  })

  test('shares the playback that a backend issued with nobody who asks at the same moment', async () => {
    const env = nodeEnv()
    await using sessions = createSessions({ store: memoryStore({ clock: env.now }), env })
    const admit = admissions({ sessions, env, realm: 'default', admit: [], lifetime: 60_000 })
    const kind = 'playback'
    await sessions.issue({ user: { id: 'ada' }, kind, resource: RESOURCE, name: 'my_session' })
    const calls = [1, 2, 3, 4].map((port) => readAdmissionCall(JSON.parse(bodyOf({ port }))))
    const answers = await Promise.all(calls.map((call) => admit(call, 'default')))
    assert.equal(answers.filter((answer) => 'allowed' in answer && answer.allowed).length, 1)
  })

  test('is found among so many that the first page of them is empty', async () => {
    const env = nodeEnv()
    await using engine = createSessions({ store: memoryStore({ clock: env.now }), env })
    const sessions: SessionManager = {
      ...engine,
      list: async ({ cursor, ...query } = {}) =>
        cursor === undefined ? { items: [], nextCursor: 'next' } : engine.list(query),
    }
    const admit = admissions({ sessions, env, realm: 'default', admit: ['play'], lifetime: 60_000 })
    const call = (status: string): ReturnType<Admit> =>
      admit(readAdmissionCall(JSON.parse(bodyOf({ status }))), 'default')
    assert.equal((await call('opening')).allowed, true)
    assert.deepEqual(Object.keys(await call('opening')), ['allowed', 'lifetime'], 'asked again')
    assert.deepEqual(await call('closing'), {})
    assert.equal((await engine.count({ resource: RESOURCE })).count, 0, 'no ghost is left')
  })

  test('who is banned does not come back', async () => {
    await using server = await bench()
    const { sessions } = server
    const kind = 'playback'
    await sessions.issue({ user: { id: 'ada' }, kind, resource: RESOURCE, name: 'my_session' })
    assert.equal((await ask(server)).allowed, true)
    await sessions.users.update('ada', { banned: true })
    const again = await ask(server, { port: 2, time: '2021-05-12T22:48:00.000+09:00' })
    assert.equal(again.reason, 'the session is over: banned')
  })

  test('publishes, or plays what is no WebRTC, only where that is open', async () => {
    await using shut = await bench()
    await using open = await bench('--admission-open=publish,llhls')
    const publish = { direction: 'incoming', protocol: 'RTMP', url: 'rtmp://host:1935/app/stream' }
    const llhls = { protocol: 'LLHLS', url: 'https://host:3334/app/stream/llhls.m3u8' }
    const asked = (server: RunningServer) =>
      Promise.all([publish, llhls, {}].map((call) => ask(server, call)))
    assert.deepEqual(
      (await asked(shut)).map(({ allowed }) => allowed),
      [false, false, true],
    )
    assert.deepEqual(
      (await asked(open)).map(({ allowed }) => allowed),
      [true, true, false],
    )
    assert.deepEqual(await names(open), [])
  })

  test('is not there any more where OvenMediaEngine stopped waiting for the answer', async () => {
    const env = nodeEnv()
    let admit: Admit = async () => ({})
    let server: Server | undefined
    const waiting: Admit = async (call, vhost) => {
      const answer = await admit(call, vhost)
      await until('nobody waits for the answer', async () => (await connectionsOf(server)) === 0)
      return answer
    }
    await using app = await appBench(
      [],
      { mediaServers: { ome: { secret: SECRET, admit: waiting } } },
      {
        alter: (app) => {
          server = app.server
        },
      },
    )
    const { sessions, url } = app
    admit = admissions({ sessions, env, realm: 'default', admit: ['play'], lifetime: 60_000 })
    const body = bodyOf({})
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname)
    socket.write(`${HEAD}x-ome-signature: ${sign(body)}\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
    await until('it is let in', async () => (await names(app)).length === 1)
    socket.destroy()
    await until('it is gone again', async () => (await names(app)).length === 0)
  })
})

function connectionsOf(server: Server | undefined): Promise<number> {
  return new Promise((resolve) => server?.getConnections((_fault, count) => resolve(count)))
}

const HEAD = 'POST /v1/admissions/ome HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n'
