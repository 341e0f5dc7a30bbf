/**
 * What the main thread and the threads of a SQLite store say to each other.
 *
 * @module
 */
import {
  type FailureCode,
  type FailureDetails,
  isRollcallError,
  RollcallError,
} from '../../../core/errors.ts'
import type { Instant } from '../../../core/time.ts'

/** One thing to be done, with the moment at which it was asked for. */
export interface Task {
  readonly name: string
  readonly at: Instant
  readonly request: unknown
}

/** Tasks that are done together: by the writer, in one transaction. */
export interface Batch {
  readonly number: number
  readonly tasks: readonly Task[]
}

/** What became of each task of a batch, in order. */
export interface BatchAnswer {
  readonly number: number
  readonly outcomes: readonly Outcome[]
}

/** What became of one task. */
export type Outcome =
  | { readonly ok: true; readonly answer: unknown }
  | { readonly ok: false; readonly fault: PackedFault }

/** A fault in a form that crosses from thread to thread. */
export interface PackedFault {
  readonly code: FailureCode
  readonly message: string
  readonly details: FailureDetails
}

/** What a thread is, when it starts. */
export interface ThreadRole {
  readonly role: 'writer' | 'reader'
  readonly path: string
}

/** Packs a fault. Whatever SQLite says of itself means that the store cannot be used just now. */
export function packFault(fault: unknown): PackedFault {
  if (isRollcallError(fault)) return { code: fault.code, message: fault.message, details: fault.details }
  const message = fault instanceof Error ? fault.message : String(fault)
  const code: FailureCode = isSqliteFault(fault) ? 'store-unavailable' : 'internal'
  return { code, message: isSqliteFault(fault) ? explain(message) : message, details: {} }
}

/** Unpacks a fault. */
export function unpackFault({ code, message, details }: PackedFault): RollcallError {
  return new RollcallError(code, message, details)
}

function isSqliteFault(fault: unknown): boolean {
  return fault instanceof Error && 'code' in fault && fault.code === 'ERR_SQLITE_ERROR'
}

const EXPLANATIONS: readonly (readonly [RegExp, string])[] = [
  [/full/i, 'The disk is full. Nothing was written; free some space, and Rollcall goes on by itself.'],
  [
    /locked|busy/i,
    'Another process holds the database. Nothing was written; close it, and Rollcall goes on by itself.',
  ],
  [/malformed|not a database/i, 'The database file is damaged. Stop Rollcall and restore a backup.'],
  [/readonly/i, 'The database file cannot be written. Check its owner and permissions.'],
]

function explain(message: string): string {
  const [, sentence] = EXPLANATIONS.find(([pattern]) => pattern.test(message)) ?? []
  return sentence ?? `The database failed (${message}). Nothing was written.`
}
