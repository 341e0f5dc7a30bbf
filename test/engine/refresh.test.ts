import assert from 'node:assert/strict'
import { test } from 'node:test'
import { successorOf } from '../../src/core/token.ts'
import { type EngineBench, engineBench, STORES } from '../support/engine.ts'

const ADA = { user: { id: 'ada' } }

/** Exchanges a token that must be exchanged. */
async function refreshed({ sessions }: EngineBench, token: string): Promise<string> {
  const outcome = await sessions.refresh(token)
  assert.ok(outcome.ok, 'the token was not exchanged')
  return outcome.token
}

async function live({ sessions }: EngineBench, token: string): Promise<boolean> {
  return (await sessions.verify(token)).ok
}

async function told({ store }: EngineBench): Promise<readonly string[]> {
  const { events } = await store.read('0', 1_000)
  return events.map(({ type }) => type).filter((type) => !type.startsWith('node.'))
}

for (const { name, open } of STORES) {
  test(`everyone who presents a token within its grace gets the same successor, on ${name}`, async () => {
    await using bench = await engineBench({}, undefined, open)
    const { token } = await bench.sessions.issue(ADA)
    const successors = await Promise.all(Array.from({ length: 50 }, () => refreshed(bench, token)))
    assert.equal(new Set(successors).size, 1)
    bench.env.jump(9_999)
    assert.equal(await refreshed(bench, token), successors[0])
    for (const each of [token, ...successors.slice(0, 1)]) assert.ok(await live(bench, each))
    assert.deepEqual(await told(bench), ['session.created', 'session.refreshed'])
  })

  test(`a token that comes back after its grace ends the session, and says so, on ${name}`, async () => {
    for (const present of ['verify', 'refresh'] as const) {
      await using bench = await engineBench({}, undefined, open)
      const { token, session } = await bench.sessions.issue(ADA)
      const successor = await refreshed(bench, token)
      assert.ok(await live(bench, successor))
      bench.env.jump(10_000)
      const outcome = await bench.sessions[present](token)
      assert.ok(!outcome.ok && outcome.reason === 'ended' && outcome.ending.reason === 'reused', present)
      assert.equal(bench.sessions.verifyCached(successor), undefined)
      for (const each of [token, successor]) assert.equal(await live(bench, each), false)
      assert.equal((await bench.sessions.get(session.id))?.ending?.reason, 'reused')
      const events = ['session.created', 'session.refreshed', 'token.reused', 'session.ended']
      assert.deepEqual(await told(bench), events)
    }
  })
}

test('a token that was never handed out ends nothing and changes nothing, whoever knows the id', async () => {
  await using bench = await engineBench()
  const { token, session } = await bench.sessions.issue(ADA)
  const guessed = Array.from({ length: 20 }, (_, salt) => successorOf(bench.env, token, `guess ${salt}`))
  const before = await bench.store.find(session.id)
  for (const guess of guessed) {
    assert.deepEqual(await bench.sessions.refresh(guess), { ok: false, reason: 'unknown' })
    assert.deepEqual(await bench.sessions.verify(guess), { ok: false, reason: 'unknown' })
  }
  assert.deepEqual((await bench.store.find(session.id))?.record, before?.record)
  assert.ok(await live(bench, token))
  assert.deepEqual(await told(bench), ['session.created'])
})

test('the last sixteen predecessors are remembered, and an older one ends nothing', async () => {
  await using bench = await engineBench({ refreshGrace: 0 })
  const { token: first } = await bench.sessions.issue(ADA)
  const second = await refreshed(bench, first)
  let token = second
  for (let round = 0; round < 16; round++) token = await refreshed(bench, token)
  assert.deepEqual(await bench.sessions.verify(first), { ok: false, reason: 'unknown' })
  assert.ok(await live(bench, token))
  assert.equal(await live(bench, second), false)
  assert.equal(await live(bench, token), false)
})

test('refreshing never moves the absolute expiry', async () => {
  await using bench = await engineBench()
  const { token: first, session } = await bench.sessions.issue({ ...ADA, lifetime: '1h' })
  let token = first
  for (let minute = 5; minute < 60; minute += 5) {
    await bench.env.advance(5 * 60_000)
    token = await refreshed(bench, token)
    assert.equal((await bench.sessions.get(session.id))?.expiresAt, session.expiresAt)
  }
  bench.env.jump(5 * 60_000)
  assert.equal(await live(bench, token), false)
  const outcome = await bench.sessions.refresh(token)
  assert.ok(!outcome.ok && outcome.reason === 'ended' && outcome.ending.reason === 'expired')
})

test('a change of privileges leaves no grace: the token before is superseded, and forgiven for a while', async () => {
  const changes: Readonly<
    Record<string, (bench: EngineBench, id: string, token: string) => Promise<string>>
  > = {
    async 'a higher level'(bench, id) {
      const { token } = await bench.sessions.update(id, { authentication: { methods: ['otp'], level: 2 } })
      return token ?? assert.fail('no new token came of it')
    },
    async 'another role, and a refresh'(bench, _id, token) {
      await bench.sessions.users.update('ada', { role: 'operator' })
      return refreshed(bench, token)
    },
    async 'a refresh, and another role'(bench, _id, token) {
      const successor = await refreshed(bench, token)
      await bench.sessions.users.update('ada', { role: 'operator' })
      return successor
    },
  }
  for (const [name, change] of Object.entries(changes)) {
    await using bench = await engineBench()
    const { token, session } = await bench.sessions.issue(ADA)
    await bench.sessions.verify(token)
    const after = await change(bench, session.id, token)
    assert.equal(bench.sessions.verifyCached(token), undefined, name)
    for (const present of ['verify', 'refresh'] as const) {
      const outcome = await bench.sessions[present](token)
      assert.ok(!outcome.ok && outcome.reason === 'superseded', name)
      assert.equal(outcome.session.id, session.id)
    }
    assert.ok(await live(bench, after), name)
    bench.env.jump(10_000)
    const late = await bench.sessions.verify(token)
    assert.ok(!late.ok && late.reason === 'ended' && late.ending.reason === 'reused', name)
  }
})

test('what is over is not refreshed, and says why', async () => {
  await using bench = await engineBench()
  const login = await bench.sessions.issue(ADA)
  const child = await bench.sessions.issue({ kind: 'connection', parentId: login.session.id })
  await bench.sessions.end({ id: login.session.id }, { reason: 'logout' })
  for (const [token, reason] of [
    [login.token, 'logout'],
    [child.token, 'parent-ended'],
  ] as const) {
    const outcome = await bench.sessions.refresh(token)
    assert.ok(!outcome.ok && outcome.reason === 'ended' && outcome.ending.reason === reason)
  }
})

test('once the grace is over nothing that is kept leads from a token to its successor', async () => {
  for (const { open } of STORES) {
    await using bench = await engineBench({ refreshGrace: '10s' }, undefined, open)
    const { token, session } = await bench.sessions.issue(ADA)
    const successor = await refreshed(bench, token)
    const salts = async () =>
      (await bench.store.find(session.id))?.record.predecessors?.flatMap(({ salt }) => salt ?? []) ?? []
    const [salt = ''] = await salts()
    assert.equal(successorOf(bench.env, token, salt), successor)
    bench.env.jump(10_000)
    while ((await bench.store.eraseSalts(100)) > 0);
    assert.deepEqual(await salts(), [])
    assert.ok(await live(bench, successor))
  }
})
