/**
 * The nodes that share the store.
 *
 * @module
 */
import {
  MEMBERSHIP,
  type NodeList,
  type NodeRecord,
  type NodeRegistry,
  type NodeReport,
} from '../../core/node.ts'
import { type Access, ask, textsOf } from './access.ts'
import { FIXED_PARTITION } from './keys.ts'
import { DROP_LOST, LEAVE, LIST_NODES, RENEW } from './scripts/nodes.ts'

/** Keeps them in one partition, by the clock of the master that has it. A lease that is renewed is not waited for twice. */
export function nodesOf(access: Access): NodeRegistry {
  return {
    async renew({ id, address, version, position, lease }) {
      const report = { id, version, position, lease, ...(address !== undefined && { address }) }
      await ask(access, RENEW, FIXED_PARTITION, { report })
    },
    async list(): Promise<NodeList> {
      const [at, ...texts] = textsOf(await ask(access, LIST_NODES, FIXED_PARTITION))
      const nodes = texts.map(readNode).sort((a, b) => a.joinedAt - b.joinedAt || (a.id < b.id ? -1 : 1))
      return { nodes, at: Number(at) }
    },
    async leave(id) {
      await ask(access, LEAVE, FIXED_PARTITION, { id })
    },
    dropLost: async () => textsOf(await ask(access, DROP_LOST, FIXED_PARTITION)),
  }
}

function readNode(text: string): NodeRecord {
  const kept = JSON.parse(text) as NodeReport & Pick<NodeRecord, 'joinedAt' | 'renewedAt'>
  return { ...kept, leaseUntil: kept.renewedAt + kept.lease, memberUntil: kept.renewedAt + MEMBERSHIP }
}
