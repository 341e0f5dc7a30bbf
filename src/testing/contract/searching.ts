/**
 * Promises about search: every filter, both orders, every page size, and counts.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { matcherOf } from '../../core/matching.ts'
import type { Sort } from '../../core/page.ts'
import type { SessionFilter, SessionQuery } from '../../core/selector.ts'
import type { Found, SessionStore } from '../../core/store.ts'
import { DEFAULT_REALM } from '../../core/user.ts'
import { type Chance, chanceOf, drawFilter, FILTER_FIELDS, populate } from './population.ts'
import { type ContractCase, HOUR, promise, REVOKED, type Workbench } from './workbench.ts'

/** Each promise about search. */
export const searchingPromises: readonly ContractCase[] = [
  promise('finds and counts exactly what a filter means, whatever it looks at', async (bench) => {
    const chance = chanceOf(20_260)
    const { store, wait } = bench
    const ids = await populate(bench, chance, 120)
    await store.advanceEpoch({ realm: 'default', userId: 'bob smith' }, REVOKED)
    await searchAll(bench, chance, ids, 0)
    wait(HOUR)
    await searchAll(bench, chance, ids, 1)
    await store.tidy(1_000)
    await store.expire(1_000)
    await searchAll(bench, chance, ids, 2)
  }),

  promise('finds the one session of a realm that has a serial', async ({ begin, store, wait }) => {
    const all = []
    for (let index = 0; index < 5; index++) {
      all.push((await begin({ userId: index % 2 === 0 ? 'ada' : 'bob' })).record)
      wait(1)
    }
    await begin({ userId: 'ada', realm: 'other' })
    for (const { id, serial, userId = '' } of all) {
      for (const sort of ['issued', 'active'] as const) {
        assert.deepEqual(await walk(store, { serial, sort, limit: 1 }), [id])
        assert.deepEqual(await walk(store, { serial, userId, sort, limit: 1 }), [id])
        assert.deepEqual(await walk(store, { serial, userId: 'cleo', sort, limit: 1 }), [])
      }
      assert.deepEqual(await store.count({ serial }), { count: 1, exact: true })
    }
  }),

  promise(
    'pages through a list without gap or echo while others begin and end',
    async ({ begin, store, wait }) => {
      const chance = chanceOf(4)
      for (const sort of ['issued', 'active'] as const) {
        const userId = `reader-${sort}`
        const mine: string[] = []
        for (let index = 0; index < 30; index++) {
          mine.push((await begin({ userId, device: { label: index % 3 === 0 ? 'odd' : 'even' } })).record.id)
          wait(chance.below(3))
        }
        const ended = new Set<string>()
        const seen = new Map<string, number>()
        const query: SessionQuery = { userId, sort, label: 'even', status: 'any', limit: 3 }
        let cursor: string | undefined
        do {
          const page = await store.list({ ...query, ...(cursor !== undefined && { cursor }) })
          for (const { id } of page.items) seen.set(id, (seen.get(id) ?? 0) + 1)
          cursor = page.nextCursor
          wait(1)
          await begin({ userId, device: { label: 'even' } })
          const victim = chance.pick(mine)
          ended.add(victim)
          await store.end({ realm: 'default', id: victim }, REVOKED, 1)
        } while (cursor !== undefined)
        const expected = mine.filter((_, index) => index % 3 !== 0)
        assert.ok(ended.size > 3)
        assert.deepEqual([...seen.keys()], expected.reverse(), sort)
        assert.deepEqual(new Set(seen.values()), new Set([1]), sort)
      }
    },
  ),

  promise('counts a few thousand exactly', async ({ store, attempt }) => {
    const begun = Array.from({ length: 2_500 }, (_, index) =>
      attempt({ userId: `user-${index % 500}`, device: { label: index % 2 === 0 ? 'even' : 'odd' } }),
    )
    await Promise.all(begun)
    assert.deepEqual(await store.count({}), { count: 2_500, exact: true })
    assert.deepEqual(await store.count({ label: 'odd' }), { count: 1_250, exact: true })
    assert.deepEqual(await store.count({ userId: 'user-7' }), { count: 5, exact: true })
  }),
]

const PAGE_SIZES = [200, 50, 7, 3, 1] as const

/** A third of all pairs of fields, a field and itself among them. */
function fieldsOf(third: number): readonly (readonly (keyof SessionFilter)[])[] {
  const pairs = FILTER_FIELDS.flatMap((one, index) => FILTER_FIELDS.slice(index).map((other) => [one, other]))
  return pairs.filter((_, index) => index % 3 === third)
}

/** Draws filters and compares what the store finds with what they mean. */
async function searchAll(
  { store }: Workbench,
  chance: Chance,
  ids: readonly string[],
  third: number,
): Promise<void> {
  const found = await Promise.all(ids.map((id) => store.find(id)))
  const world = found.filter((each) => each !== undefined)
  const records = world.map(({ record }) => record)
  for (const fields of fieldsOf(third)) {
    const filter = drawFilter(chance, records, fields)
    const sort = chance.pick(['issued', 'active'] as const)
    const limit = PAGE_SIZES[chance.below(chance.below(PAGE_SIZES.length) + 1)] ?? 1
    const expected = meant(world, filter, sort)
    const what = JSON.stringify({ filter, sort, limit })
    assert.deepEqual(await walk(store, { ...filter, sort, limit }), expected, what)
    assert.deepEqual(await store.count(filter), { count: expected.length, exact: true }, what)
  }
}

function meant(world: readonly Found[], filter: SessionFilter, sort: Sort): readonly string[] {
  const isMeant = matcherOf({ ...filter, realm: filter.realm ?? DEFAULT_REALM })
  const moment = sort === 'issued' ? 'issuedAt' : 'lastActiveAt'
  return world
    .filter(({ record, user, at }) => isMeant({ record, displayName: user?.displayName, at }))
    .map(({ record }) => record)
    .sort((a, b) => b[moment] - a[moment] || b.serial - a.serial)
    .map(({ id }) => id)
}

/** The ids on all pages of a list. A page has as many items as it may, or fewer, and never more. */
async function walk(store: SessionStore, query: SessionQuery): Promise<readonly string[]> {
  const ids: string[] = []
  let cursor: string | undefined
  do {
    const page = await store.list({ ...query, ...(cursor !== undefined && { cursor }) })
    assert.ok(page.items.length <= (query.limit ?? 50), 'a page is no longer than it may be')
    ids.push(...page.items.map(({ id }) => id))
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return ids
}
