import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createHub } from '../../src/live/hub.ts'
import { engineBench } from '../support/engine.ts'

test('online is who holds a line, or was active within the last minute', async () => {
  await using bench = await engineBench()
  const { sessions, env } = bench
  const hub = createHub({ sessions, env })
  const login = await sessions.issue({ user: { id: 'ada' } })
  await sessions.issue({ user: { id: 'bob' } })
  const line = await hub.open(
    { kind: 'connection', parentId: login.session.id },
    { cut: () => undefined, release: () => undefined },
  )
  const began = await sessions.now()
  const ask = () => sessions.presence(['bob', 'ada', 'nobody'])
  assert.deepEqual(await ask(), [
    { userId: 'bob', online: true, lines: 0, lastActiveAt: began },
    { userId: 'ada', online: true, lines: 1, lastActiveAt: began },
    { userId: 'nobody', online: false, lines: 0 },
  ])
  await env.advance(61_000)
  assert.deepEqual(
    (await ask()).map(({ online }) => online),
    [false, true, false],
  )
  line.closed()
  await env.advance(1_000)
  assert.deepEqual((await ask())[1], { userId: 'ada', online: false, lines: 0, lastActiveAt: began })
  await sessions.verify(login.token)
  assert.equal((await ask())[1]?.online, true, 'whoever is active just now is online at once')
})

test('presence is of one realm, and of a hundred users at a time', async () => {
  await using bench = await engineBench()
  const { sessions } = bench
  await sessions.issue({ user: { id: 'ada' }, realm: 'other' })
  assert.equal((await sessions.presence(['ada']))[0]?.online, false)
  assert.equal((await sessions.presence(['ada'], 'other'))[0]?.online, true)
  const many = Array.from({ length: 101 }, (_, index) => `user${index}`)
  assert.equal((await sessions.presence(many.slice(1))).length, 100)
  await assert.rejects(sessions.presence(many), { code: 'bad-request' })
})
