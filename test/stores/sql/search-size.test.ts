import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { SessionFilter, SessionQuery } from '../../../src/core/selector.ts'
import type { SessionStore } from '../../../src/core/store.ts'
import { NOON, REVOKED } from '../../../src/testing/contract/workbench.ts'
import { alter, freshPath, issue, open } from './support.ts'

/** Sessions in the file: a hundred of each user, each in a second of its own, every fiftieth of them rare. */
const MANY = 50_000
const THEN = NOON + MANY * 1_000

let store: SessionStore

before(async () => {
  const path = freshPath()
  await (await open(path, () => NOON)).close()
  alter(path, FILL)
  store = await open(path, () => THEN)
})

after(() => store.close())

test('a count is exact up to its bound, and marked as an estimate beyond', async () => {
  const table: readonly (readonly [SessionFilter, number, boolean])[] = [
    [{ userId: 'user-7' }, 100, true],
    [{ issuedAfter: THEN - 20_000_000 + 1_000 }, 19_999, true],
    [{ activeAfter: THEN - 19_000_000 }, 19_000, true],
    [{ issuedAfter: THEN - 9_000_000, label: 'rare' }, 180, true],
    [{ issuedBefore: NOON + 5_000_000, kind: 'login' }, 5_000, true],
    [{}, MANY, false],
    [{ label: 'rare' }, MANY / 50, false],
    [{ activeBefore: THEN }, MANY, false],
    [{ text: 'USER-7' }, MANY * (11 / 500), false],
    [{ label: 'none' }, 0, false],
  ]
  for (const [filter, truth, exact] of table) {
    const counted = await store.count(filter)
    const what = `${JSON.stringify(filter)} ${JSON.stringify(counted)}`
    assert.equal(counted.exact, exact, what)
    if (exact) assert.equal(counted.count, truth, what)
    else assert.ok(Math.abs(counted.count - truth) <= truth * 0.15, what)
  }
})

test('a list of what is rare is whole, page by page, though each page looks at a part', async () => {
  for (const sort of ['issued', 'active'] as const) {
    const serials: number[] = []
    const query: SessionQuery = { label: 'rare', sort, limit: 7 }
    let short = 0
    let cursor: string | undefined
    do {
      const page = await store.list({ ...query, ...(cursor !== undefined && { cursor }) })
      serials.push(...page.items.map(({ serial }) => serial))
      if (page.items.length < 7) short += 1
      cursor = page.nextCursor
    } while (cursor !== undefined)
    const expected = Array.from({ length: MANY / 50 }, (_, index) => MANY - index * 50)
    assert.deepEqual(serials, expected, sort)
    assert.ok(short <= 1 + MANY / 10_000, `${short} short pages`)
  }
})

test('a page that finds nothing says where to go on, and the last one does not', async () => {
  const cursors = new Set<string>()
  let cursor: string | undefined
  do {
    const page = await store.list({ text: 'nobody at all', ...(cursor !== undefined && { cursor }) })
    assert.deepEqual(page.items, [])
    cursor = page.nextCursor
    assert.ok(cursor === undefined || !cursors.has(cursor))
    if (cursor !== undefined) cursors.add(cursor)
  } while (cursor !== undefined)
  assert.equal(cursors.size, MANY / 2_000)
})

test('that there is nothing below a path is known at once', async () => {
  for (const status of ['live', 'ended', 'any'] as const) {
    assert.deepEqual(await store.list({ resourcePrefix: 'nowhere/', status }), { items: [] })
    assert.deepEqual(await store.count({ resourcePrefix: 'nowhere/', status }), { count: 0, exact: true })
  }
})

test('a span of time is gone to directly', async () => {
  const span = { issuedAfter: NOON + 5_000, issuedBefore: NOON + 10_000 }
  for (const query of [span, { ...span, text: 'user' }, { ...span, status: 'any' }] as const) {
    const { items, nextCursor } = await store.list(query)
    assert.deepEqual([items.map(({ serial }) => serial), nextCursor], [[10, 9, 8, 7, 6], undefined])
  }
})

test('what has begun and ended meanwhile is counted as it is', async () => {
  const [id = ''] = await issue(store, 1, () => ({ userId: 'newcomer', device: { label: 'new' } }))
  assert.deepEqual(await store.count({ userId: 'newcomer' }), { count: 1, exact: true })
  await store.end({ realm: 'default', id }, REVOKED, 1)
  assert.deepEqual(await store.count({ userId: 'newcomer' }), { count: 0, exact: true })
  assert.deepEqual(await store.count({ userId: 'newcomer', status: 'ended' }), { count: 1, exact: true })
})

/** Fills a file as a store would. */
const FILL = `
  insert into realms (realm, epoch) values ('default', 0);
  insert into users (realm, id, role, banned, epoch, last_stamp, created_at)
    with recursive number (n) as (select 0 union all select n + 1 from number where n < 499)
    select 'default', 'user-' || n, 'member', 0, 0, 0, ${NOON} from number;
  insert into sessions (id, realm, kind, user_id, stamp, issued_at, authenticated_ago, last_active_at, expires_at,
      due_at, label, realm_epoch, user_epoch, revision)
    with recursive number (n) as (select 1 union all select n + 1 from number where n < ${MANY})
    select printf('%022d', n), 'default', 0, 'user-' || (n % 500), n, ${NOON} + (n - 1) * 1000, 0,
      ${NOON} + (n - 1) * 1000, ${THEN} + 86400000, ${THEN} + 86400000,
      case n % 50 when 0 then 'rare' end, 0, 0, 0
    from number;`
