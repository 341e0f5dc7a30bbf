/**
 * Promises about listing and counting.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { isRollcallError } from '../../core/errors.ts'
import type { SessionQuery } from '../../core/selector.ts'
import type { SessionStore } from '../../core/store.ts'
import { type ContractCase, promise, REVOKED } from './workbench.ts'

/** Each promise about lists. */
export const listingPromises: readonly ContractCase[] = [
  promise('lists newest first, each session once, page by page', async ({ begin, store, wait }) => {
    const ids: string[] = []
    for (let index = 0; index < 25; index++) {
      ids.unshift((await begin()).record.id)
      if (index % 4 === 0) wait(10)
    }
    assert.deepEqual(await walk(store, { userId: 'ada', limit: 7 }), ids)
    assert.deepEqual(await walk(store, { limit: 10 }), ids)
  }),

  promise('lists what every field of a filter says', async ({ begin, store }) => {
    const { record: login } = await begin()
    const place = { kind: 'connection', parentId: login.id, resource: 'room/1', name: 'one' } as const
    const { record: child } = await begin(place)
    const { record: bobs } = await begin({ userId: 'bob' })
    const { record: over } = await begin()
    await store.end({ realm: 'default', id: over.id }, REVOKED, 10)
    const table: readonly (readonly [SessionQuery, readonly string[]])[] = [
      [{}, [bobs.id, child.id, login.id]],
      [{ userId: 'ada' }, [child.id, login.id]],
      [{ userId: 'ada', kind: 'login' }, [login.id]],
      [{ userId: 'ada', topLevel: true }, [login.id]],
      [{ parentId: login.id }, [child.id]],
      [{ resource: 'room/1' }, [child.id]],
      [{ resource: 'room/1', name: 'two' }, []],
      [{ status: 'ended' }, [over.id]],
      [{ userId: 'ada', status: 'any' }, [over.id, child.id, login.id]],
      [{ realm: 'other' }, []],
      [{ userId: 'nobody' }, []],
    ]
    for (const [query, expected] of table) {
      assert.deepEqual(await walk(store, query), expected, JSON.stringify(query))
      assert.deepEqual(
        await store.count(query),
        { count: expected.length, exact: true },
        JSON.stringify(query),
      )
    }
  }),

  promise('refuses a cursor that it cannot have made', async ({ begin, store }) => {
    await begin()
    for (const cursor of ['', 'x', '../..', "1-1' or 1=1", '-', 'zzzzzzzzzzzz-1']) {
      await assert.rejects(store.list({ cursor }), (error) => isRollcallError(error, 'bad-cursor'), cursor)
    }
  }),

  promise('keeps its place while sessions come and go', async ({ begin, store, wait }) => {
    const ids: string[] = []
    for (let index = 0; index < 6; index++) {
      ids.unshift((await begin()).record.id)
      wait(1)
    }
    const first = await store.list({ userId: 'ada', limit: 2 })
    await begin()
    await store.end({ realm: 'default', ids: [ids[0] ?? '', ids[3] ?? ''] }, REVOKED, 10)
    const rest = await walk(store, {
      userId: 'ada',
      limit: 2,
      ...(first.nextCursor !== undefined && { cursor: first.nextCursor }),
    })
    assert.deepEqual(rest, [ids[2], ids[4], ids[5]])
  }),
]

async function walk(store: SessionStore, query: SessionQuery): Promise<string[]> {
  const page = await store.list(query)
  const ids = page.items.map(({ id }) => id)
  return page.nextCursor === undefined
    ? ids
    : [...ids, ...(await walk(store, { ...query, cursor: page.nextCursor }))]
}
