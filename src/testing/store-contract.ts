/**
 * The store contract, as data: every promise, and how to see that it is kept. For any test runner.
 *
 * @module
 */
import { denyingPromises } from './contract/denying.ts'
import { endingPromises } from './contract/ending.ts'
import { givingWayPromises } from './contract/giving-way.ts'
import { insertingPromises } from './contract/inserting.ts'
import { journalPromises } from './contract/journal.ts'
import { linePromises } from './contract/lines.ts'
import { listingPromises } from './contract/listing.ts'
import { massPromises } from './contract/mass-ending.ts'
import { portablePromises } from './contract/portable.ts'
import { rotatingPromises } from './contract/rotating.ts'
import { searchingPromises } from './contract/searching.ts'
import { timePromises } from './contract/time.ts'
import { userPromises } from './contract/users-and-keys.ts'
import type { ContractCase } from './contract/workbench.ts'

export type { ContractCase, MakeStore, Workbench } from './contract/workbench.ts'

/**
 * Every promise of `SessionStore`.
 *
 * @example
 * ```ts
 * for (const { promise, check } of storeContract) test(promise, () => check(makeMyStore))
 * ```
 */
export const storeContract: readonly ContractCase[] = [
  ...insertingPromises,
  ...givingWayPromises,
  ...denyingPromises,
  ...endingPromises,
  ...massPromises,
  ...timePromises,
  ...listingPromises,
  ...linePromises,
  ...rotatingPromises,
  ...searchingPromises,
  ...userPromises,
  ...journalPromises,
  ...portablePromises,
]
