import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { partitionOf } from '../../../src/core/id.ts'
import type { Inserted, InsertRefused } from '../../../src/core/store.ts'
import { baseOf, KEYS, partitionOfName } from '../../../src/stores/redis/keys.ts'
import { DAY, draftOf, HOUR, NOON, REVOKED, TESTER } from '../../../src/testing/contract/workbench.ts'
import { redisServer, WITHOUT_REDIS } from '../../support/redis-server.ts'
import { type Bench, bench, type Changes, gateBefore } from './spoiled.ts'

const SEAT = { kind: 'connection', resource: 'room/1', name: 'seat-1' } as const

/** Longer than a claim may be pending, in milliseconds. */
const BEYOND_PATIENCE = 6_000

let now = NOON
let stores = 0

describe('names in redis', { skip: WITHOUT_REDIS }, () => {
  let server: Awaited<ReturnType<typeof redisServer>>
  before(async () => {
    server = await redisServer({ config: { appendfsync: 'no' } })
  })
  after(() => server[Symbol.asyncDispose]())

  type Open = (hold?: (name: string) => Promise<void> | void) => Bench
  type Ask = (command: string, ...args: readonly string[]) => Promise<unknown>

  async function check(body: (open: Open, ask: Ask, prefix: string) => Promise<void>, changes: Changes = {}) {
    const opened: Bench[] = []
    now = NOON
    stores += 1
    const prefix = `t${stores}`
    const open: Open = (hold) => {
      const node = bench({
        url: server.url,
        prefix,
        clock: () => now,
        changes,
        ...(hold && { before: hold }),
      })
      opened.push(node)
      return node
    }
    try {
      await body(open, (command, ...args) => server.ask(command, ...args), prefix)
    } finally {
      for (const node of opened) node.close()
    }
  }

  const twoUsers = async (open: Open): Promise<void> => {
    const nodes = [open(), open()]
    const [ada, bob] = ['ada', 'bob'].map((userId) => partitionOf({ realm: 'default', userId }))
    assert.notEqual(ada, bob)
    for (let round = 0; round < 20; round++) {
      const drafts = Array.from({ length: 10 }, (_, index) =>
        draftOf({ ...SEAT, name: `seat-${round}`, userId: index % 2 ? 'ada' : 'bob' }),
      )
      const answers = await Promise.all(
        drafts.map((draft, index) => nodes[index % 2]?.insert(draft, { by: TESTER })),
      )
      assert.deepEqual(answers.map(outcomeOf).sort(), ['begun', ...Array(9).fill('name-taken')])
    }
  }

  test('lets one of two users on two nodes have a name, whoever comes first', () => check(twoUsers))

  test('lets one of two users have a name: a claim that compares nothing is caught', () =>
    assert.rejects(
      check(twoUsers, { 'claim name': [['if kept == (request.expected or false) then', 'if true then']] }),
    ))

  const abandoned = async (open: Open): Promise<void> => {
    const gate = gateBefore('insert')
    const late = open(gate.before).insert(draftOf({ ...SEAT, userId: 'ada' }), { by: TESTER })
    await gate.reached
    now += BEYOND_PATIENCE
    const node = open()
    assert.equal(outcomeOf(await node.insert(draftOf({ ...SEAT, userId: 'bob' }), { by: TESTER })), 'begun')
    now -= BEYOND_PATIENCE
    gate.open()
    const outcome = await late.then(outcomeOf, (error: { readonly code?: string }) => error.code)
    assert.equal(outcome, 'store-unavailable')
    assert.equal(
      outcomeOf(await node.insert(draftOf({ ...SEAT, userId: 'eve' }), { by: TESTER })),
      'name-taken',
    )
  }

  test('takes over a claim that was abandoned half-way, and begins nothing on it afterwards, whatever the clocks say', () =>
    check(abandoned))

  test('takes over an abandoned claim: a session that begins on it afterwards is caught', () =>
    assert.rejects(
      check(abandoned, {
        insert: [["if redis.call('exists', key('v:', draft.rest)) == 1 then", 'if false then']],
      }),
      assert.AssertionError,
    ))

  test('takes over nothing from a session that began, though its claim was never settled', () =>
    check(async (open) => {
      const gate = gateBefore('settle name')
      const first = draftOf({ ...SEAT, userId: 'ada', lifetime: DAY })
      const begun = open(gate.before).insert(first, { by: TESTER })
      await gate.reached
      now += BEYOND_PATIENCE
      const node = open()
      assert.equal(
        outcomeOf(await node.insert(draftOf({ ...SEAT, userId: 'bob' }), { by: TESTER })),
        'name-taken',
      )
      const { ended } = await node.end(
        { realm: 'default', resource: SEAT.resource, name: SEAT.name },
        REVOKED,
        5,
      )
      assert.deepEqual(
        ended.map(({ id }) => id),
        [first.id],
      )
      assert.equal(outcomeOf(await node.insert(draftOf({ ...SEAT, userId: 'bob' }), { by: TESTER })), 'begun')
      gate.open()
      await begun
      assert.equal(
        outcomeOf(await node.insert(draftOf({ ...SEAT, userId: 'eve' }), { by: TESTER })),
        'name-taken',
      )
    }))

  test('gives a name back to whoever was to give way, if the one in its place is refused or never begins', () =>
    check(async (open) => {
      const node = open()
      const login = draftOf({ userId: 'ada' })
      await node.insert(login, { by: TESTER })
      const holder = draftOf({ ...SEAT, userId: 'ada', parentId: login.id })
      await node.insert(holder, { by: TESTER })
      const orphan = draftOf({ ...SEAT, userId: 'ada', parentId: login.id })
      const refused = await node.insert(orphan, { by: TESTER, replaces: { id: login.id } })
      assert.equal(outcomeOf(refused), 'parent-not-live')

      const gate = gateBefore('insert')
      const next = draftOf({ ...SEAT, userId: 'ada', parentId: login.id })
      const late = open(gate.before)
        .insert(next, { by: TESTER, replaces: { id: holder.id } })
        .catch((error: { readonly code?: string }) => error.code)
      await gate.reached
      now += BEYOND_PATIENCE
      for (const userId of ['bob', 'eve'])
        assert.equal(outcomeOf(await node.insert(draftOf({ ...SEAT, userId }), { by: TESTER })), 'name-taken')
      gate.open()
      assert.equal(await late, 'store-unavailable')
      const successor = draftOf({ ...SEAT, userId: 'ada', parentId: login.id })
      const replaced = await node.insert(successor, { by: TESTER, replaces: { id: holder.id } })
      assert.deepEqual(replaced.ok && replaced.gaveWay, [holder.id])
      assert.equal(
        outcomeOf(await node.insert(draftOf({ ...SEAT, userId: 'bob' }), { by: TESTER })),
        'name-taken',
      )
    }))

  test('ends the holder of a name that is over by time before the name goes on, and tells so', () =>
    check(async (open) => {
      const node = open()
      const first = draftOf({ ...SEAT, userId: 'ada', lifetime: HOUR })
      await node.insert(first, { by: TESTER })
      now += HOUR
      assert.equal(outcomeOf(await node.insert(draftOf({ ...SEAT, userId: 'bob' }), { by: TESTER })), 'begun')
      const { record } = (await node.find(first.id)) ?? {}
      assert.deepEqual([record?.ending?.reason, record?.ending?.at], ['expired', NOON + HOUR])
    }))

  test('forgets a claim with the session that had it, and leaves it to whoever has it by now', () =>
    check(async (open, ask, prefix) => {
      const node = open()
      const place = baseOf(prefix, partitionOfName('default', SEAT.resource))
      const claimOf = (name: string) =>
        ask('get', place + KEYS.claim('default', SEAT.kind, SEAT.resource, name))
      for (const [name, userId] of [
        ['kept', 'ada'],
        ['gone', 'ada'],
      ] as const)
        await node.insert(draftOf({ ...SEAT, name, userId, lifetime: HOUR }), { by: TESTER })
      now += HOUR
      await node.expire(10)
      const next = draftOf({ ...SEAT, name: 'kept', userId: 'bob', lifetime: 9 * DAY })
      await node.insert(next, { by: TESTER })
      now += DAY
      assert.equal(await node.sweep(10), 2)
      assert.equal(await claimOf('gone'), null)
      assert.equal(await claimOf('kept'), JSON.stringify([next.id, 0, 0]))
    }))
})

function outcomeOf(answer: Inserted | InsertRefused | undefined): string {
  return answer === undefined ? 'nothing' : answer.ok ? 'begun' : answer.code
}
