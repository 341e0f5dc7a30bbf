import assert from 'node:assert/strict'
import { MEMBERSHIP } from '../../../src/core/node.ts'
import type { SessionStore } from '../../../src/core/store.ts'
import type { SharedMutation } from './sharing.ts'

/** Careless ways to keep nodes, and to tell them news. */
export const NODE_MUTATIONS: Readonly<Record<string, SharedMutation>> = {
  'tells each time it is heard of that a node joined': (store) => ({
    nodes: {
      ...nodesOf(store),
      async renew(report) {
        await nodesOf(store).leave(report.id)
        await nodesOf(store).renew(report)
      },
    },
  }),
  'lets positions of nodes go back': (store, mine) => ({
    nodes: {
      ...nodesOf(store),
      async renew(report) {
        mine.set(report.id, report.position)
        await nodesOf(store).renew(report)
      },
      async list() {
        const { nodes, at } = await nodesOf(store).list()
        return {
          at,
          nodes: nodes.map((node) => ({ ...node, position: (mine.get(node.id) as string) ?? node.position })),
        }
      },
    },
  }),
  'lists a node only while it has its lease': (store) => ({
    nodes: {
      ...nodesOf(store),
      async list() {
        const { nodes, at } = await nodesOf(store).list()
        return { nodes: nodes.filter(({ leaseUntil }) => leaseUntil > at), at }
      },
      dropLost: async () => ['node_a'],
    },
  }),
  'lists nodes that were lost': (store, mine) => ({
    nodes: {
      ...nodesOf(store),
      async list() {
        const { nodes, at } = await nodesOf(store).list()
        for (const node of nodes) mine.set(node.id, node)
        return { nodes: [...mine.values()] as typeof nodes, at }
      },
    },
  }),
  'lists the latest node first': (store) => ({
    nodes: {
      ...nodesOf(store),
      async list() {
        const { nodes, at } = await nodesOf(store).list()
        return { nodes: [...nodes].reverse(), at }
      },
    },
  }),
  'drops a lost node as often as it is asked': (store) => ({
    nodes: {
      ...nodesOf(store),
      async dropLost() {
        await nodesOf(store).dropLost()
        return ['node_a', 'node_b']
      },
    },
  }),
  'takes a lost node for one that left': (store, mine) => ({
    nodes: {
      ...nodesOf(store),
      async renew(report) {
        mine.set(report.id, (await nodesOf(store).list()).at)
        await nodesOf(store).renew(report)
      },
      async dropLost() {
        const { at } = await nodesOf(store).list()
        const lost = [...mine].filter(([, seen]) => at - (seen as number) >= MEMBERSHIP).map(([id]) => id)
        for (const id of lost) await nodesOf(store).leave(id)
        return lost
      },
    },
  }),
  'lets nobody back in': (store, mine) => ({
    nodes: {
      ...nodesOf(store),
      async renew(report) {
        if (!mine.has(report.id)) await nodesOf(store).renew(report)
      },
      async leave(id) {
        mine.set(id, 'gone')
        await nodesOf(store).leave(id)
      },
      async dropLost() {
        const lost = await nodesOf(store).dropLost()
        for (const id of lost) mine.set(id, 'gone')
        return lost
      },
    },
  }),
  'dates a node that wakes up by when it fell asleep': (store, mine) => ({
    nodes: {
      ...nodesOf(store),
      async list() {
        const { nodes, at } = await nodesOf(store).list()
        const joined = (id: string, joinedAt: number): number => {
          if (!mine.has(id)) mine.set(id, joinedAt)
          return mine.get(id) as number
        }
        return { at, nodes: nodes.map((node) => ({ ...node, joinedAt: joined(node.id, node.joinedAt) })) }
      },
      async renew(report) {
        await nodesOf(store).renew(report)
        const { nodes } = await nodesOf(store).list()
        for (const { id, joinedAt } of nodes) if (!mine.has(id)) mine.set(id, joinedAt)
      },
    },
  }),
  'tells nobody that it has written': () => ({
    feed: { onNews: () => () => undefined, connected: () => true },
  }),
  'tells whoever has stopped to listen': (store) => ({
    feed: {
      onNews(listener) {
        store.feed?.onNews(listener)
        return () => undefined
      },
      connected: () => true,
    },
  }),
}

function nodesOf({ nodes }: SessionStore): NonNullable<SessionStore['nodes']> {
  assert.ok(nodes)
  return nodes
}
