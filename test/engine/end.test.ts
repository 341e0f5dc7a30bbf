import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRollcallError } from '../../src/core/errors.ts'
import type { RollcallEvent } from '../../src/core/events.ts'
import type { SessionSelector } from '../../src/core/selector.ts'
import type { SessionStore } from '../../src/core/store.ts'
import { createSessions } from '../../src/engine/create-sessions.ts'
import { engineBench } from '../support/engine.ts'

const ADA = { user: { id: 'ada' } }

test('every selector refuses at once what it ended, at hand or not, and counts it', async () => {
  const table: readonly [string, (id: string) => SessionSelector, number, number][] = [
    ['id', (id) => ({ id }), 1, 1],
    ['ids', (id) => ({ ids: [id, 'ses_1111111111111111111111'] }), 1, 1],
    ['user', () => ({ userId: 'ada' }), 1, 1],
    ['parent', (id) => ({ parentId: id }), 1, 0],
    ['resource', () => ({ resource: 'room/1' }), 1, 0],
    ['filter', () => ({ filter: { userId: 'ada' } }), 2, 0],
    ['everyone', () => ({ everyone: true }), 2, 1],
  ]
  for (const [name, selector, ended, descendants] of table) {
    await using bench = await engineBench()
    const login = await bench.sessions.issue(ADA)
    const child = await bench.sessions.issue({
      kind: 'connection',
      parentId: login.session.id,
      resource: 'room/1',
    })
    const bob = await bench.sessions.issue({ user: { id: 'bob' } })
    for (const { token } of [login, child, bob]) await bench.sessions.verify(token)

    const dry = await bench.sessions.end(selector(login.session.id), { dryRun: true })
    assert.deepEqual([name, dry.matched, dry.ended], [name, ended, 0])
    assert.ok((await bench.sessions.verify(login.token)).ok)

    const done = await bench.sessions.end(selector(login.session.id))
    assert.deepEqual([name, done.ended, done.descendants], [name, ended, descendants])
    assert.equal(bench.sessions.verifyCached(child.token), undefined, name)
    assert.equal((await bench.sessions.verify(child.token)).ok, false, name)
    assert.equal(
      (await bench.sessions.verify(login.token)).ok,
      name === 'parent' || name === 'resource',
      name,
    )
    assert.equal((await bench.sessions.verify(bob.token)).ok, name !== 'everyone', name)
    const again = await bench.sessions.end(selector(login.session.id))
    assert.deepEqual([again.ended, again.descendants], [0, 0], name)
  }
})

test('signing out everywhere else keeps this login and what lives under it', async () => {
  await using bench = await engineBench()
  const here = await bench.sessions.issue(ADA)
  const tab = await bench.sessions.issue({ kind: 'connection', parentId: here.session.id })
  const elsewhere = await Promise.all([bench.sessions.issue(ADA), bench.sessions.issue(ADA)])
  for (const { token } of elsewhere) await bench.sessions.verify(token)
  const selector = { userId: 'ada', except: here.session.id }
  assert.equal((await bench.sessions.end(selector, { dryRun: true })).matched, 2)
  assert.equal((await bench.sessions.end(selector)).ended, 2)
  for (const { token } of elsewhere) assert.equal((await bench.sessions.verify(token)).ok, false)
  for (const { token } of [here, tab]) assert.ok((await bench.sessions.verify(token)).ok)
})

test('another node over the same store refuses within the staleness it is allowed', async () => {
  await using bench = await engineBench()
  const other = createSessions({ store: { ...bench.store, close: async () => undefined }, env: bench.env })
  await bench.env.advance(0)
  const one = await bench.sessions.issue(ADA)
  const two = await bench.sessions.issue({ user: { id: 'bob' } })
  await other.verify(one.token)
  await other.verify(two.token)
  assert.ok(other.verifyCached(one.token))
  await bench.sessions.end({ id: one.session.id })
  await bench.sessions.end({ userId: 'bob' })
  await bench.env.advance(250)
  assert.equal(other.verifyCached(one.token), undefined)
  assert.equal(other.verifyCached(two.token), undefined)
  await other.close()
})

test('a read that an end overtakes leaves nothing live behind', async () => {
  for (const selector of [{ userId: 'ada' }, { everyone: true as const }, { resource: 'room/1' }]) {
    let held: (() => void) | undefined
    let hold = false
    const slow = (store: SessionStore): SessionStore => ({
      ...store,
      async find(id) {
        const found = await store.find(id)
        if (hold) await new Promise<void>((resolve) => (held = resolve))
        return found
      },
    })
    await using bench = await engineBench({}, slow)
    const { token } = await bench.sessions.issue({ ...ADA, resource: 'room/1' })
    hold = true
    const overtaken = bench.sessions.verify(token)
    await bench.env.advance(0)
    hold = false
    await bench.sessions.end(selector)
    held?.()
    await overtaken
    assert.equal(bench.sessions.verifyCached(token), undefined, JSON.stringify(selector))
    assert.equal((await bench.sessions.verify(token)).ok, false)
  }
})

test('a ban ends everything, refuses the next login, and revives nothing when it is lifted', async () => {
  await using bench = await engineBench()
  const { token } = await bench.sessions.issue(ADA)
  await bench.sessions.verify(token)
  const banned = await bench.sessions.users.update('ada', { banned: true, banReason: 'spam' })
  assert.deepEqual([banned.ended, banned.user.banned], [1, true])
  assert.equal((await bench.sessions.verify(token)).ok, false)
  await assert.rejects(bench.sessions.issue(ADA), (fault) => isRollcallError(fault, 'user-banned'))
  await bench.sessions.users.update('ada', { banned: false })
  assert.equal((await bench.sessions.verify(token)).ok, false)
  assert.ok((await bench.sessions.issue(ADA)).token)
})

test('a change of the user shows in the next verdict', async () => {
  await using bench = await engineBench()
  const { token } = await bench.sessions.issue(ADA)
  await bench.sessions.verify(token)
  await bench.sessions.users.update('ada', { role: 'operator' })
  const verdict = await bench.sessions.verify(token)
  assert.equal(verdict.ok && verdict.user?.role, 'operator')
})

test('everything that ends is told, in order, with single endings behind a mass ending', async () => {
  await using bench = await engineBench()
  const told: RollcallEvent[] = []
  for (const type of ['session.created', 'session.ended', 'sessions.ended'] as const)
    bench.sessions.on(type, (event) => told.push(event))
  bench.sessions.on('session.created', () => {
    throw new Error('a listener that throws')
  })
  const first = await bench.sessions.issue({ ...ADA, lifetime: '1h' })
  await bench.sessions.issue({ user: { id: 'bob' } })
  await bench.sessions.end({ userId: 'bob' })
  await bench.env.advance(3_600_000 + 1_000)
  assert.deepEqual(
    told.map(({ type }) => type),
    ['session.created', 'session.created', 'sessions.ended', 'session.ended', 'session.ended'],
  )
  const expired = told.at(-1)
  assert.ok(
    expired?.type === 'session.ended' &&
      expired.session.id === first.session.id &&
      expired.reason === 'expired',
  )
  assert.equal(bench.faults.length, 2)
})

test('keys are proven until they are withdrawn, on this node at once', async () => {
  await using bench = await engineBench()
  const { key, secret } = await bench.sessions.keys.create({ name: 'ci', scopes: ['sessions:read'] })
  assert.equal((await bench.sessions.keys.verify(secret))?.id, key.id)
  assert.equal(await bench.sessions.keys.verify(`${secret}x`), undefined)
  await bench.sessions.keys.withdraw(key.id)
  assert.equal(await bench.sessions.keys.verify(secret), undefined)
  await assert.rejects(bench.sessions.keys.withdraw('key_none'), (fault) =>
    isRollcallError(fault, 'not-found'),
  )
})

test('an end that does not look at each session keeps out no more than it can, and says so', async () => {
  await using bench = await engineBench()
  const { token } = await bench.sessions.issue({ ...ADA, device: { ip: '203.0.113.7' } })
  const refused = (fault: unknown) => isRollcallError(fault, 'bad-request')
  const deny = { keys: ['user', 'address'], span: '1h' } as const
  for (const dryRun of [true, false]) {
    await assert.rejects(bench.sessions.end({ userId: 'ada' }, { deny, dryRun }), refused)
    await assert.rejects(bench.sessions.end({ everyone: true }, { deny, dryRun }), refused)
  }
  assert.ok((await bench.sessions.verify(token)).ok)
  await bench.sessions.end({ filter: { userId: 'ada' } }, { deny })
  const { items } = await bench.sessions.denials.list()
  assert.deepEqual(
    items.map(({ key, value }) => `${key} ${value}`),
    ['user ada', 'address 203.0.113.7'],
  )
})
