import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { firstSaltEnds, standingOf, succeed, withoutLateSalts } from '../../src/core/rotation.ts'
import { MOST_PREDECESSORS, type SessionRecord } from '../../src/core/session.ts'
import type { SecretHash } from '../../src/core/token.ts'
import { ROLES, type Role } from '../../src/core/user.ts'

const NOON = Date.UTC(2026, 0, 1, 12)

const BORN: SessionRecord = {
  id: 'ses_1111111111111111111111',
  realm: 'default',
  kind: 'login',
  serial: 1,
  stamp: 1,
  issuedAt: NOON,
  authenticatedAt: NOON,
  lastActiveAt: NOON,
  expiresAt: NOON + 86_400_000,
  device: {},
  realmEpoch: 0,
  userEpoch: 0,
  revision: 0,
  tokenHash: hash(0),
  tokenRole: 'member',
}

/** One exchange after another: how long since the last, which grace, which role, and whether there is a salt. */
const exchanges = fc.array(
  fc.record({
    after: fc.nat(15_000),
    grace: fc.nat(20_000),
    role: fc.constantFrom<Role>(...ROLES),
    salted: fc.boolean(),
  }),
  { minLength: 1, maxLength: 24 },
)

test('whatever was exchanged, every token is what its own time, salt and role make it', () => {
  fc.assert(
    fc.property(exchanges, fc.nat(40_000), fc.constantFrom<Role>(...ROLES), (steps, later, role) => {
      const { record, at, until, lastChange } = replay(steps)
      const looked = at + later
      assert.deepEqual(standingOf(record, hash(steps.length), role, looked), { is: 'current' })
      assert.deepEqual(standingOf(record, hash(99), role, looked), { is: 'unknown' })
      const changed = role !== record.tokenRole
      for (const index of steps.keys()) {
        const standing = standingOf(record, hash(index), role, looked)
        if (steps.length - index > MOST_PREDECESSORS) assert.equal(standing.is, 'unknown')
        else if (looked >= (until[index] ?? 0)) assert.equal(standing.is, 'reused')
        else if (changed || index <= lastChange) assert.equal(standing.is, 'superseded')
        else assert.deepEqual(standing, { is: 'graceful', salt: `salt-${index}` })
      }
      assert.ok((record.predecessors?.length ?? 0) <= MOST_PREDECESSORS)
    }),
    { numRuns: 2_000 },
  )
})

test('an exchange changes the token and what is remembered of tokens, and nothing else', () => {
  const { tokenHash, tokenRole, predecessors, ...rest } = succeed(
    BORN,
    { hash: hash(1), grace: 10_000, salt: 's' },
    'member',
    NOON,
  )
  const { tokenHash: _hash, tokenRole: _role, ...before } = BORN
  assert.deepEqual(rest, before)
  assert.deepEqual(
    [tokenHash, tokenRole, predecessors],
    [hash(1), 'member', [{ hash: hash(0), until: NOON + 10_000, salt: 's' }]],
  )
})

test('a session without a token has none to exchange', () => {
  const { tokenHash: _none, ...line } = BORN
  assert.deepEqual(succeed(line, { hash: hash(1), grace: 0, salt: 's' }, 'member', NOON), line)
  assert.deepEqual(standingOf(line, hash(0), 'member', NOON), { is: 'unknown' })
})

test('without a grace, the predecessor is reused at once', () => {
  const next = succeed(BORN, { hash: hash(1), grace: 0, salt: 's' }, 'member', NOON)
  assert.deepEqual(standingOf(next, hash(0), 'member', NOON), { is: 'reused' })
})

test('salts go when their time is over, one by one, and the first of them is known', () => {
  fc.assert(
    fc.property(exchanges, fc.nat(60_000), (steps, later) => {
      let record = BORN
      let at = NOON
      for (const [index, { after, grace }] of steps.entries()) {
        at += after
        record = succeed(record, { hash: hash(index + 1), grace, salt: `salt-${index}` }, 'member', at)
      }
      const looked = NOON + later
      const { predecessors = [] } = record
      const kept = withoutLateSalts(predecessors, looked)
      assert.deepEqual(
        kept.map(({ hash: own, until }) => [own, until]),
        predecessors.map(({ hash: own, until }) => [own, until]),
      )
      assert.ok(kept.every(({ salt, until }) => (salt !== undefined) === until > looked))
      const first = firstSaltEnds(kept)
      const left = kept.filter(({ salt }) => salt !== undefined).map(({ until }) => until)
      assert.equal(first, left.length === 0 ? undefined : Math.min(...left))
      assert.ok(first === undefined || first > looked)
    }),
    { numRuns: 1_000 },
  )
  assert.equal(firstSaltEnds(), undefined)
})

interface Exchange {
  readonly after: number
  readonly grace: number
  readonly role: Role
  readonly salted: boolean
}

/** Exchanges the token time and again; until when each was forgiven, and which was the last to change privileges. */
function replay(steps: readonly Exchange[]) {
  let record = BORN
  let at = NOON
  let lastChange = -1
  const until: number[] = []
  for (const [index, { after, grace, role, salted }] of steps.entries()) {
    at += after
    until[index] = at + grace
    if (!salted || role !== record.tokenRole) lastChange = index
    record = succeed(
      record,
      { hash: hash(index + 1), grace, ...(salted && { salt: `salt-${index}` }) },
      role,
      at,
    )
  }
  return { record, at, until, lastChange }
}

function hash(number: number): SecretHash {
  return String(number).padStart(43, 'A') as SecretHash
}
