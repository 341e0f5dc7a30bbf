/**
 * What an end is told, what it answers, and who is known to have heard of it.
 *
 * @module
 */
import type { DenyKey } from '../core/denial.ts'
import type { Actor, EndReason } from '../core/session.ts'
import type { Duration } from '../core/time.ts'

/** Whether to wait until an end is known everywhere. */
export interface WaitRequest {
  /** Answers once every node that may vouch for a session, or held a line that ended, has heard of it. At once unless told otherwise. */
  readonly wait?: 'all'

  /** How long to wait at the most; 2 s unless told otherwise, 30 s at most. */
  readonly timeout?: Duration
}

/** How to end. */
export interface EndRequest extends WaitRequest {
  /** `revoked` unless told otherwise. */
  readonly reason?: EndReason
  readonly by?: Actor

  /**
   * Keeps something of what was ended out for a time; with ids, also of what was over already. An end of a user keeps
   * out the user alone: other keys are refused. So is any key where everyone is ended.
   */
  readonly deny?: { readonly keys: readonly DenyKey[]; readonly span: Duration }

  /** Counts what would end, and ends nothing. */
  readonly dryRun?: boolean
}

/** What an end did. */
export interface Ended {
  /** Sessions that were pointed at; with a dry run, 0. */
  readonly ended: number

  /** Sessions that lived under them. */
  readonly descendants: number

  /** Sessions that were, or would be, pointed at. */
  readonly matched: number

  /** False where `matched` is about how many: a dry run counts exactly up to a bound. */
  readonly exact: boolean

  /** Proof of when: journal position, and the nodes known to have passed it. */
  readonly receipt: Receipt
}

/** Where in the journal an end stands, and who is known to have heard of it. */
export interface Receipt {
  /** Whoever has passed it has heard of all of the end. */
  readonly position: string

  /** Where somebody waited: the nodes that might vouch for a session when the end was written. */
  readonly nodes: readonly NodeReceipt[]

  /** Where somebody waited: whether none of them can answer otherwise any more. */
  readonly everywhere?: boolean

  /** Where somebody waited, and lines were among what ended. */
  readonly lines?: LinesReceipt
}

/** What became of the lines that an end meant. */
export interface LinesReceipt {
  readonly matched: number

  /** Lines of nodes that have passed the end, and so have cut them. */
  readonly ended: number

  /** Lines of nodes that were not heard of in time. They cut them as soon as they hear of it, or within their membership. */
  readonly notReached: number

  /** Where there were more than are counted, or they could not be counted. */
  readonly exact?: false
}

/** What is known of one node. */
export type NodeReceipt = {
  readonly id: string
  readonly address?: string

  /** Lines among what ended that it held, where there were any. */
  readonly lines?: number
} & (
  | {
      readonly passed: true

      /** Milliseconds from the end being written to this being known. */
      readonly took: number
    }
  | {
      readonly passed: false

      /** `over`: it may vouch for nothing, and asks the store. `live`: it did not answer in time, and still might. */
      readonly lease: 'live' | 'over'
    }
)
