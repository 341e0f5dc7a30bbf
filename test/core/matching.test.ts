import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { foldCase, matcherOf } from '../../src/core/matching.ts'
import type { SessionFilter } from '../../src/core/selector.ts'
import type { SessionRecord } from '../../src/core/session.ts'

const NOON = Date.UTC(2026, 0, 1, 12)
const LATER = NOON + 60_000

const SESSION: SessionRecord = {
  id: 'ses_1111111111111111111111',
  realm: 'default',
  kind: 'connection',
  userId: 'Ada_1',
  parentId: 'ses_2222222222222222222222',
  resource: 'app/100%/one',
  name: 'seat-1',
  serial: 1,
  stamp: 1,
  issuedAt: NOON,
  authenticatedAt: NOON,
  lastActiveAt: NOON + 30_000,
  expiresAt: NOON + 86_400_000,
  device: {
    ip: '2001:db8::1',
    label: 'Ada’s Laptop',
    browser: 'Chrome 120',
    os: 'Mac OS',
    type: 'desktop',
    userAgent: 'Mozilla/5.0 (Macintosh) Chrome/120',
  },
  authentication: { methods: ['pwd'], level: 2 },
  realmEpoch: 0,
  userEpoch: 0,
  revision: 0,
  tokenRole: 'member',
}

const BARE: SessionRecord = {
  id: 'ses_3333333333333333333333',
  realm: 'default',
  kind: 'playback',
  serial: 2,
  stamp: 2,
  issuedAt: NOON,
  authenticatedAt: NOON,
  lastActiveAt: NOON,
  expiresAt: NOON + 86_400_000,
  device: {},
  realmEpoch: 0,
  userEpoch: 0,
  revision: 0,
  tokenRole: 'member',
}

/** What means the session above, and what does not, field by field. Nothing here but `topLevel: false` means a bare one. */
const TABLE: {
  readonly [Field in keyof SessionFilter]: readonly [SessionFilter[Field][], SessionFilter[Field][]]
} = {
  userId: [['Ada_1'], ['ada_1', 'Ada', 'Ada%', '']],
  parentId: [['ses_2222222222222222222222'], ['ses_1111111111111111111111', '']],
  resource: [['app/100%/one'], ['app/100%', 'APP/100%/one', 'app/%']],
  resourcePrefix: [
    ['app', 'app/100%', 'app/100%/one', ''],
    ['App', 'app/1000', 'app/_', '%', 'app/100%/one/'],
  ],
  name: [['seat-1'], ['Seat-1', 'seat', 'seat-_']],
  kind: [['connection'], ['login']],
  deviceType: [['desktop'], ['Desktop', 'mobile', '']],
  browser: [
    ['chrome', 'CHROME 120', 'Chrome'],
    ['Chrom', 'Chrome 12', 'Chrome 120 ', '', 'undefined', '%'],
  ],
  os: [
    ['mac os', 'Mac OS'],
    ['mac', 'Mac OS ', 'undefined', ''],
  ],
  address: [
    ['2001:db8::1', '2001:DB8:0::1', '2001:db8::/32'],
    ['2001:db8::2', '10.0.0.0/8', 'x', ''],
  ],
  label: [['Ada’s Laptop'], ['ada’s laptop', 'Ada']],
  level: [[2], [1, 3]],
  text: [
    ['ADA', 's lap', '’s', 'db8::', 'macintosh', 'CHROME 1', 'Mac os'],
    ['%', '_ _', 'ada  '],
  ],
}

test('a filter means what it says, field by field', () => {
  for (const [field, [meant, others]] of Object.entries(TABLE)) {
    for (const value of meant) {
      assert.equal(isMeant({ [field]: value }), true, `${field} ${value}`)
      assert.equal(isMeant({ [field]: value }, BARE), false, `bare ${field} ${value}`)
    }
    for (const value of others) assert.equal(isMeant({ [field]: value }), false, `${field} ${value}`)
  }
  assert.deepEqual(
    [isMeant({ realm: 'default' }), isMeant({ realm: 'other' }), isMeant({})],
    [true, false, true],
  )
  assert.deepEqual([isMeant({ topLevel: true }), isMeant({ topLevel: false })], [false, true])
  assert.deepEqual([isMeant({ topLevel: true }, BARE), isMeant({ topLevel: false }, BARE)], [true, true])
})

test('spans of time begin with their first moment and end before their last', () => {
  assert.deepEqual(
    [NOON, NOON + 1].map((issuedAfter) => isMeant({ issuedAfter })),
    [true, false],
  )
  assert.deepEqual(
    [NOON, NOON + 1].map((issuedBefore) => isMeant({ issuedBefore })),
    [false, true],
  )
  const { lastActiveAt } = SESSION
  assert.deepEqual(
    [lastActiveAt, lastActiveAt + 1].map((activeAfter) => isMeant({ activeAfter })),
    [true, false],
  )
  assert.deepEqual(
    [lastActiveAt, lastActiveAt + 1].map((activeBefore) => isMeant({ activeBefore })),
    [false, true],
  )
})

test('without a status the living are meant; with a reason, those that are over for it', () => {
  const ending = { at: LATER, reason: 'revoked', by: { kind: 'key', id: 'k' } } as const
  const over = { ...SESSION, ending }
  const statuses = [undefined, 'live', 'ended', 'any'] as const
  const table = [SESSION, over, { ...SESSION, expiresAt: LATER }].map((record) =>
    statuses.map((status) => isMeant(status === undefined ? {} : { status }, record)),
  )
  assert.deepEqual(table, [
    [true, true, false, true],
    [false, false, true, true],
    [false, false, true, true],
  ])
  assert.equal(isMeant({ reason: 'revoked' }, over), true)
  assert.equal(isMeant({ reason: 'logout' }, over), false)
  assert.equal(isMeant({ reason: 'revoked' }), false)
  assert.equal(isMeant({ reason: 'revoked', status: 'live' }, over), false)
})

test('every field that is given must hold', () => {
  const fields = Object.entries(TABLE)
  const given = fc.subarray(
    fields.map(([field, [[value]]]) => [field, value] as const),
    { minLength: 1 },
  )
  const wrong = fc.constantFrom(...fields.map(([field, [, [value]]]) => [field, value] as const))
  fc.assert(
    fc.property(given, wrong, (right, [field, value]) => {
      assert.equal(isMeant(Object.fromEntries(right)), true)
      assert.equal(isMeant({ ...Object.fromEntries(right), [field]: value }), false)
    }),
  )
})

test('text is also looked for in the name of the user', () => {
  const candidate = { record: SESSION, displayName: 'Grace Hopper', at: LATER }
  assert.equal(matcherOf({ text: 'HOPPER' })(candidate), true)
  assert.equal(matcherOf({ text: 'hopper' })({ ...candidate, displayName: undefined }), false)
})

test('case is folded from A to Z, and nowhere else', () => {
  assert.equal(foldCase('ÀZ AZ \u212a'), 'Àz az \u212a')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      for (const [index, character] of [...foldCase(text)].entries()) {
        const before = [...text][index] ?? ''
        assert.equal(character, /[A-Z]/.test(before) ? before.toLowerCase() : before)
      }
    }),
  )
})

function isMeant(filter: SessionFilter, record: SessionRecord = SESSION): boolean {
  return matcherOf(filter)({ record, at: LATER })
}
