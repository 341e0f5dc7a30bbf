import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { SessionStore } from '../../src/core/store.ts'
import { createSessions } from '../../src/engine/create-sessions.ts'
import type { SessionManager } from '../../src/engine/manager.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { postgresStore } from '../../src/stores/sql/postgres/store.ts'
import { sqliteStore } from '../../src/stores/sql/sqlite/store.ts'
import { emptySchema, nextSchema, processPostgres } from '../support/postgres-stores.ts'
import { nextPrefix, openRedis, openRedisCluster } from '../support/redis-stores.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type Machine, machine } from './machine.ts'
import { POLICY } from './model.ts'

/** The real thing: two nodes over one store, on a machine whose clocks are moved by hand. */
export interface World {
  readonly machine: Machine
  readonly nodes: readonly [Node, Node]

  /** The store below both. */
  store(): SessionStore

  /** Kills both nodes and the store, and starts them again over what is on the disk; in memory, over what was there. */
  crash(): Promise<void>

  /** Starts a node again: killed, or after it was asked to close. */
  restart(node: 0 | 1, how: 'killed' | 'closed'): Promise<void>
  close(): Promise<void>
}

/** A node. */
export interface Node {
  sessions: SessionManager

  /** Whether it is cut off from the journal. */
  cut: boolean
}

/** A place to keep sessions that can lose its process. */
export interface Ground {
  readonly name: 'memory' | 'sqlite' | 'postgres' | 'redis' | 'redis cluster'

  /** How much more seldom than elsewhere it is to crash, since that takes it long. */
  readonly crashCost: number

  /** An empty store. */
  open(clock: () => number): Promise<SessionStore>

  /** The store as whoever comes after a crash finds it. */
  reopen(clock: () => number): Promise<SessionStore>
  close(): Promise<void>
}

/** Noon, when every run begins. */
export const NOON: number = Date.UTC(2026, 0, 1, 12)

/** Makes one over a ground. `spoil` may put something between the nodes and the store. */
export async function makeWorld(
  ground: Ground,
  spoil: (store: SessionStore, clock: () => number) => SessionStore,
): Promise<World> {
  const computer = machine(NOON)
  let store = spoil(await ground.open(computer.now), computer.now)
  const halts: (() => void)[] = []
  const nodes: readonly [Node, Node] = [boot(0), boot(1)]
  await computer.move(0, 0)

  function boot(index: 0 | 1): Node {
    const { env, halt } = computer.boot()
    halts[index] = halt
    const node = { cut: false } as Node
    const policy = {
      lifetime: POLICY.lifetime,
      idle: POLICY.idle,
      refreshGrace: POLICY.grace,
      maxStaleness: POLICY.staleness,
      cached: POLICY.cached,
      journal: { age: '36525d', entries: POLICY.entries },
    }
    node.sessions = createSessions({ store: link(store, computer, () => node.cut), env, policy })
    return node
  }

  return {
    machine: computer,
    nodes,
    store: () => store,

    async crash() {
      for (const halt of halts) halt()
      store = spoil(await ground.reopen(computer.now), computer.now)
      Object.assign(nodes[0], boot(0))
      Object.assign(nodes[1], boot(1))
      await computer.move(0, 0)
    },

    async restart(node, how) {
      if (how === 'closed') await nodes[node].sessions.close()
      halts[node]?.()
      Object.assign(nodes[node], boot(node))
      await computer.move(0, 0)
    },

    async close() {
      for (const halt of halts) halt()
      await ground.close()
    },
  }
}

/** What a follower asks of the journal at once; cutting a node off cuts nothing else. */
const FOLLOWED = 1_000

/** A node's way to the store: its calls are waited for, and closing the node does not close the store. */
function link(store: SessionStore, { track }: Machine, cut: () => boolean): SessionStore {
  const linked = Object.entries(store).map(([name, call]) => [
    name,
    typeof call === 'function'
      ? (...given: unknown[]) => track(Reflect.apply(call, store, given) as Promise<unknown>)
      : call,
  ])
  return {
    ...(Object.fromEntries(linked) as SessionStore),
    read: (after, limit) =>
      cut() && limit === FOLLOWED
        ? Promise.reject(new Error('This node is cut off from the journal'))
        : track(store.read(after, limit)),
    close: async () => undefined,
  }
}

/** Memory: what a crash loses is what the nodes had in theirs. */
export function memoryGround(): Ground {
  let store: SessionStore | undefined
  return {
    name: 'memory',
    crashCost: 1,
    open: async (clock) => (store = memoryStore({ clock })),
    reopen: async (clock) => store ?? memoryStore({ clock }),
    close: async () => undefined,
  }
}

/** SQLite files in a folder of their own. A crash leaves a file behind as it was at that moment. */
export function sqliteGround(): Ground & AsyncDisposable {
  const folder = temporaryFolder()
  let clock: () => number = () => 0
  let number = 0
  let opened: SessionStore | undefined

  const path = (): string => join(folder, `${number}.db`)
  const open = async (): Promise<SessionStore> =>
    (opened = await sqliteStore({ path: path(), clock: () => clock() }))

  return {
    name: 'sqlite',
    crashCost: 4,

    async open(given) {
      clock = given
      if (opened === undefined) return open()
      empty(path())
      return opened
    },

    async reopen(given) {
      clock = given
      const [from, before] = [path(), opened]
      number += 1
      for (const end of ['', '-wal']) if (existsSync(from + end)) copyFileSync(from + end, path() + end)
      const store = await open()
      await before?.close()
      return store
    },

    close: async () => undefined,
    [Symbol.asyncDispose]: async () => opened?.close(),
  }
}

/** A schema of PostgreSQL. A crash leaves behind what was committed; the connections of before are let go. */
export function postgresGround(): Ground & AsyncDisposable {
  const schema = nextSchema()
  let clock: () => number = () => 0
  let opened: SessionStore | undefined

  /** Without its nodes: what they tell of themselves is no part of the model. */
  async function open(): Promise<SessionStore> {
    const { url } = await processPostgres()
    const options = { url: url(), schema, clock: () => clock(), patience: 5_000 }
    const { nodes: _nodes, feed: _feed, ...store } = await postgresStore(options)
    return store
  }

  return {
    name: 'postgres',
    crashCost: 4,

    async open(given) {
      clock = given
      if (opened === undefined) opened = await open()
      else await emptySchema(schema)
      return opened
    },

    async reopen(given) {
      clock = given
      const before = opened
      opened = await open()
      await before?.close()
      return opened
    },

    close: async () => undefined,
    [Symbol.asyncDispose]: async () => opened?.close(),
  }
}

/** A prefix of Redis for each run. A crash leaves behind what was answered; the connections of before are let go. */
export function redisGround(name: 'redis' | 'redis cluster'): Ground & AsyncDisposable {
  const openStore = { redis: openRedis, 'redis cluster': openRedisCluster }[name]
  let prefix = ''
  let clock: () => number = () => 0
  let opened: SessionStore | undefined

  /** Without its nodes: what they tell of themselves is no part of the model. */
  async function open(): Promise<SessionStore> {
    const before = opened
    const { nodes: _nodes, feed: _feed, ...store } = await openStore(() => clock(), prefix)
    await before?.close()
    opened = store
    return store
  }

  return {
    name,
    crashCost: 4,

    open(given) {
      clock = given
      prefix = nextPrefix()
      return open()
    },

    reopen(given) {
      clock = given
      return open()
    },

    close: async () => undefined,
    [Symbol.asyncDispose]: async () => opened?.close(),
  }
}

/** Makes a file as it was when it was new. To open another for each run would take longer than the run. */
function empty(path: string): void {
  const database = new DatabaseSync(path, { timeout: 5_000 })
  const tables = database.prepare("select name from sqlite_schema where type = 'table'").all()
  database.exec('begin immediate')
  for (const { name } of tables) {
    if (name !== 'migrations' && name !== 'head') database.exec(`delete from ${name}`)
  }
  database.exec('update head set position = 0, floor = 0')
  database.exec('commit')
  database.close()
}
