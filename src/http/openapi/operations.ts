/**
 * What is said of every operation of the native API.
 *
 * @module
 */
import { HOLDER_OPERATIONS } from './holder-operations.ts'
import { LINE_OPERATIONS } from './line-operations.ts'
import type { Operation, OperationName } from './operation.ts'
import { OPERATOR_OPERATIONS } from './operator-operations.ts'
import { SERVER_OPERATIONS } from './server-operations.ts'
import { SESSION_OPERATIONS } from './session-operations.ts'

/** A row for each. A route without a row is a fault that a test finds. */
export const OPERATIONS: Readonly<Partial<Record<OperationName, Operation>>> = {
  ...HOLDER_OPERATIONS,
  ...LINE_OPERATIONS,
  ...SESSION_OPERATIONS,
  ...OPERATOR_OPERATIONS,
  ...SERVER_OPERATIONS,
}
