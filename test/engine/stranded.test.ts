import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RollcallError } from '../../src/core/errors.ts'
import type { NodeRegistry } from '../../src/core/node.ts'
import type { SessionStore } from '../../src/core/store.ts'
import { createSessions } from '../../src/engine/create-sessions.ts'
import type { SessionManager } from '../../src/engine/manager.ts'
import { endStranded, type StrandedParts } from '../../src/engine/stranded.ts'
import { emptyState } from '../../src/stores/memory/state.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { sqliteStore } from '../../src/stores/sql/sqlite/store.ts'
import { draftOf, TESTER } from '../../src/testing/contract/workbench.ts'
import { FEW } from '../support/engine.ts'
import { holding, nodeBench } from '../support/node-bench.ts'
import { sharedMemory } from '../support/shared-memory.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type TestEnv, testEnv } from '../support/test-env.ts'
import { until } from '../support/until.ts'

const USER = { user: { id: 'ada' } }

test('lines of a node that died end as node-lost once it is no member any more, and nobody else does', async () => {
  const dying = holding()
  await using bench = await nodeBench({}, { spoil: dying.spoil })
  const { one, other, env } = bench
  const { session: login } = await one.issue(USER)
  const stays = await one.open({ kind: 'connection', parentId: login.id })
  const goes = await Promise.all(
    Array.from({ length: 250 }, () => other.open({ kind: 'connection', parentId: login.id })),
  )
  await env.advance(20_000)
  assert.equal((await one.count({ kind: 'connection' })).count, 251, 'as long as both are there')
  dying.hold('read', 'renew', 'dropLost', 'stranded')
  await env.advance(14_000)
  assert.equal((await one.count({ kind: 'connection' })).count, 251, 'as long as it counts as a node')
  await env.advance(4_000)
  const { items } = await one.list({ kind: 'connection' })
  assert.deepEqual(
    items.map(({ id }) => id),
    [stays.session.id],
  )
  const { reason, by } = (await one.get(goes[0]?.session.id ?? ''))?.ending ?? {}
  assert.deepEqual([reason, by], ['node-lost', { kind: 'system', id: 'nodes' }])
  assert.equal((await one.get(login.id))?.ending, undefined)
  dying.release()
  await env.advance(1_000)
})

test('a line that a node opened as soon as it joined is its own, however late others look', async () => {
  assert.equal(await newcomersLine(endStranded), undefined)
  assert.equal(
    await newcomersLine(endByAnEarlierList),
    'node-lost',
    'whoever trusts an earlier list is caught',
  )
})

test('where the list of nodes is lost, all have the time to join again before their lines count as lost', async () => {
  const slow = holding()
  await using bench = await nodeBench({}, { spoil: slow.spoil })
  const { one, other, place, env } = bench
  const { session: login } = await one.issue(USER)
  const { session: line } = await other.open({ kind: 'connection', parentId: login.id })
  await env.advance(20_000)
  slow.hold('renew')
  const { nodes } = await place.open()
  for (const { id } of (await one.nodes.list()).nodes) await nodes?.leave(id)
  await env.advance(10_000)
  assert.deepEqual(
    (await one.nodes.list()).nodes.map(({ id }) => id),
    ['node_one'],
  )
  assert.equal((await one.get(line.id))?.ending, undefined)
  slow.release()
  await env.advance(20_000)
  assert.equal((await one.get(line.id))?.ending, undefined)
})

for (const kind of ['memory', 'sqlite'] as const) {
  test(`on ${kind}, lines of an earlier start are over soon after the next one`, async () => {
    const env = testEnv()
    const state = emptyState(env.now)
    const path = `${temporaryFolder()}/stranded.db`
    const open = async (): Promise<SessionStore> =>
      kind === 'memory' ? memoryStore({ clock: env.now, state }) : sqliteStore({ path, clock: env.now })
    const first = await engineOver(await open(), env)
    const { session: login } = await first.issue(USER)
    const { session: line } = await first.open({ kind: 'connection', parentId: login.id })
    assert.equal((await first.get(line.id))?.node, first.nodes.own.id)
    await first.close()

    const store = await open()
    let faults = 0
    const faulty = {
      ...store,
      stranded: (...given: Parameters<SessionStore['stranded']>) => {
        faults += 1
        if (faults > 1) return store.stranded(...given)
        return Promise.reject(new RollcallError('store-unavailable', 'not yet'))
      },
    }
    const second = await engineOver(faulty, env)
    const { session: own } = await second.open({ kind: 'connection', parentId: login.id })
    await until('the line of the earlier start is over', async () => {
      await env.advance(100)
      return (await second.get(line.id))?.ending
    })
    assert.equal((await second.get(line.id))?.ending?.reason, 'node-lost')
    assert.equal((await second.get(own.id))?.ending, undefined)
    assert.equal((await second.get(login.id))?.ending, undefined)
    await env.advance(10_000)
    assert.equal(faults, 2, 'it is looked for once, since nobody else can come')
    await second.close()
  })
}

async function engineOver(store: SessionStore, env: TestEnv): Promise<SessionManager> {
  const sessions = createSessions({ store, env, policy: { cached: FEW } })
  await env.advance(1)
  return sessions
}

/** What became of the line of a node that joined, and opened it, in between any two questions of whoever ends. */
async function newcomersLine(endLost: typeof endStranded): Promise<string | undefined> {
  let now = Date.UTC(2026, 0, 1)
  const place = sharedMemory(() => now)
  const store = await place.open()
  const registry = store.nodes as NodeRegistry
  const report = { version: '1', position: '0', lease: 1_000 }
  const draft = draftOf({ kind: 'connection', node: 'node_new' })
  let asked = 0

  const between = async <Answer>(question: Promise<Answer>): Promise<Answer> => {
    const answer = await question
    asked += 1
    if (asked > 1) return answer
    await registry.renew({ ...report, id: 'node_new' })
    await store.insert(draft, { by: TESTER })
    return answer
  }

  await registry.renew({ ...report, id: 'node_old' })
  now += 14_000
  await registry.renew({ ...report, id: 'node_old' })
  now += 1_000
  const parts: StrandedParts = {
    node: 'node_old',
    nodes: { ...registry, list: () => between(registry.list()) },
    store: { end: store.end, stranded: (...given) => between(store.stranded(...given)) },
  }
  await endLost(parts, 100)
  return (await store.find(draft.id))?.record.ending?.reason
}

/** Ends what the nodes that it knew beforehand do not hold. */
async function endByAnEarlierList({ store, nodes }: StrandedParts, limit: number): Promise<number> {
  const known = (await nodes?.list())?.nodes.map(({ id }) => id) ?? []
  const ids = (await store.stranded(known, limit)).map(({ id }) => id)
  const ending = { reason: 'node-lost', by: TESTER } as const
  return (await store.end({ realm: 'default', ids }, ending, limit)).ended.length
}
