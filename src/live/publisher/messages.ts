/**
 * What the publisher's two threads say to each other.
 *
 * @module
 */
import type { FailureCode, FailureDetails } from '../../core/errors.ts'
import type { PublisherEvent } from './contract.ts'
import type { Relay } from './relay.ts'

/** What may be asked of the thread. */
export type Call = 'answerPublisher' | 'answerViewer' | 'offerViewer' | 'acceptAnswer' | 'statistics'

/** A question, or an order that nobody waits for. */
export type ToWorker =
  | {
      readonly type: 'call'
      readonly id: number
      readonly call: Call
      readonly arguments: readonly unknown[]
    }
  | { readonly type: 'cut'; readonly peer: string }
  | { readonly type: 'close' }

/** An answer, or something that happened. */
export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'done'; readonly id: number; readonly value: unknown }
  | { readonly type: 'refused'; readonly id: number; readonly refusal: Refusal }
  | { readonly type: 'event'; readonly event: PublisherEvent }
  | { readonly type: 'fault'; readonly message: string }

/** A failure on its way between threads. */
export interface Refusal {
  readonly code: FailureCode
  readonly message: string
  readonly details: FailureDetails
}

/** What a call answers. */
export type Answer<Name extends Call> = ReturnType<Relay[Name]>
