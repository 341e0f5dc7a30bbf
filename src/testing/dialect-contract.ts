/**
 * The dialect contract, as data: every promise, and how to see that it is kept. For any test runner.
 *
 * @module
 */
import { answeringPromises } from './dialect-contract/answering.ts'
import type { DialectCase } from './dialect-contract/case.ts'
import { refusingPromises } from './dialect-contract/refusing.ts'

export type { DialectCase } from './dialect-contract/case.ts'
export type {
  Carrier,
  Cast,
  DescribedRoute,
  DialectBench,
  DialectDescription,
  DialectRequest,
  MakeDialectBench,
  Need,
} from './dialect-contract/described.ts'

/**
 * Every promise that a dialect makes, whatever API it speaks.
 *
 * @example
 * ```ts
 * for (const { promise, check } of dialectContract) test(promise, () => check(makeMyBench, myDescription))
 * ```
 */
export const dialectContract: readonly DialectCase[] = [...refusingPromises, ...answeringPromises]
