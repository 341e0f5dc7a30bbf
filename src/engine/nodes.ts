/**
 * Looking at the nodes that share the store.
 *
 * @module
 */
import type { Env } from '../core/env.ts'
import { MEMBERSHIP } from '../core/node.ts'
import { BEGINNING } from '../core/position.ts'
import type { SessionStore } from '../core/store.ts'
import type { Nodes } from './administration.ts'
import type { Lease } from './lease.ts'
import type { NodeIdentity } from './membership.ts'

/** What looking at nodes needs. */
export interface NodeListParts {
  readonly store: Pick<SessionStore, 'nodes' | 'now'>
  readonly env: Env
  readonly identity: NodeIdentity
  readonly lease: Lease
  readonly position: () => string | undefined
}

/** Makes the nodes' part of the engine. A store that nobody shares has one node, which joined when it began. */
export function nodeList({ store, env, identity, lease, position }: NodeListParts): Nodes {
  const { nodes } = store
  const began = env.monotonic()

  return {
    own: identity,
    async list() {
      if (nodes !== undefined) return nodes.list()
      const at = await store.now()
      const now = env.monotonic()
      const own = {
        ...identity,
        position: position() ?? BEGINNING,
        lease: lease.span,
        joinedAt: Math.round(at - (now - began)),
        renewedAt: at,
        leaseUntil: Math.round(at + Math.max(0, lease.until() - now)),
        memberUntil: at + MEMBERSHIP,
      }
      return { nodes: [own], at }
    },
  }
}
