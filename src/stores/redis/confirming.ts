/**
 * Writes that count only once replicas have them.
 *
 * @module
 */
import { RollcallError } from '../../core/errors.ts'
import { NOT_SENT } from './faults.ts'
import type { Line } from './lines.ts'

/** Sends writes over one connection and waits for its replicas: those of one turn together, one turn after the other. */
export interface Confirming {
  /**
   * Sends one write and answers what it returned, once replicas have it.
   *
   * @throws RollcallError `outcome-unknown` where too few confirm it in time: it is done here and may be lost.
   */
  write(send: () => Promise<unknown>): Promise<unknown>
}

/** How many replicas must confirm, and for how long they may take, in milliseconds. */
export interface Confirmation {
  readonly replicas: number
  readonly within: number
}

/** Confirms the writes of one connection, over which nothing else is written. */
export function confirmingOn(line: Line, { replicas, within }: Confirmation): Confirming {
  let waiting: Waiting[] = []
  let turning = false

  async function turn(): Promise<void> {
    turning = true
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      const answers = batch.map(({ send }) => send())
      const confirmed = line.call('WAIT', replicas, within)
      const [enough, ...settled] = await Promise.allSettled([confirmed, ...answers])
      for (const [index, answer] of settled.entries()) settle(batch[index], answer, enough, replicas)
    }
    turning = false
  }

  return {
    write: (send) =>
      new Promise((resolve, reject) => {
        waiting.push({ send, resolve, reject })
        if (!turning) void turn()
      }),
  }
}

interface Waiting {
  readonly send: () => Promise<unknown>
  resolve(answer: unknown): void
  reject(fault: unknown): void
}

function settle(
  one: Waiting | undefined,
  answer: PromiseSettledResult<unknown> | undefined,
  enough: PromiseSettledResult<unknown>,
  replicas: number,
): void {
  if (answer?.status === 'rejected') one?.reject(answer.reason)
  else if (enough.status === 'rejected') one?.reject(afterTheFact(enough.reason))
  else if (Number(enough.value) < replicas) one?.reject(tooFew(Number(enough.value), replicas))
  else one?.resolve(answer?.value)
}

function tooFew(confirmed: number, wanted: number): RollcallError {
  return new RollcallError(
    'outcome-unknown',
    `Redis did it, but ${confirmed} of the ${wanted} replicas that were to confirm it did: it may be lost. ` +
      'Ask again; see that the replicas are connected (INFO replication).',
  )
}

/** A fault that came after the write was carried out must not look as though it had not been. */
function afterTheFact(fault: unknown): RollcallError {
  const message = fault instanceof Error ? fault.message : String(fault)
  return new RollcallError(
    'outcome-unknown',
    `Redis did it, but could not be asked whether its replicas have it: ${message.replace(NOT_SENT, 'the connection was lost')}.`,
    {},
    fault,
  )
}
