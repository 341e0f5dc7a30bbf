/**
 * Forgetting the far end of the journal.
 *
 * @module
 */
import type { Transaction } from '../engine.ts'

/** Entries that one write forgets at the most, so that others get in between. */
const MOST = 10_000

/** How much of the journal is kept: entries, and milliseconds. */
export interface TrimRequest {
  readonly entries: number
  readonly age: number
}

/** Forgets entries beyond a number or an age. Returns how many. */
export async function trim(tx: Transaction, { entries, age }: TrimRequest): Promise<number> {
  const head = await tx.first(tx.statements.readHead, {})
  const floor = head?.floor ?? 0
  const last = await tx.position()
  const aged = (await tx.first(tx.statements.lastBefore, { before: tx.now - age }))?.position ?? 0
  const next = Math.min(Math.max(aged, last - entries), floor + MOST)
  if (next <= floor) return 0
  await tx.run(tx.statements.writeFloor, { floor: next })
  return tx.run(tx.statements.deleteEvents, { floor: next })
}
