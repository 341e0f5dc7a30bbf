/**
 * Promises about sessions that stand for lines, and the nodes that hold them.
 *
 * @module
 */
import assert from 'node:assert/strict'
import type { SessionDraft, SessionStore } from '../../core/store.ts'
import { moving } from './moving.ts'
import { type ContractCase, DAY, HOUR, promise, REVOKED, TESTER, type Workbench } from './workbench.ts'

/** A way for a line to be over: ends it, given the login above. */
type Way = (bench: Workbench, line: string, login: string) => Promise<unknown>

/** Every way for a line to be over, whether that is written behind it already or not. */
const WAYS: Readonly<Record<string, Way>> = {
  'by its id': ({ store }, id) => store.end({ realm: 'default', id }, REVOKED, 1),
  'with its resource': ({ store }) => store.end({ realm: 'default', resource: 'room' }, REVOKED, 10),
  'under a login': ({ store }, _line, parentId) => store.end({ realm: 'default', parentId }, REVOKED, 10),
  'with its login': ({ store }, _line, id) => store.end({ realm: 'default', id }, REVOKED, 1),
  'with all of its user': ({ store }) => store.advanceEpoch({ realm: 'default', userId: 'ada' }, REVOKED),
  'with all of its user, written behind': async ({ store }) => {
    await store.advanceEpoch({ realm: 'default', userId: 'ada' }, REVOKED)
    while ((await store.tidy(1)) === 1);
  },
  'with all of its realm': ({ store }) => store.advanceEpoch({ realm: 'default' }, REVOKED),
  'with all of its realm, written behind': async ({ store }) => {
    await store.advanceEpoch({ realm: 'default' }, REVOKED)
    while ((await store.tidy(1)) === 1);
  },
  'with the ban of its user': ({ store }) => store.updateUser('default', 'ada', { banned: true }, TESTER),
  'by time': async ({ wait }) => wait(2 * HOUR),
  'by time, as it is written': async ({ store, wait }) => {
    wait(2 * HOUR)
    await store.expire(10)
  },
  'with a login that was replaced': ({ begin }, _line, id) => begin({}, { replaces: { id } }),
  'with a login of the same label': ({ begin }) =>
    begin({ device: { label: 'laptop' } }, { replaces: { label: 'laptop' } }),
  'by giving way to the next of its kind': ({ begin }, _line, parentId) =>
    begin({ kind: 'connection', parentId }, { limit: { sessions: 1, atLimit: 'evict-oldest' } }),
  'with a login that was evicted': ({ begin }) =>
    begin({}, { limit: { sessions: 1, atLimit: 'evict-oldest' } }),
  'by time, while another takes its name': async ({ begin, wait }) => {
    wait(2 * HOUR)
    await begin({ kind: 'connection', resource: 'room', name: 'seat' })
  },
  'by being forgotten': async ({ store, wait }, id) => {
    await store.end({ realm: 'default', id }, REVOKED, 1)
    wait(30 * DAY)
    await store.sweep(100)
  },
}

/** Each promise about lines. */
export const linePromises: readonly ContractCase[] = [
  promise('keeps which node holds a line, and says so of no other session', async (bench) => {
    const { begin, store, kept, history } = bench
    const login = await begin()
    const parentId = login.record.id
    const line = await begin({ kind: 'connection', parentId, node: 'node_one' })
    const { id } = line.record
    const { items } = await store.list({ limit: 10 })
    const { ended } = await store.end({ realm: 'default', id }, REVOKED, 1)
    const told = (await history()).map((event) => ('session' in event ? event.session.node : undefined))
    assert.deepEqual(
      [line.record.node, (await kept(id)).node, ended.map(({ node }) => node), told],
      ['node_one', 'node_one', ['node_one'], [undefined, 'node_one', 'node_one']],
    )
    assert.deepEqual(items.map(({ node }) => node).sort(), ['node_one', undefined])
    assert.ok(!('node' in login.record || 'node' in (await kept(parentId))))
  }),

  promise('finds the live lines of all nodes but those that are named', async ({ begin, store }) => {
    const { record: login } = await begin()
    await begin({ kind: 'connection', parentId: login.id })
    for (const node of ['node_1', 'node_10', 'node_1a', 'node_2', 'node_2', 'nodes'])
      await begin({ kind: 'connection', parentId: login.id, node })
    await begin({ kind: 'playback', userId: '', resource: 'room', realm: 'other', node: 'elsewhere' })
    const others = async (...nodes: readonly string[]) => nodesOf(await store.stranded(nodes, 100))
    assert.deepEqual(await others('node_1', 'node_2', 'elsewhere'), ['node_10', 'node_1a', 'nodes'])
    assert.deepEqual(await others('nodes', 'node_10', 'node_1a', 'elsewhere'), ['node_1', 'node_2', 'node_2'])
    assert.deepEqual(await others('node_'), [
      ...['elsewhere', 'node_1', 'node_10', 'node_1a', 'node_2', 'node_2', 'nodes'],
    ])
    assert.deepEqual(await others('elsewhere', 'node_1', 'node_10', 'node_1a', 'node_2', 'nodes'), [])
  }),

  promise('finds as many stranded lines as it is asked for, and in the end all', async ({ begin, store }) => {
    const ids = new Set<string>()
    for (let index = 0; index < 12; index++) {
      const { record } = await begin({
        kind: 'playback',
        userId: `user-${index % 5}`,
        node: `gone-${index % 2}`,
      })
      ids.add(record.id)
    }
    for (const expected of [5, 5, 2]) {
      const found = await store.stranded(['here'], 5)
      assert.equal(found.length, expected)
      const { ended } = await store.end({ realm: 'default', ids: found.map(({ id }) => id) }, REVOKED, 5)
      for (const { id } of ended) assert.ok(ids.delete(id))
    }
    assert.deepEqual(await store.stranded(['here'], 5), [])
  }),

  ...Object.entries(WAYS).map(([how, way]) =>
    promise(`finds no line that is over ${how}`, async (bench) => {
      const { begin, store } = bench
      const kind = 'connection'
      const login = await begin({ device: { label: 'laptop' } })
      const parentId = login.record.id
      const line = await begin({ ...LINE, kind, parentId })
      await begin({ ...LINE, kind, userId: 'bob', realm: 'other', node: 'other', lifetime: 100 * DAY })
      assert.deepEqual(await strandedOf(store), ['gone', 'other'])
      await way(bench, line.record.id, parentId)
      assert.deepEqual(await strandedOf(store), ['other'])
    }),
  ),

  promise('finds live lines behind any number of others that are over', async ({ begin, store }) => {
    for (let index = 0; index < 12; index++) await begin({ kind: 'playback', node: `gone-${index % 3}` })
    await store.advanceEpoch({ realm: 'default', userId: 'ada' }, REVOKED)
    await begin({ kind: 'playback', node: 'gone-2' })
    await begin({ kind: 'playback', node: 'gone-4', lifetime: HOUR })
    assert.deepEqual(nodesOf(await store.stranded(['gone-3'], 2)), ['gone-2', 'gone-4'])
  }),

  moving('keeps which node held a line where it is taken in, so that it is found there', async (bench) => {
    const { begin, there, move, store, kept } = bench
    const { record: line } = await begin({ kind: 'playback', node: 'gone', resource: 'room' })
    const { record: over } = await begin({ kind: 'playback', node: 'gone' })
    await store.end({ realm: 'default', id: over.id }, REVOKED, 1)
    await move()
    assert.deepEqual(
      (await there.stranded(['here'], 10)).map(({ id }) => id),
      [line.id],
    )
    assert.equal((await there.find(over.id))?.record.node, (await kept(over.id)).node)
    await there.end({ realm: 'default', id: line.id }, REVOKED, 1)
    assert.deepEqual(await there.stranded(['here'], 10), [])
  }),
]

const LINE: Partial<SessionDraft> = { resource: 'room', name: 'seat', node: 'gone', lifetime: HOUR }

async function strandedOf(store: SessionStore): Promise<readonly string[]> {
  return nodesOf(await store.stranded(['here'], 10))
}

function nodesOf(records: Awaited<ReturnType<SessionStore['stranded']>>): readonly string[] {
  return records.map(({ node = '' }) => node).sort()
}
