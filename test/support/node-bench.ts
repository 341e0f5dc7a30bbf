import type { SessionStore } from '../../src/core/store.ts'
import { createSessions } from '../../src/engine/create-sessions.ts'
import type { SessionManager } from '../../src/engine/manager.ts'
import type { SessionPolicy } from '../../src/engine/settled.ts'
import { FEW } from './engine.ts'
import { type SharedMemory, sharedMemory } from './shared-memory.ts'
import { type TestEnv, testEnv } from './test-env.ts'

/** Engines over one place in memory, on machines whose time is moved by hand, together. */
export interface NodeBench extends AsyncDisposable {
  readonly env: TestEnv
  readonly place: SharedMemory
  readonly one: SessionManager
  readonly other: SessionManager
  readonly faults: unknown[]

  /** Starts one more node. */
  start(name: string, options?: NodeOptions): Promise<SessionManager>
}

/** What is peculiar to a node. */
export interface NodeOptions {
  readonly policy?: SessionPolicy

  /** How far its wall clock is off, in milliseconds. */
  readonly off?: number

  /** Puts something between engine and store. */
  readonly spoil?: (store: SessionStore, env: TestEnv) => SessionStore
}

/** Starts two nodes, and lets them join. */
export async function nodeBench(one: NodeOptions = {}, other: NodeOptions = {}): Promise<NodeBench> {
  const env = testEnv()
  const place = sharedMemory(env.now)
  const faults: unknown[] = []
  const running: SessionManager[] = []

  async function start(name: string, { policy, off = 0, spoil = (store) => store }: NodeOptions = {}) {
    const own = { ...env, now: () => env.now() + off }
    const sessions = createSessions({
      store: spoil(await place.open(), env),
      env: own,
      policy: { cached: FEW, ...policy },
      node: { id: `node_${name}`, address: `http://${name}`, version: '1.2.3' },
      report: (fault) => faults.push(fault),
    })
    running.push(sessions)
    await env.advance(30)
    return sessions
  }

  return {
    env,
    place,
    one: await start('one', one),
    other: await start('other', other),
    faults,
    start,
    [Symbol.asyncDispose]: async () => {
      for (const sessions of running) {
        const closed = sessions.close()
        await env.advance(20)
        await closed
      }
    },
  }
}

/** A hand on the calls of a store: held calls take no effect until they are let go, or fail. */
export interface Hold {
  readonly spoil: (store: SessionStore) => SessionStore

  /** Holds calls of these operations from now on. */
  hold(...operations: readonly string[]): void

  /** Lets the held go, and holds no more. */
  release(): void

  /** Makes calls of these operations fail from now on, in this way. */
  fail(fault: () => unknown, ...operations: readonly string[]): void

  /** How often each operation was called. */
  readonly calls: ReadonlyMap<string, number>
}

/** Makes one, for operations of a store and of its registry of nodes. */
export function holding(): Hold {
  let held: readonly string[] = []
  let failing: readonly string[] = []
  let faultOf: () => unknown = () => undefined
  let waiting: (() => void)[] = []
  const calls = new Map<string, number>()

  function gated<Target extends object>(target: Target): Target {
    const own = Object.entries(target).map(([name, value]: [string, unknown]) => {
      if (typeof value !== 'function' || name === 'close') return [name, value]
      return [
        name,
        async (...given: readonly unknown[]): Promise<unknown> => {
          calls.set(name, (calls.get(name) ?? 0) + 1)
          if (held.includes(name)) await new Promise<void>((resolve) => waiting.push(resolve))
          if (failing.includes(name)) throw faultOf()
          return Reflect.apply(value, target, given)
        },
      ]
    })
    return Object.fromEntries(own)
  }

  return {
    calls,
    spoil: (store) => ({ ...gated(store), ...(store.nodes && { nodes: gated(store.nodes) }) }),
    hold: (...operations) => (held = operations),
    release() {
      held = []
      failing = []
      for (const go of waiting) go()
      waiting = []
    },
    fail(fault, ...operations) {
      faultOf = fault
      failing = operations
    },
  }
}
