/**
 * Numbers about a node among others: its lease, its store, its clock.
 *
 * @module
 */
import type { SessionManager } from '../engine/manager.ts'
import type { Reading, Sample } from './readings.ts'

/** What is read of a node. */
export function nodeReadings(sessions: SessionManager): readonly Reading[] {
  return [
    {
      type: 'gauge',
      name: 'rollcall_nodes',
      help: 'Nodes that share the store, by whether they may vouch for what they have at hand. Missing while the store is away.',
      labels: ['lease'],
      read: () => countNodes(sessions).catch(() => []),
    },
    {
      type: 'gauge',
      name: 'rollcall_lease_remaining_seconds',
      help: 'For how much longer this node may vouch for what it has at hand; 0 where it asks the store each time.',
      read: () => [{ value: sessions.stats().leaseRemaining / 1_000 }],
    },
    {
      type: 'gauge',
      name: 'rollcall_lease_lost',
      help: '1 while this node has no lease and asks the store for every request; 0 also where none is wanted.',
      read: () => [{ value: sessions.stats().lease === 'lost' ? 1 : 0 }],
    },
    {
      type: 'gauge',
      name: 'rollcall_feed_connected',
      help: '1 while news of other nodes can be heard at once. Missing where there is no feed.',
      read() {
        const { feed } = sessions.stats()
        return feed === 'none' ? [] : [{ value: feed === 'connected' ? 1 : 0 }]
      },
    },
    {
      type: 'gauge',
      name: 'rollcall_breaker_open',
      help: '1 while the store is not asked because it does not answer. Missing where there is no breaker.',
      read() {
        const { breaker } = sessions.stats()
        return breaker === 'none' ? [] : [{ value: breaker === 'open' ? 1 : 0 }]
      },
    },
    {
      type: 'gauge',
      name: 'rollcall_clock_offset_seconds',
      help: "How much the store's clock is ahead of this machine's, about. The store's decides; nothing depends on this.",
      read() {
        const { clockOffset } = sessions.stats()
        return clockOffset === undefined ? [] : [{ value: clockOffset / 1_000 }]
      },
    },
    {
      type: 'counter',
      name: 'rollcall_unknown_outcomes_total',
      help: 'Writes of which it is not known whether they took effect.',
      read: () => [{ value: sessions.stats().unknownOutcomes }],
    },
  ]
}

async function countNodes(sessions: SessionManager): Promise<readonly Sample[]> {
  const { nodes, at } = await sessions.nodes.list()
  const live = nodes.filter(({ leaseUntil }) => leaseUntil > at).length
  return [
    { value: live, labels: { lease: 'live' } },
    { value: nodes.length - live, labels: { lease: 'over' } },
  ]
}
