import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { isRollcallError } from '../../../src/core/errors.ts'
import type { SessionStore } from '../../../src/core/store.ts'
import type { SecretHash } from '../../../src/core/token.ts'
import { MIGRATIONS } from '../../../src/stores/sql/migrations/all.ts'
import { sqliteStore } from '../../../src/stores/sql/sqlite/store.ts'
import { DAY, draftOf, HOUR, NOON, REVOKED, TESTER } from '../../../src/testing/contract/workbench.ts'
import { alter, freshPath } from './support.ts'

/** A second after the last write of the old program. */
const THEN = NOON + 2_000

const [ADA, CONNECTION, LEFT, SHORT, BOB, EVE, ELSEWHERE, KICKED, CLEO] = [...'abcdefghi'].map(
  (letter) => `ses_${letter.repeat(22)}`,
) as [string, string, string, string, string, string, string, string, string]

test('every session of an older file is what it was', () =>
  upgraded(async (store) => {
    const ada = await store.find(ADA)
    assert.deepEqual(ada, {
      at: THEN,
      user: {
        id: 'ada',
        realm: 'default',
        displayName: 'Ada',
        role: 'staff',
        banned: false,
        epoch: 0,
        createdAt: NOON,
      },
      record: {
        id: ADA,
        realm: 'default',
        kind: 'login',
        userId: 'ada',
        tokenHash: hashOf('a'),
        tokenRole: 'staff',
        serial: 1,
        stamp: NOON / 1_000,
        issuedAt: NOON,
        authenticatedAt: NOON,
        lastActiveAt: NOON,
        expiresAt: NOON + 30 * DAY,
        idle: 7 * DAY,
        idleExpiresAt: NOON + 7 * DAY,
        device: {
          ip: '2001:db8::7',
          userAgent: 'Mozilla/5.0 (X11; Linux x86_64)',
          browser: 'Firefox 120',
          os: 'Linux',
          type: 'desktop',
          label: 'Desk',
        },
        authentication: { methods: ['pwd', 'otp'], level: 2 },
        data: { plan: 'pro' },
        realmEpoch: 0,
        userEpoch: 0,
        revision: 0,
      },
    })
    const reasons = await Promise.all(
      [CONNECTION, LEFT, SHORT, BOB, EVE, ELSEWHERE, KICKED, CLEO].map(
        async (id) => (await store.find(id))?.record.ending?.reason,
      ),
    )
    assert.deepEqual(reasons, [
      undefined,
      'logout',
      undefined,
      'revoked',
      'banned',
      undefined,
      'revoked',
      undefined,
    ])
    assert.equal((await store.find(CONNECTION))?.parent?.id, ADA)
    assert.deepEqual((await store.find(LEFT))?.record.ending, {
      at: NOON + 1_000,
      reason: 'logout',
      by: { kind: 'user', id: 'ada' },
    })
  }))

test('users, keys and the journal of an older file are still there, and go on', () =>
  upgraded(async (store) => {
    const { items } = await store.listUsers({ realm: 'default', limit: 10 })
    assert.deepEqual(
      items.map(({ id, role, banned, banReason }) => [id, role, banned, banReason]),
      [
        ['ada', 'staff', false, undefined],
        ['bob', 'operator', false, undefined],
        ['cleo', 'member', false, undefined],
        ['eve', 'member', true, 'spam'],
      ],
    )
    assert.equal((await store.findKey(hashOf('k')))?.name, 'configured')
    const before = await store.read('0', 100)
    assert.deepEqual([before.events.length, before.position, before.forgotten], [16, '16', false])
    await store.end({ realm: 'default', id: ADA }, REVOKED, 1)
    const { events } = await store.read('16', 100)
    assert.deepEqual(
      events.map((event) => [event.position, 'session' in event && event.session.id]),
      [
        ['17', ADA],
        ['18', CONNECTION],
      ],
    )
  }))

test('everything that is new works on the sessions of an older file', () =>
  upgraded(async (store, wait) => {
    const successor = { hash: hashOf('z'), grace: 10_000, salt: 'salt' }
    const rotated = await store.rotate({ id: ADA, presented: hashOf('a'), successor })
    assert.ok(rotated.outcome === 'rotated')
    assert.equal((await store.rotate({ id: ADA, presented: hashOf('a'), successor })).outcome, 'standing')
    for (const [filter, expected] of [
      [{ address: '2001:db8::7' }, [ADA]],
      [{ address: '2001:DB8::/32' }, [ADA]],
      [{ address: '203.0.113.9', status: 'ended' }, [LEFT]],
      [{ level: 2 }, [ADA]],
      [{ label: 'Desk', browser: 'firefox', os: 'linux', deviceType: 'desktop' }, [ADA]],
      [{ resourcePrefix: 'app/' }, [CONNECTION]],
      [{ sort: 'active', userId: 'ada' }, [ADA, SHORT, CONNECTION]],
      [{ reason: 'banned' }, [EVE]],
      [{ realm: 'other', address: '2001:db8::9' }, [ELSEWHERE]],
    ] as const) {
      const { items } = await store.list(filter)
      assert.deepEqual(
        items.map(({ id }) => id),
        expected,
        JSON.stringify(filter),
      )
    }
    wait(HOUR)
    assert.equal(await store.expire(10), 1)
    assert.equal((await store.find(SHORT))?.record.ending?.reason, 'expired')
    assert.equal(await store.tidy(10), 1)
    assert.equal((await store.find(BOB))?.record.ending?.reason, 'revoked')
    assert.equal((await store.find(EVE))?.record.ending?.reason, 'banned')
  }))

test('who was kept out of an older file still is, for as long as it said', () =>
  upgraded(async (store, wait) => {
    const { items } = await store.listDenials({ realm: 'default', limit: 10 })
    assert.deepEqual(
      items.map(({ id, key, value, until }) => [id, key, value, until]),
      [
        ['1', 'user', 'bob', NOON + 1_000 + 10 * DAY],
        ['2', 'name', 'playback app/two seat 2', NOON + 1_000 + 10 * DAY],
        ['3', 'address', '2001:db8::9', NOON + 1_000 + 10 * DAY],
      ],
    )
    const kept = [
      { userId: 'bob' },
      { kind: 'playback', resource: 'app/two', name: 'seat 2' },
      { device: { ip: '2001:db8::9' } },
    ] as const
    const attempts = async () =>
      Promise.all(kept.map(async (draft) => (await store.insert(draftOf(draft), { by: TESTER })).ok))
    assert.deepEqual(await attempts(), [false, false, false])
    assert.ok(await store.liftDenial('default', '1', TESTER))
    assert.deepEqual(await attempts(), [true, false, false])
    wait(10 * DAY)
    assert.deepEqual(await attempts(), [true, true, true])
  }))

test('an upgrade that fails leaves the file as it was', async () => {
  const path = olderFile()
  alter(path, 'create table numbered_denials (id integer)')
  const before = contentsOf(path)
  await assert.rejects(open(path), (fault) => {
    assert.ok(isRollcallError(fault, 'store-unavailable'))
    assert.match(fault.message, /cannot be opened.*already exists/)
    return true
  })
  assert.deepEqual(contentsOf(path), before)
  alter(path, 'drop table numbered_denials')
  await (await open(path)).close()
  assert.equal(contentsOf(path).get('migrations')?.length, MIGRATIONS.length)
})

test('a file is upgraded once', async () => {
  const path = olderFile()
  await (await open(path)).close()
  const after = contentsOf(path)
  await (await open(path)).close()
  assert.deepEqual(contentsOf(path), after)
})

async function upgraded(
  check: (store: SessionStore, wait: (milliseconds: number) => void) => Promise<void>,
): Promise<void> {
  let now = THEN
  const store = await open(olderFile(), () => now)
  try {
    await check(store, (milliseconds) => (now += milliseconds))
  } finally {
    await store.close()
  }
}

function open(path: string, clock: () => number = () => THEN): Promise<SessionStore> {
  return sqliteStore({ path, clock, patience: 50 })
}

/** A file as the program of the first schema left it. */
function olderFile(): string {
  const path = freshPath()
  alter(path, readFileSync(new URL('./written-by-0001.sql', import.meta.url), 'utf8'))
  return path
}

function contentsOf(path: string): ReadonlyMap<string, readonly unknown[]> {
  const database = new DatabaseSync(path, { readOnly: true })
  const tables = database.prepare("select name from sqlite_schema where type = 'table' order by name").all()
  const contents = tables.map(
    ({ name }) => [String(name), database.prepare(`select * from "${name}"`).all()] as const,
  )
  database.close()
  return new Map(contents)
}

function hashOf(letter: string): SecretHash {
  return `${letter.repeat(42)}A` as SecretHash
}
