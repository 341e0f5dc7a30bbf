/**
 * Talking to Redis, whether one server or a cluster.
 *
 * @module
 */
import type { Argument, Script } from './script.ts'

/**
 * Redis, as the store uses it: 58 partitions, each on the one master that has its slot.
 *
 * Text is UTF-8 in both directions. A fault is a `RollcallError`:
 *
 * - `store-unavailable`: nothing was changed. Redis was not reached, or refused (loading, read-only, out of memory,
 *   cluster down, too few replicas), or it was a read.
 * - `outcome-unknown`: a script that may change something was sent, and no answer came in time; or, where writes are
 *   to be replicated, too few replicas confirmed it.
 */
export interface RedisClient {
  /**
   * Runs a script where a partition is kept; all keys are of that partition. Answers what the script returned: text,
   * whole numbers, null for `false` and `nil`, arrays of these. A write has been confirmed as the client was told to
   * ask for, when this resolves. Nothing that may have been done is sent again.
   */
  run(script: Script, partition: string, keys: readonly string[], args: readonly Argument[]): Promise<unknown>

  /** Sends a command that only reads where a partition is kept; its keys are of that partition. */
  read(partition: string, command: string, ...args: readonly Argument[]): Promise<unknown>

  /**
   * Partitions, gathered by the master that keeps them just now: what a read of many of them may ask for at once. Those
   * of one group are still in slots of their own, unless `together` says that one command may name all of them.
   */
  groups(): Promise<readonly PartitionGroup[]>

  /** Lets go of all connections. */
  close(): Promise<void>
}

/** Partitions that one master keeps. */
export interface PartitionGroup {
  readonly partitions: readonly string[]

  /** Whether one command may name keys of all of them: not in a cluster. */
  readonly together: boolean
}
