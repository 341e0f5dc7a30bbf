/**
 * Promises about exchanging tokens.
 *
 * @module
 */
import assert from 'node:assert/strict'
import type { Rotated, Successor } from '../../core/rotation.ts'
import { MOST_PREDECESSORS, type SessionRecord } from '../../core/session.ts'
import type { SecretHash } from '../../core/token.ts'
import {
  type ContractCase,
  DAY,
  draftOf,
  HOUR,
  NOON,
  promise,
  REVOKED,
  TESTER,
  type Workbench,
} from './workbench.ts'

/** How long a predecessor is forgiven here, in milliseconds. */
const GRACE = 10_000

/** Each promise about exchanging tokens. */
export const rotatingPromises: readonly ContractCase[] = [
  promise('exchanges the present token for its successor, and says so once', async (bench) => {
    const { begin, kept, wait, history } = bench
    const { record } = await begin({ idle: HOUR }, { user: { displayName: 'Ada' } })
    wait(60_000)
    const rotated = await turn(bench, record, tokenOf(record), 'one')
    assert.ok(rotated.outcome === 'rotated')
    assert.deepEqual(rotated.record, {
      ...record,
      tokenHash: hashOf('one'),
      predecessors: [{ hash: record.tokenHash, until: NOON + 60_000 + GRACE, salt: 'salt-one' }],
      lastActiveAt: NOON + 60_000,
      idleExpiresAt: NOON + 60_000 + HOUR,
      revision: 1,
    })
    assert.equal(rotated.user?.displayName, 'Ada')
    assert.deepEqual(await kept(record.id), rotated.record)
    const [, refreshed, ...more] = await history()
    assert.deepEqual([refreshed?.type, more.length], ['session.refreshed', 0])
    assert.doesNotMatch(JSON.stringify(refreshed), /salt|predecessors|tokenHash/)
  }),

  promise('gives one token one successor, however many ask at once', async (bench) => {
    const { begin, store, kept, history } = bench
    const { record } = await begin()
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => turn(bench, record, tokenOf(record), `try-${index}`)),
    )
    const winners = answers.filter(({ outcome }) => outcome === 'rotated')
    assert.equal(winners.length, 1)
    const salt = (await kept(record.id)).predecessors?.[0]?.salt
    for (const answer of answers)
      assert.ok(answer.outcome === 'rotated' || (answer.outcome === 'standing' && answer.salt === salt))
    assert.equal((await history()).filter(({ type }) => type === 'session.refreshed').length, 1)
    assert.equal((await store.count({})).count, 1)
  }),

  promise(
    'ends the session whose token comes back after its grace, and not a moment before',
    async (bench) => {
      const { begin, wait, kept, reasonOf, history } = bench
      const { record } = await begin()
      const { record: child } = await begin({ kind: 'connection', parentId: record.id })
      const { record: bystander } = await begin()
      await turn(bench, record, tokenOf(record), 'one')
      wait(GRACE - 1)
      assert.equal((await turn(bench, record, tokenOf(record), 'two')).outcome, 'standing')
      wait(1)
      const reused = await turn(bench, record, tokenOf(record), 'two')
      assert.ok(reused.outcome === 'ended')
      assert.deepEqual(reused.record, await kept(record.id))
      const at = NOON + GRACE
      assert.deepEqual(reused.record.ending, { at, reason: 'reused', by: { kind: 'system', id: 'refresh' } })
      assert.deepEqual([await reasonOf(child.id), await reasonOf(bystander.id)], ['parent-ended', undefined])
      assert.deepEqual(
        (await history()).slice(4).map((event) => [event.type, 'session' in event && event.session.id]),
        [
          ['token.reused', record.id],
          ['session.ended', record.id],
          ['session.ended', child.id],
        ],
      )
      assert.equal((await turn(bench, record, hashOf('one'), 'two')).outcome, 'ended')
    },
  ),

  promise('judges a token without a successor at hand, and changes nothing', async (bench) => {
    const { begin, store, kept, history } = bench
    const { record } = await begin()
    const present = await store.rotate({ id: record.id, presented: tokenOf(record) })
    assert.deepEqual(present, { outcome: 'standing', record, user: await store.findUser('default', 'ada') })
    await turn(bench, record, tokenOf(record), 'one')
    const before = [await kept(record.id), await history()]
    const graceful = await store.rotate({ id: record.id, presented: tokenOf(record) })
    assert.ok(graceful.outcome === 'standing' && graceful.salt === 'salt-one')
    assert.deepEqual([await kept(record.id), await history()], before)
  }),

  promise('knows no token that was never the one of this session, and changes nothing', async (bench) => {
    const { begin, store, kept, history } = bench
    const { record } = await begin()
    const { record: other } = await begin()
    const { tokenHash: _none, ...line } = draftOf({ kind: 'connection' })
    await store.insert(line, { by: TESTER })
    await turn(bench, record, tokenOf(record), 'one')
    const before = [await kept(record.id), await history()]
    for (const [id, presented] of [
      [record.id, hashOf('guess')],
      [record.id, tokenOf(other)],
      [line.id, hashOf('guess')],
      ['ses_1111111111111111111111', tokenOf(record)],
    ] as const)
      assert.deepEqual(await store.rotate({ id, presented, successor: successor('two') }), {
        outcome: 'unknown',
      })
    assert.deepEqual([await kept(record.id), await history()], before)
  }),

  promise('exchanges nothing of a session that is over, in whatever way', async (bench) => {
    const { begin, store, wait, kept, history } = bench
    const { record: login } = await begin({ lifetime: 2 * HOUR })
    const { record: ended } = await begin({ userId: 'eve' })
    const { record: expired } = await begin({ userId: 'eve', lifetime: HOUR })
    const { record: massEnded } = await begin({ userId: 'bob' })
    const { record: child } = await begin({ kind: 'connection', parentId: login.id, lifetime: 2 * HOUR })
    await store.end({ realm: 'default', id: ended.id }, REVOKED, 1)
    await store.advanceEpoch({ realm: 'default', userId: 'bob' }, REVOKED)
    wait(HOUR)
    const before = await history()
    for (const record of [ended, expired, massEnded]) {
      const answer = await turn(bench, record, tokenOf(record), 'late')
      assert.ok(answer.outcome === 'ended')
      assert.equal((await kept(record.id)).tokenHash, record.tokenHash)
    }
    assert.deepEqual(await history(), before)
    assert.equal((await turn(bench, child, tokenOf(child), 'child')).outcome, 'rotated')
    await store.end({ realm: 'default', id: login.id }, REVOKED, 1)
    assert.equal((await turn(bench, child, hashOf('child'), 'late')).outcome, 'ended')
  }),

  promise('never moves the end of a lifetime, however often a token is exchanged', async (bench) => {
    const { begin, wait, kept, store } = bench
    const { record } = await begin({ lifetime: DAY, idle: 2 * HOUR })
    let presented = tokenOf(record)
    for (let hour = 1; hour < 24; hour++) {
      wait(HOUR)
      await turn(bench, record, presented, `hour-${hour}`)
      presented = hashOf(`hour-${hour}`)
    }
    const { expiresAt, issuedAt, authenticatedAt } = await kept(record.id)
    assert.deepEqual([expiresAt, issuedAt, authenticatedAt], [NOON + DAY, NOON, NOON])
    wait(HOUR)
    assert.equal((await turn(bench, record, presented, 'beyond')).outcome, 'ended')
    assert.equal((await store.count({})).count, 0)
  }),

  promise(
    `remembers ${MOST_PREDECESSORS} predecessors, each with its own salt and its own time`,
    async (bench) => {
      const { begin, wait, kept } = bench
      const { record } = await begin()
      const tokens = [tokenOf(record), ...Array.from({ length: 20 }, (_, index) => hashOf(`turn-${index}`))]
      for (const [index, presented] of tokens.slice(0, -1).entries()) {
        await turn(bench, record, presented, `turn-${index}`)
        wait(100)
      }
      const { predecessors, tokenHash } = await kept(record.id)
      const latest = Array.from({ length: MOST_PREDECESSORS }, (_, index) => 19 - index)
      assert.deepEqual(
        predecessors,
        latest.map((index) => ({
          hash: tokens[index],
          until: NOON + index * 100 + GRACE,
          salt: `salt-turn-${index}`,
        })),
      )
      assert.equal(tokenHash, tokens.at(-1))
      assert.equal((await turn(bench, record, tokens[3] as SecretHash, 'x')).outcome, 'unknown')
      assert.equal((await turn(bench, record, tokens[4] as SecretHash, 'x')).outcome, 'standing')
    },
  ),

  promise('erases each salt when its time is over, and none before', async (bench) => {
    const { begin, store, wait, kept } = bench
    const { record } = await begin()
    const { record: over } = await begin()
    await turn(bench, record, tokenOf(record), 'one')
    await turn(bench, over, tokenOf(over), 'two')
    await store.end({ realm: 'default', id: over.id }, REVOKED, 1)
    wait(5_000)
    await turn(bench, record, hashOf('one'), 'three')
    wait(4_999)
    assert.equal(await store.eraseSalts(100), 0)
    wait(1)
    assert.equal(await store.eraseSalts(1), 1)
    assert.equal(await store.eraseSalts(100), 1)
    const after = await kept(record.id)
    assert.deepEqual(after.predecessors, [
      { hash: hashOf('one'), until: NOON + 5_000 + GRACE, salt: 'salt-three' },
      { hash: record.tokenHash, until: NOON + GRACE },
    ])
    assert.deepEqual((await kept(over.id)).predecessors, [{ hash: over.tokenHash, until: NOON + GRACE }])
    wait(5_000)
    assert.equal(await store.eraseSalts(100), 1)
    assert.doesNotMatch(JSON.stringify(await kept(record.id)), /salt/)
    assert.equal(await store.eraseSalts(100), 0)
    assert.equal((await turn(bench, record, tokenOf(record), 'four')).outcome, 'ended')
  }),

  promise('leaves no grace to a token when the role it was made for has changed', async (bench) => {
    const { begin, store, wait, kept, reasonOf } = bench
    const { record } = await begin()
    await turn(bench, record, tokenOf(record), 'one')
    await store.updateUser('default', 'ada', { role: 'operator' }, TESTER)
    assert.equal((await turn(bench, record, tokenOf(record), 'x')).outcome, 'superseded')
    const rotated = await turn(bench, record, hashOf('one'), 'two')
    assert.ok(rotated.outcome === 'rotated')
    assert.equal(rotated.record.tokenRole, 'operator')
    assert.doesNotMatch(JSON.stringify((await kept(record.id)).predecessors), /salt/)
    assert.equal((await turn(bench, record, hashOf('one'), 'x')).outcome, 'superseded')
    assert.equal(await reasonOf(record.id), undefined)
    wait(GRACE)
    assert.equal((await turn(bench, record, hashOf('one'), 'x')).outcome, 'ended')
    assert.equal(await reasonOf(record.id), 'reused')
  }),

  promise('dates a proof, and puts its successor in the place of every token before', async (bench) => {
    const { begin, store, wait, kept, history } = bench
    const { record } = await begin({ authentication: { methods: ['pwd'], level: 1 } })
    await turn(bench, record, tokenOf(record), 'one')
    wait(5_000)
    const read = await kept(record.id)
    const stronger = { ...read, authentication: { methods: ['pwd', 'hwk'], level: 3 } } as const
    const proof = { successor: { hash: hashOf('strong'), grace: GRACE } }
    assert.equal(await store.replace({ ...stronger, revision: 0 }, proof), false)
    assert.deepEqual(await kept(record.id), read)
    assert.equal(await store.replace(stronger, proof), true)
    assert.deepEqual(await kept(record.id), {
      ...stronger,
      authenticatedAt: NOON + 5_000,
      revision: 2,
      tokenHash: hashOf('strong'),
      predecessors: [
        { hash: hashOf('one'), until: NOON + 5_000 + GRACE },
        { hash: record.tokenHash, until: NOON + GRACE },
      ],
    })
    assert.equal((await turn(bench, record, hashOf('one'), 'x')).outcome, 'superseded')
    assert.equal((await turn(bench, record, tokenOf(record), 'x')).outcome, 'superseded')
    assert.equal((await turn(bench, record, hashOf('strong'), 'two')).outcome, 'rotated')
    wait(1_000)
    assert.equal(await store.replace(await kept(record.id), {}), true)
    const { authenticatedAt, tokenHash } = await kept(record.id)
    assert.deepEqual([authenticatedAt, tokenHash], [NOON + 6_000, hashOf('two')])
    assert.deepEqual(
      (await history()).slice(1).map(({ type }) => type),
      ['session.refreshed', 'session.updated', 'session.refreshed', 'session.updated'],
    )
  }),
]

function turn(
  { store }: Workbench,
  { id }: SessionRecord,
  presented: SecretHash,
  name: string,
): Promise<Rotated> {
  return store.rotate({ id, presented, successor: successor(name) })
}

function successor(name: string): Successor {
  return { hash: hashOf(name), grace: GRACE, salt: `salt-${name}` }
}

/** A hash as it must be: 32 bytes, as base64url. */
function hashOf(name: string): SecretHash {
  return `${name.replaceAll('-', '_').padEnd(42, 'B')}A` as SecretHash
}

function tokenOf({ tokenHash }: SessionRecord): SecretHash {
  assert.ok(tokenHash)
  return tokenHash
}
