/**
 * Ending the lines of nodes that are not there any more.
 *
 * @module
 */
import { MEMBERSHIP, type NodeRegistry } from '../core/node.ts'
import type { SessionRecord } from '../core/session.ts'
import type { NewEnding, SessionReads, SessionWrites } from '../core/store.ts'

/** What it takes. */
export interface StrandedParts {
  readonly store: Pick<SessionReads, 'stranded'> & Pick<SessionWrites, 'end'>

  /** Absent where this node is the only one: then whatever another id holds is from before this start. */
  readonly nodes?: NodeRegistry

  /** The id of this node. */
  readonly node: string
}

/**
 * Ends live lines that no node holds any more, at most `limit`, as `node-lost`. Returns how many.
 *
 * The lines are looked for first, and the nodes are looked at afterwards: so a line that a newcomer opened meanwhile stays,
 * since its node is there by then. Ends nothing unless this node has been there for as long as a membership lasts: where the
 * list of nodes was lost, all others have had the time to join again.
 */
export async function endStranded({ store, nodes, node }: StrandedParts, limit: number): Promise<number> {
  const known = (await nodes?.list())?.nodes.map(({ id }) => id) ?? [node]
  const found = await store.stranded(known, limit)
  if (found.length === 0) return 0
  const held = nodes === undefined ? known : await holders(nodes, node)
  const lost = found.filter((record) => held !== undefined && !held.includes(record.node ?? ''))
  let count = 0
  for (const [realm, records] of Map.groupBy(lost, (record) => record.realm))
    count += await endAll(store, realm, records)
  return count
}

/** Every node that is there; undefined where this one cannot tell, as it is not there itself, or only just. */
async function holders(nodes: NodeRegistry, own: string): Promise<readonly string[] | undefined> {
  const { nodes: present, at } = await nodes.list()
  const self = present.find(({ id }) => id === own)
  if (self === undefined || at - self.joinedAt < MEMBERSHIP) return undefined
  return present.map(({ id }) => id)
}

async function endAll(
  store: StrandedParts['store'],
  realm: string,
  records: readonly SessionRecord[],
): Promise<number> {
  const ids = records.map(({ id }) => id)
  const { ended } = await store.end({ realm, ids }, NODE_LOST, ids.length)
  return ended.length
}

const NODE_LOST: NewEnding = { reason: 'node-lost', by: { kind: 'system', id: 'nodes' } }
