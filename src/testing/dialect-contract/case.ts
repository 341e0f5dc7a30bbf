/**
 * A promise of the dialect contract.
 *
 * @module
 */
import type { DialectDescription, MakeDialectBench } from './described.ts'

/** One promise that a dialect makes, and how to see that it is kept. The check throws where it is not. */
export interface DialectCase {
  readonly promise: string
  readonly check: (makeBench: MakeDialectBench, description: DialectDescription) => Promise<void>
}
