import type { Unsubscribe } from '../../src/core/events.ts'
import type { Feed } from '../../src/core/feed.ts'
import { MEMBERSHIP, type NodeRecord, type NodeRegistry } from '../../src/core/node.ts'
import { joinPositions } from '../../src/core/position.ts'
import type { SessionStore } from '../../src/core/store.ts'
import type { Instant } from '../../src/core/time.ts'
import { append, emptyState, type State } from '../../src/stores/memory/state.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import type { SharedPlace } from '../../src/testing/shared-store-contract.ts'

/** A place in memory that several stores share, with their nodes and a bus between them. */
export interface SharedMemory extends SharedPlace {
  open(): Promise<SessionStore>

  /** Cuts the bus between the stores, and joins it again. */
  cut(): void
  join(): void
}

/** Makes one. Each store over it has a registry of nodes and a feed, as PostgreSQL and Redis have. */
export function sharedMemory(clock: () => Instant): SharedMemory {
  const state = emptyState(clock)
  const nodes = new Map<string, NodeRecord>()
  const bus = { cut: false, listeners: new Map<object, Set<() => void>>() }

  function publish(from: object): void {
    if (bus.cut) return
    for (const [owner, listeners] of bus.listeners) if (owner !== from) for (const tell of listeners) tell()
  }

  function speaking(store: SessionStore, owner: object): SessionStore {
    return new Proxy(store, {
      get(_target, property) {
        const value: unknown = Reflect.get(store, property)
        if (typeof value !== 'function') return value
        return async (...given: readonly unknown[]) => {
          const before = state.head
          const answer: unknown = await Reflect.apply(value, store, given)
          if (state.head > before) publish(owner)
          return answer
        }
      },
    })
  }

  return {
    async open() {
      const owner = {}
      const bare = memoryStore({ clock, state })
      const feed: Feed = {
        onNews: (listener): Unsubscribe => {
          const listeners = bus.listeners.get(owner) ?? new Set()
          bus.listeners.set(owner, listeners.add(listener))
          return () => void listeners.delete(listener)
        },
        connected: () => !bus.cut,
      }
      return {
        ...bare,
        ...methodsOf(speaking(bare, owner), bare),
        name: 'shared memory',
        nodes: registry(state, nodes, clock, () => publish(owner)),
        feed,
        close: async () => void bus.listeners.delete(owner),
      }
    },
    cut: () => (bus.cut = true),
    join() {
      bus.cut = false
      publish({})
    },
  }
}

function methodsOf(from: SessionStore, like: SessionStore): Partial<SessionStore> {
  return Object.fromEntries(Object.keys(like).map((name) => [name, Reflect.get(from, name)]))
}

function registry(
  state: State,
  nodes: Map<string, NodeRecord>,
  clock: () => Instant,
  publish: () => void,
): NodeRegistry {
  function tell(type: 'node.joined' | 'node.left', { id, address, version }: NodeRecord, lost = false): void {
    const node = { id, version, ...(address !== undefined && { address }) }
    if (type === 'node.joined') append(state, { at: clock(), realm: '*', type, node })
    else append(state, { at: clock(), realm: '*', type, node, lost })
    publish()
  }

  function takeOut(record: NodeRecord, lost: boolean): string {
    nodes.delete(record.id)
    tell('node.left', record, lost)
    return record.id
  }

  return {
    async renew(report) {
      const at = clock()
      const kept = nodes.get(report.id)
      if (kept !== undefined && kept.memberUntil <= at) takeOut(kept, true)
      const known = nodes.get(report.id)
      const record: NodeRecord = {
        ...report,
        position: joinPositions([known?.position ?? '0', report.position]),
        joinedAt: known?.joinedAt ?? at,
        renewedAt: at,
        leaseUntil: at + report.lease,
        memberUntil: at + MEMBERSHIP,
      }
      nodes.set(report.id, record)
      if (known === undefined) tell('node.joined', record)
    },
    async list() {
      const at = clock()
      const members = [...nodes.values()].filter(({ memberUntil }) => memberUntil > at)
      return { nodes: members.sort((a, b) => a.joinedAt - b.joinedAt), at }
    },
    async leave(id) {
      const known = nodes.get(id)
      if (known !== undefined) takeOut(known, false)
    },
    async dropLost() {
      const at = clock()
      return [...nodes.values()]
        .filter(({ memberUntil }) => memberUntil <= at)
        .map((record) => takeOut(record, true))
    },
  }
}
