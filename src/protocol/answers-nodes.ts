/**
 * Schemas of what is told of nodes: who they are, what they have heard of, how this one stands.
 *
 * @module
 */
import Type, { type TProperties, type TUnsafe } from 'typebox'
import { exactly, flag, listOf, maybe, moment, number, oneOf, text, thing } from './answers-words.ts'
import type { WireNode } from './shapes.ts'

/** What is known of one node after an end. */
export type WireNodeReceipt = { readonly id: string; readonly address?: string; readonly lines?: number } & (
  | { readonly passed: true; readonly took: number }
  | { readonly passed: false; readonly lease: 'live' | 'over' }
)

/** Where in the journal an end stands, and who is known to have heard of it. */
export interface WireReceipt {
  readonly position: string
  readonly nodes: readonly WireNodeReceipt[]
  readonly everywhere?: boolean
  readonly lines?: WireLinesReceipt
}

/** What became of the lines that an end meant. */
export interface WireLinesReceipt {
  readonly matched: number
  readonly ended: number
  readonly notReached: number
  readonly exact?: false
}

/** How this node stands. */
export interface WireReadiness {
  readonly store: 'answers' | 'away'
  readonly lease: 'held' | 'lost' | 'none'
  readonly feed: 'connected' | 'silent' | 'none'
  readonly breaker: 'closed' | 'open' | 'none'
}

/** What is told of nodes, by the names of their schemas. */
export interface WireNodes {
  readonly Receipt: WireReceipt
  readonly Node: WireNode
  readonly NodeList: { readonly items: readonly WireNode[]; readonly at: string }
}

const ID = text('Made anew by each start.', 'node_8sJk2mQvR4tYxW9aBcDeFg')
const ADDRESS = maybe(text('Where it is reached.', 'http://10.0.0.5:4780'))

const LINES = maybe(number('Lines among what ended that it held, where there were any.', 2))

const NODE_RECEIPT: TUnsafe<WireNodeReceipt> = Type.Unsafe({
  description: 'What is known of a node.',
  oneOf: [
    thing('It refuses what ended.', {
      id: ID,
      address: ADDRESS,
      lines: LINES,
      passed: exactly(true, 'It has heard of the end.'),
      took: number('Milliseconds from the end being written to this being known.', 12),
    }),
    thing('It was not heard of.', {
      id: ID,
      address: ADDRESS,
      lines: LINES,
      passed: exactly(false, 'It has not said that it has heard of the end.'),
      lease: oneOf(
        ['live', 'over'] as const,
        '`over`: it vouches for nothing, and asks the store. `live`: it did not answer in time.',
        'live',
      ),
    }),
  ],
})

/** Their schemas. */
export const NODES: { readonly [Name in keyof WireNodes]: TUnsafe<WireNodes[Name]> } = {
  Receipt: thing('Proof of when an end was written, and of who has heard of it.', {
    position: text(
      'Where it stands in the journal. Whoever has passed it has heard of all of the end.',
      '43',
    ),
    nodes: listOf(
      NODE_RECEIPT,
      'With `wait=all`: the nodes that might vouch for a session when the end was written. Else none.',
      [],
    ),
    everywhere: maybe(flag('With `wait=all`: whether every one of them refuses what ended.')),
    lines: maybe(
      thing('With `wait=all`, where lines were among what ended: what became of them.', {
        matched: number('How many there were.', 2),
        ended: number('Those of nodes that have heard of the end, and so have cut them.', 2),
        notReached: number('Those of nodes that were not heard of in time.', 0),
        exact: maybe(exactly(false, 'There were more than are counted, or they could not be counted.')),
      }),
    ),
  }),

  Node: thing('A process that shares the store.', {
    id: ID,
    address: ADDRESS,
    version: text('The version of Rollcall that it runs.', '0.1.0'),
    position: text('How far it has read the journal and acted on it.', '43'),
    joinedAt: moment('When it joined.'),
    renewedAt: moment('When it last renewed its lease.'),
    leaseUntil: moment('Until when it may vouch for what it has at hand.'),
    lease: oneOf(['live', 'over'] as const, 'Whether it may just now; else it asks the store.', 'live'),
    own: flag('Whether it is the one that answers.', true),
  }),

  NodeList: thing('The nodes that share the store.', {
    items: listOf(Type.Unsafe<WireNode>({ $ref: 'Node#' }), 'In the order in which they joined.'),
    at: moment("The store's clock when it looked."),
  }),
}

/** That a session was served without asking anybody. */
export const STALE: TUnsafe<true> = Type.Unsafe<true>(
  exactly(
    true,
    'The store is away, and this is of what was at hand when the lease ended. Only where `--serve-stale` allows it.',
  ),
)

const FACTS = {
  store: oneOf(['answers', 'away'] as const, 'Whether the store answers.', 'answers'),
  lease: oneOf(
    ['held', 'lost', 'none'] as const,
    'Whether this node may vouch for what it has at hand; where it is lost, it asks the store.',
    'held',
  ),
  feed: oneOf(
    ['connected', 'silent', 'none'] as const,
    'Whether news of other nodes can be heard at once; where it is silent, the journal is read in time.',
    'connected',
  ),
  breaker: oneOf(
    ['closed', 'open', 'none'] as const,
    '`open` while the store is not asked because it does not answer.',
    'closed',
  ),
}

/** The fields of readiness. */
export const READINESS: TProperties = FACTS

/** The same, each of which may be absent. */
export const MAYBE_READINESS: TProperties = Object.fromEntries(
  Object.entries(FACTS).map(([name, schema]) => [name, maybe(schema)]),
)
