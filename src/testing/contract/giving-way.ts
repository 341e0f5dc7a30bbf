/**
 * Promises about limits, and about sessions that give way to another.
 *
 * @module
 */
import assert from 'node:assert/strict'
import type { RollcallEvent } from '../../core/events.ts'
import { type AtLimit, MOST_IN_THE_WAY } from '../../core/store.ts'
import { type ContractCase, draftOf, HOUR, promise, TESTER, type Workbench } from './workbench.ts'

/** Each promise about giving way. */
export const givingWayPromises: readonly ContractCase[] = [
  promise('keeps a limit exactly while a hundred begin at once, each way of keeping it', async (bench) => {
    const { store, history } = bench
    for (const atLimit of ['evict-oldest', 'evict-idlest', 'refuse'] as const) {
      const userId = `user-${atLimit}`
      const drafts = Array.from({ length: 100 }, () => draftOf({ userId }))
      const guards = { by: TESTER, limit: { sessions: 5, atLimit } }
      const answers = await Promise.all(drafts.map((draft) => store.insert(draft, guards)))
      const begun = answers.filter(({ ok }) => ok).length
      assert.equal(begun, atLimit === 'refuse' ? 5 : 100, atLimit)
      assert.equal((await store.count({ userId })).count, 5, atLimit)
      const gone = answers.flatMap((answer) => (answer.ok ? answer.gaveWay : []))
      assert.deepEqual([gone.length, new Set(gone).size], [begun - 5, begun - 5], atLimit)
      assert.equal(mostAtOnce(await history(), userId), 5, atLimit)
    }
  }),

  promise('limits each kind by itself, and each user in each realm', async ({ begin, attempt }) => {
    const limit = { sessions: 1, atLimit: 'refuse' } as const
    const { record: login } = await begin({}, { limit })
    const line = { kind: 'connection', parentId: login.id } as const
    assert.equal(await attempt(line, { limit }), 'begun')
    assert.equal(await attempt(line, { limit }), 'limit-reached')
    assert.equal(await attempt({ userId: 'bob' }, { limit }), 'begun')
    assert.equal(await attempt({ realm: 'other' }, { limit }), 'begun')
    assert.equal(await attempt({}, { limit }), 'limit-reached')
    assert.equal(await attempt(), 'begun')
  }),

  promise('says who gave way, to whom, and why; with what lived under it', async (bench) => {
    const { begin, wait, store, kept, history } = bench
    const { record: first } = await begin()
    const { record: child } = await begin({ kind: 'connection', parentId: first.id })
    wait(1_000)
    const limit = { sessions: 1, atLimit: 'evict-oldest' } as const
    const second = await begin({}, { limit })
    assert.deepEqual(second.gaveWay, [first.id])
    const by = { kind: 'system', id: second.record.id } as const
    assert.deepEqual((await kept(first.id)).ending, { at: second.record.issuedAt, reason: 'evicted', by })
    assert.equal((await kept(child.id)).ending?.reason, 'parent-ended')
    assert.deepEqual((await history()).slice(2).map(tell), [
      ['session.ended', first.id, 'evicted'],
      ['session.ended', child.id, 'parent-ended'],
      ['session.created', second.record.id, undefined],
    ])
    assert.equal((await store.count({ userId: 'ada' })).count, 1)
  }),

  promise('names all that could give way when it refuses, the first in line first', async (bench) => {
    const { begin, wait, store } = bench
    const ids: string[] = []
    for (let index = 0; index < 3; index++) {
      ids.push((await begin()).record.id)
      wait(1_000)
    }
    await store.touch([{ id: ids[0] ?? '', ago: 0 }])
    const refusal = await refuse(bench, 3)
    assert.deepEqual(
      refusal.inTheWay?.map(({ id }) => id),
      ids,
    )
    assert.equal(refusal.inTheWay?.[0]?.lastActiveAt, await store.now())
    for (let index = 0; index < MOST_IN_THE_WAY; index++) await begin()
    const { inTheWay = [] } = await refuse(bench, 3)
    assert.deepEqual([inTheWay.length, inTheWay[0]?.id], [MOST_IN_THE_WAY, ids[0]])
  }),

  promise('lets as many give way as it takes to stay within a limit that has shrunk', async (bench) => {
    const { begin, wait, liveIds } = bench
    const ids: string[] = []
    for (let index = 0; index < 6; index++) {
      ids.push((await begin()).record.id)
      wait(1_000)
    }
    const { record, gaveWay } = await begin({}, { limit: { sessions: 3, atLimit: 'evict-oldest' } })
    assert.deepEqual([gaveWay, await liveIds()], [ids.slice(0, 4), [record.id, ids[5], ids[4]]])
  }),

  promise('counts nothing towards a limit that is over, and evicts nothing that is', async (bench) => {
    const { begin, wait, store, reasonOf } = bench
    const { record: short } = await begin({ lifetime: HOUR })
    await begin({ userId: 'ada' })
    await store.advanceEpoch({ realm: 'default', userId: 'ada' }, { reason: 'logout', by: TESTER })
    const { record: late } = await begin({ lifetime: HOUR })
    wait(HOUR)
    const limit = { sessions: 1, atLimit: 'evict-oldest' } as const
    assert.deepEqual((await begin({}, { limit })).gaveWay, [])
    assert.deepEqual([await reasonOf(short.id), await reasonOf(late.id)], ['logout', undefined])
    await store.expire(10)
    assert.equal(await reasonOf(late.id), 'expired')
  }),

  promise('lets sessions of the same user, kind and label give way, and no others', async (bench) => {
    const { begin, reasonOf } = bench
    const laptop = { device: { label: 'Laptop' } } as const
    const same = [(await begin(laptop)).record.id, (await begin(laptop)).record.id]
    const others = await Promise.all([
      begin({ device: { label: 'laptop' } }),
      begin(),
      begin({ ...laptop, userId: 'bob' }),
      begin({ ...laptop, realm: 'other' }),
      begin({ ...laptop, kind: 'playback' }),
    ])
    const { gaveWay, record } = await begin(laptop, {
      replaces: { label: 'Laptop' },
      limit: { sessions: 3, atLimit: 'refuse' },
    })
    assert.deepEqual([...gaveWay].sort(), [...same].sort())
    assert.deepEqual(await Promise.all(same.map(reasonOf)), ['replaced', 'replaced'])
    for (const { record: other } of others) assert.equal(await reasonOf(other.id), undefined)
    assert.equal(await reasonOf(record.id), undefined)
  }),

  promise(
    'leaves one of a label, however many of it replace each other at once',
    async ({ begin, store }) => {
      const laptop = { device: { label: 'Laptop' } } as const
      await Promise.all(Array.from({ length: 20 }, () => begin(laptop, { replaces: { label: 'Laptop' } })))
      assert.equal((await store.count({ userId: 'ada', label: 'Laptop' })).count, 1)
    },
  ),
]

function tell(event: RollcallEvent): readonly unknown[] {
  return [
    event.type,
    'session' in event && event.session.id,
    event.type === 'session.ended' ? event.reason : undefined,
  ]
}

/** The most sessions that a user had between any two entries of the journal that begin one. */
function mostAtOnce(events: readonly RollcallEvent[], userId: string): number {
  let live = 0
  let most = 0
  for (const event of events) {
    if (!('session' in event) || event.session.userId !== userId) continue
    live += event.type === 'session.created' ? 1 : -1
    most = Math.max(most, live)
  }
  return most
}

async function refuse({ store }: Workbench, sessions: number, atLimit: AtLimit = 'refuse') {
  const refused = await store.insert(draftOf(), { by: TESTER, limit: { sessions, atLimit } })
  assert.ok(!refused.ok && refused.code === 'limit-reached')
  return refused
}
