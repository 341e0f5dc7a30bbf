/**
 * What stores that share a place promise, as data: for any test runner, beside the store contract.
 *
 * @module
 */
import { sharingPromises } from './contract/sharing.ts'
import type { SharedCase } from './contract/sharing-bench.ts'
import { nodePromises } from './contract/sharing-nodes.ts'

export type { MakeShared, SharedCase, SharedPlace } from './contract/sharing-bench.ts'

/**
 * Every promise of stores that share a place, as several nodes do.
 *
 * @example
 * ```ts
 * for (const { promise, check } of sharedStoreContract) test(promise, () => check(makeMyPlace))
 * ```
 */
export const sharedStoreContract: readonly SharedCase[] = [...sharingPromises, ...nodePromises]
