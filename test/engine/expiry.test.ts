import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SessionStore } from '../../src/core/store.ts'
import { engineBench, LOCAL_STORES } from '../support/engine.ts'
import { until } from '../support/until.ts'

const ADA = { user: { id: 'ada' } }
const HOUR = 3_600_000

for (const { name, open } of LOCAL_STORES) {
  test(`a session is live one millisecond before its expiry and refused at it, on ${name}`, async () => {
    for (const fresh of [false, true]) {
      await using bench = await engineBench({}, undefined, open)
      const { token } = await bench.sessions.issue({ ...ADA, lifetime: HOUR })
      await bench.env.advance(HOUR - 1)
      assert.ok((await bench.sessions.verify(token, { fresh })).ok)
      await bench.env.advance(1)
      const verdict = await bench.sessions.verify(token, { fresh })
      assert.ok(!verdict.ok && verdict.reason === 'ended' && verdict.ending.reason === 'expired')
      assert.equal(bench.sessions.verifyCached(token), undefined)
    }
  })

  test(`what is due ends with its events, without anybody looking, dated when it was due, on ${name}`, async () => {
    await using bench = await engineBench({}, undefined, open)
    const { session: short } = await bench.sessions.issue({ ...ADA, lifetime: 90_500 })
    const { session: silent } = await bench.sessions.issue({ ...ADA, idle: 40_500 })
    const { session: child } = await bench.sessions.issue({ kind: 'connection', parentId: short.id })
    const told: unknown[] = []
    bench.sessions.on('session.ended', ({ session, reason, at }) => told.push([session.id, reason, at]))
    await until('all three have ended', async () => {
      await bench.env.advance(1_000)
      return told.length === 3
    })
    assert.deepEqual(told, [
      [silent.id, 'idle', short.issuedAt + 40_500],
      [short.id, 'expired', short.issuedAt + 90_500],
      [child.id, 'expired', short.issuedAt + 90_500],
    ])
  })
}

test('a child expires no later than its login, whatever it asked for', async () => {
  await using bench = await engineBench()
  const login = await bench.sessions.issue({ ...ADA, lifetime: HOUR })
  const child = await bench.sessions.issue({ kind: 'connection', parentId: login.session.id, lifetime: '2h' })
  assert.equal(child.session.expiresAt, login.session.expiresAt)
  await bench.sessions.verify(child.token)
  await bench.env.advance(HOUR - 1)
  assert.ok((await bench.sessions.verify(child.token)).ok)
  await bench.env.advance(1)
  assert.equal((await bench.sessions.verify(child.token)).ok, false)
})

test('expiring many sessions is done in pieces, and requests come in between', async () => {
  const pieces: number[] = []
  let verified = 0
  await using bench = await engineBench(
    {},
    (store): SessionStore => ({
      ...store,
      async expire(limit) {
        const done = await store.expire(limit)
        if (done > 0) pieces.push(done)
        if (done > 0 && (await bench.sessions.verify(lasting.token)).ok) verified += 1
        return done
      },
    }),
  )
  const lasting = await bench.sessions.issue(ADA)
  for (let made = 0; made < 1_700; made++)
    await bench.sessions.issue({ user: { id: `user-${made}` }, lifetime: HOUR })
  await bench.env.advance(HOUR + 2_000)
  assert.deepEqual(pieces, Array(17).fill(100))
  assert.equal(verified, pieces.length)
  const { count } = await bench.sessions.count()
  assert.equal(count, 1)
})

test('a clock that jumps ahead ends what is due, and one that jumps back brings nothing back', async () => {
  await using bench = await engineBench()
  const { token, session } = await bench.sessions.issue({ ...ADA, lifetime: HOUR })
  await bench.sessions.verify(token)
  bench.env.jump(HOUR)
  await bench.env.advance(2_000)
  assert.equal((await bench.sessions.verify(token)).ok, false)
  bench.env.jump(-2 * HOUR)
  await bench.env.advance(2_000)
  assert.equal((await bench.sessions.verify(token)).ok, false)
  assert.equal((await bench.sessions.get(session.id))?.ending?.reason, 'expired')
})

test('an idle session that is used every minute lives to its absolute expiry, and not a millisecond longer', async () => {
  await using bench = await engineBench()
  const { token } = await bench.sessions.issue({ ...ADA, lifetime: HOUR, idle: '90s' })
  for (let minute = 1; minute < 60; minute++) {
    await bench.env.advance(60_000)
    assert.ok((await bench.sessions.verify(token)).ok, `refused after ${minute} min`)
  }
  await bench.env.advance(60_000 - 1)
  assert.ok((await bench.sessions.verify(token)).ok)
  await bench.env.advance(1)
  const verdict = await bench.sessions.verify(token)
  assert.ok(!verdict.ok && verdict.reason === 'ended' && verdict.ending.reason === 'expired')
})
