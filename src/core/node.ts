/**
 * Nodes: the processes that share a store, each with the lease by which it may vouch for what it has at hand.
 *
 * @module
 */
import type { Instant } from './time.ts'

/** How long a node that is not heard of still counts as one, in milliseconds. After that its lines are lost. */
export const MEMBERSHIP = 15_000

/** What a node says of itself each time it renews its lease. */
export interface NodeReport {
  /** `node_…`, made anew by each start. */
  readonly id: string

  /** Where other nodes and operators reach it, such as `http://10.0.0.5:4780`. */
  readonly address?: string

  /** The version of Rollcall that it runs. */
  readonly version: string

  /** How far it has read the journal and acted on it. */
  readonly position: string

  /** How long from now it may vouch for what it has at hand without renewing, in milliseconds. */
  readonly lease: number
}

/** A node as the store knows it, by the store's clock. */
export interface NodeRecord extends NodeReport {
  readonly joinedAt: Instant

  /** When it last renewed its lease. */
  readonly renewedAt: Instant

  /** Until when it may vouch for what it has at hand: from then on it asks the store. */
  readonly leaseUntil: Instant

  /** Until when it counts as a node. */
  readonly memberUntil: Instant
}

/** Every node, and the store's clock when it looked. */
export interface NodeList {
  /** In the order in which they joined. */
  readonly nodes: readonly NodeRecord[]
  readonly at: Instant
}

/**
 * The nodes that share a store.
 *
 * That a node joined or left is an entry of the journal, written in the same step. None of this needs to outlive a crash
 * of the store: whoever is alive renews.
 */
export interface NodeRegistry {
  /** Renews a lease, and lets a node join that is not there (any more). A position never goes back. */
  renew(report: NodeReport): Promise<void>

  /** Lists those that count as nodes: a node whose membership is over is not among them. */
  list(): Promise<NodeList>

  /** Takes a node out at once. One that is not there is no fault. */
  leave(id: string): Promise<void>

  /** Takes out the nodes whose membership is over, and returns their ids. */
  dropLost(): Promise<readonly string[]>
}
