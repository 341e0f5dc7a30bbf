import { surround } from '../../src/core/around.ts'
import type { SessionStore } from '../../src/core/store.ts'
import { createSessions } from '../../src/engine/create-sessions.ts'
import type { SessionManager } from '../../src/engine/manager.ts'
import type { SessionPolicy } from '../../src/engine/settled.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { sqliteStore } from '../../src/stores/sql/sqlite/store.ts'
import { WITHOUT_REDIS } from './redis-server.ts'
import { openRedis, openRedisCluster } from './redis-stores.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { type TestEnv, testEnv } from './test-env.ts'

/** An engine over a store, on a machine whose time is moved by hand. */
export interface EngineBench extends AsyncDisposable {
  readonly env: TestEnv
  readonly store: SessionStore
  readonly sessions: SessionManager
  readonly faults: unknown[]
}

/** Sessions at hand at the most: room for many takes a while to make. */
export const FEW = 1_000

/** Opens a store on the clock of a machine. */
export type OpenStore = (env: TestEnv) => SessionStore | Promise<SessionStore>

/** A kind of store that an engine can be tested over. */
export interface StoreKind {
  readonly name: string
  readonly open: OpenStore
}

/** The stores in this process: what moves hours by hand asks them thousands of times. */
export const LOCAL_STORES: readonly StoreKind[] = [
  { name: 'memory', open: openMemory },
  { name: 'sqlite', open: (env) => sqliteStore({ path: `${temporaryFolder()}/engine.db`, clock: env.now }) },
]

/** The stores that nodes share, as far as their servers are here. */
export const SHARED_STORES: readonly StoreKind[] = [
  ...(WITHOUT_REDIS
    ? []
    : [
        { name: 'redis', open: ({ now }: TestEnv) => openRedis(now) },
        { name: 'redis cluster', open: ({ now }: TestEnv) => openRedisCluster(now) },
      ]),
]

/** Every store that an engine can be tested over here. */
export const STORES: readonly StoreKind[] = [...LOCAL_STORES, ...SHARED_STORES]

/** Makes one. `spoil` may put something between engine and store. */
export async function engineBench(
  policy: SessionPolicy = {},
  spoil: (store: SessionStore) => SessionStore = (store) => store,
  open: OpenStore = openMemory,
): Promise<EngineBench> {
  const env = testEnv()
  const store = open === openMemory ? await open(env) : inItsOwnTime(await open(env), env)
  const faults: unknown[] = []
  const sessions = createSessions({
    store: spoil(store),
    env,
    policy: { cached: FEW, ...policy },
    report: (fault) => faults.push(fault),
  })
  await env.advance(0)
  return { env, store, sessions, faults, [Symbol.asyncDispose]: () => sessions.close() }
}

/** A store whose calls take real time: that of the machine stands still meanwhile, or it would seem to hang. */
function inItsOwnTime(store: SessionStore, env: TestEnv): SessionStore {
  const hold = (_operation: string, work: () => unknown): unknown => {
    const answer = work()
    if (answer instanceof Promise) env.hold(answer)
    return answer
  }
  const nodes = store.nodes && surround(store.nodes, hold)
  return { ...surround(store, hold), ...(nodes && { nodes }) }
}

function openMemory({ now }: TestEnv): SessionStore {
  return memoryStore({ clock: now })
}
