/**
 * Promises about the journal.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { cursorOf } from '../../core/events.ts'
import { hasPassed } from '../../core/position.ts'
import { toSession } from '../../core/session.ts'
import { type ContractCase, DAY, HOUR, promise, REVOKED, TESTER } from './workbench.ts'

/** Each promise about the journal. */
export const journalPromises: readonly ContractCase[] = [
  promise(
    'tells of each change exactly once, in order, without a secret',
    async ({ begin, store, history, kept }) => {
      const { record } = await begin()
      const born = toSession(record)
      await store.replace({ ...record, data: { a: 1 } })
      await store.end({ realm: 'default', id: record.id }, REVOKED, 10)
      await store.end({ realm: 'default', id: record.id }, REVOKED, 10)
      const events = await history()
      assert.deepEqual(
        events.map(({ type }) => type),
        ['session.created', 'session.updated', 'session.ended'],
      )
      assert.deepEqual(events[0]?.type === 'session.created' && events[0].session, born)
      assert.deepEqual(
        events[2]?.type === 'session.ended' && events[2].session,
        toSession(await kept(record.id)),
      )
      assert.ok(!JSON.stringify(events).includes(String(record.tokenHash)))
    },
  ),

  promise('reads on from a position without a gap and without an echo', async ({ begin, store }) => {
    for (let index = 0; index < 10; index++) await begin()
    const seen: string[] = []
    let position = '0'
    for (;;) {
      const page = await store.read(position, 3)
      assert.equal(page.forgotten, false)
      seen.push(...page.events.map((event) => event.position))
      if (page.events.length === 0) break
      position = page.position
    }
    assert.equal(new Set(seen).size, 10)
    assert.equal((await store.read(undefined, 5)).position, position)
    await begin()
    assert.equal((await store.read(position, 5)).events.length, 1)
  }),

  promise('says when a position is no longer kept, or never was', async ({ begin, store }) => {
    for (let index = 0; index < 5; index++) await begin()
    const { position } = await store.read('0', 2)
    assert.equal(await store.trim({ entries: 3, age: DAY }), 2)
    assert.equal((await store.read('0', 10)).forgotten, true)
    assert.deepEqual(
      [(await store.read(position, 10)).forgotten, (await store.read(position, 10)).events.length],
      [false, 3],
    )
    for (const never of ['99999', 'x', '-1', ''])
      assert.equal((await store.read(never, 10)).forgotten, true, never)
  }),

  promise('forgets by age, and never reuses a position', async ({ begin, store, wait }) => {
    await begin()
    wait(HOUR)
    await begin()
    assert.equal(await store.trim({ entries: 100, age: HOUR - 1 }), 1)
    assert.equal(await store.trim({ entries: 0, age: HOUR }), 1)
    const { position } = await store.read(undefined, 1)
    await begin()
    const { events } = await store.read(position, 10)
    assert.equal(events.length, 1)
    const told = events[0]?.position ?? ''
    assert.ok(!hasPassed(position, told))
  }),

  promise('keeps an entry that was written late for as long as any other', async (bench) => {
    const { begin, store, wait } = bench
    await begin({ lifetime: HOUR })
    const { position: first } = await store.read(undefined, 1)
    wait(2 * DAY)
    await store.expire(10)
    assert.equal(await store.trim({ entries: 100, age: DAY }), 1)
    const { events } = await store.read(first, 10)
    assert.deepEqual(
      events.map((event) => event.type),
      ['session.ended'],
    )
    wait(DAY + 1)
    assert.equal(await store.trim({ entries: 100, age: DAY }), 1)
    assert.equal((await store.read(first, 10)).forgotten, true)
  }),

  promise('forgets what is beyond size or age, whichever comes first, and no more', async (bench) => {
    const { begin, store, wait, history } = bench
    for (let index = 0; index < 10; index++) {
      await begin()
      wait(HOUR)
    }
    const cursors = (await history()).map(cursorOf)
    assert.equal(await store.trim({ entries: 8, age: DAY }), 2)
    assert.equal(await store.trim({ entries: 8, age: 5 * HOUR }), 3)
    assert.equal(await store.trim({ entries: 8, age: 5 * HOUR }), 0)
    assert.equal((await store.read(cursors[3], 10)).forgotten, true)
    const { events, forgotten } = await store.read(cursors[4], 10)
    assert.deepEqual([forgotten, events.map(cursorOf)], [false, cursors.slice(5)])
    const past = await store.read(cursors[3], 10)
    assert.deepEqual([past.events, past.position], [[], cursors[9]])
  }),

  promise(
    'gives every write a position that grows, and finds its entry there',
    async ({ begin, store, history }) => {
      const { record } = await begin()
      const first = await store.end({ realm: 'default', id: record.id }, REVOKED, 10)
      const second = await store.advanceEpoch({ realm: 'default' }, REVOKED)
      const third = await store.updateUser('default', 'ada', { banned: true }, TESTER)
      const told = [first.position, second.position, third?.position ?? '']
      const { position: end } = await store.read(undefined, 1)
      assert.equal(new Set(told).size, 3)
      for (const position of told) assert.ok(hasPassed(end, position), `${end} has passed ${position}`)
      assert.deepEqual(
        (await history()).map(({ position }) => position).filter((position) => told.includes(position)),
        told,
      )
    },
  ),
]
