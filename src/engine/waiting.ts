/**
 * Waiting until an end is known everywhere.
 *
 * @module
 */
import { RollcallError } from '../core/errors.ts'
import type { SessionStore } from '../core/store.ts'
import { type Duration, toMilliseconds } from '../core/time.ts'
import type { Ended, WaitRequest } from './ended.ts'
import { countLines } from './line-count.ts'
import type { Receipts } from './receipts.ts'
import { requireOneOf } from './validate.ts'

/** What waiting needs. */
export interface WaitingParts {
  readonly store: SessionStore
  readonly receipts: Pick<Receipts, 'wait'>
}

/** How an end is handed on. */
export interface Waiting {
  /** The store to end with. */
  readonly store: SessionStore

  /** Hands on what was done: at once, or once all nodes have heard of it. */
  settle<Done extends Ended>(done: Done): Promise<Done>
}

/** Makes what an end is handed on with. Only where somebody waits, lines are counted. @throws RollcallError `bad-request` */
export function waiter({ store, receipts }: WaitingParts, { wait, timeout }: WaitRequest): Waiting {
  if (wait === undefined && timeout !== undefined)
    throw new RollcallError('bad-request', 'A timeout is for waiting: add wait: "all".')
  if (wait === undefined) return { store, settle: async (done) => done }
  requireOneOf(wait, 'wait', ['all'])
  const patience = toPatience(timeout ?? '2s')
  const counting = countLines(store)
  return {
    store: counting.store,
    async settle(done) {
      const receipt = await receipts.wait(done.receipt.position, patience, counting.isHolder)
      return { ...done, receipt: counting.sign(receipt) }
    },
  }
}

/** How long anybody may wait for nodes, in milliseconds. */
const LONGEST_WAIT = 30_000

function toPatience(timeout: Duration): number {
  const milliseconds = toMilliseconds(timeout, 'timeout')
  if (milliseconds > 0 && milliseconds <= LONGEST_WAIT) return milliseconds
  throw new RollcallError('bad-request', 'A timeout is from 1ms to 30s.')
}
