/**
 * Counting the lines that an end means, by the node that holds each: so that a receipt can say who has cut what.
 *
 * @module
 */
import type { SessionKind, SessionRecord } from '../core/session.ts'
import type { EpochScope, SessionStore } from '../core/store.ts'
import type { Receipt } from './ended.ts'

/** A store that ends as another does, and counts lines as it goes. */
export interface LineCount {
  readonly store: SessionStore

  /** Whether a node held any of them. */
  isHolder(node: string): boolean

  /** Says in a receipt what became of them. A receipt of an end that meant none stays as it is. */
  sign(receipt: Receipt): Receipt
}

/** Lines that are counted at the most, where everything of a user or a realm ends. */
const MOST_COUNTED = 10_000

/** How many sessions are read at a time. */
const PAGE = 500

/** Counts the lines that a store ends from now on. What counting fails with does not hinder an end. */
export function countLines(store: SessionStore): LineCount {
  const byNode = new Map<string, number>()
  let exact = true

  function add(records: readonly SessionRecord[]): void {
    for (const { node } of records) if (node !== undefined) byNode.set(node, (byNode.get(node) ?? 0) + 1)
  }

  async function addScope(scope: EpochScope): Promise<void> {
    try {
      const found = await linesOf(store, scope)
      add(found.lines)
      exact &&= found.all
    } catch {
      exact = false
    }
  }

  return {
    store: {
      ...store,
      async end(selector, ending, limit) {
        const batch = await store.end(selector, ending, limit)
        add([...batch.ended, ...batch.descendants])
        return batch
      },
      async advanceEpoch(scope, ending) {
        await addScope(scope)
        return store.advanceEpoch(scope, ending)
      },
      async updateUser(realm, userId, patch, by) {
        if (patch.banned === true) await addScope({ realm, userId })
        return store.updateUser(realm, userId, patch, by)
      },
    },
    isHolder: (node) => byNode.has(node),
    sign: (receipt) => (exact && byNode.size === 0 ? receipt : signed(receipt, byNode, exact)),
  }
}

function signed(receipt: Receipt, byNode: ReadonlyMap<string, number>, exact: boolean): Receipt {
  const passed = receipt.nodes.filter((node) => node.passed)
  const matched = sum([...byNode.values()])
  const ended = sum(passed.map(({ id }) => byNode.get(id) ?? 0))
  return {
    ...receipt,
    nodes: receipt.nodes.map((node) => {
      const lines = byNode.get(node.id)
      return lines === undefined ? node : { ...node, lines }
    }),
    lines: { matched, ended, notReached: matched - ended, ...(!exact && { exact: false }) },
  }
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + count, 0)
}

/** Lines that were found, and whether these are all. */
interface FoundLines {
  readonly lines: readonly SessionRecord[]
  readonly all: boolean
}

/** The live lines of a scope, but for those under the login that is kept. */
async function linesOf(store: SessionStore, { realm, userId, except }: EpochScope): Promise<FoundLines> {
  const kept = except === undefined ? undefined : (await store.find(except))?.record
  const keptId = kept?.parentId ?? kept?.id
  const found = userId === undefined ? await linesOfAll(store) : await linesOfUser(store, realm, userId)
  const isMeant = (line: SessionRecord): boolean =>
    line.realm === realm && (keptId === undefined || line.parentId !== keptId)
  return { lines: found.slice(0, MOST_COUNTED).filter(isMeant), all: found.length <= MOST_COUNTED }
}

function linesOfAll(store: SessionStore): Promise<readonly SessionRecord[]> {
  return store.stranded([], MOST_COUNTED + 1)
}

async function linesOfUser(
  store: SessionStore,
  realm: string,
  userId: string,
): Promise<readonly SessionRecord[]> {
  const ofKind = async (kind: SessionKind): Promise<readonly SessionRecord[]> => {
    const lines: SessionRecord[] = []
    let cursor: string | undefined
    do {
      const from = cursor === undefined ? {} : { cursor }
      const page = await store.list({ realm, userId, kind, limit: PAGE, ...from })
      lines.push(...page.items.filter(({ node }) => node !== undefined))
      cursor = page.nextCursor
    } while (cursor !== undefined && lines.length <= MOST_COUNTED)
    return lines
  }
  return (await Promise.all([ofKind('connection'), ofKind('playback')])).flat()
}
