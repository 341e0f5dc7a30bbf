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
  const last = head?.position ?? 0
  const oldest = { floor, until: floor + MOST, since: tx.now - age }
  const kept = (await tx.first(tx.statements.firstSince, oldest))?.position ?? floor + MOST + 1
  const next = Math.min(Math.max(kept - 1, last - entries), floor + MOST, last)
  if (next <= floor) return 0
  const forgotten = await tx.run(tx.statements.deleteEvents, { floor: next })
  await tx.run(tx.statements.writeFloor, { floor: next })
  return forgotten
}
