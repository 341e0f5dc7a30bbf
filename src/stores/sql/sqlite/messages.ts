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

  /** What the database or the system said, in its own words. */
  readonly cause?: string
}

/** What a thread is, when it starts. */
export interface ThreadRole {
  readonly role: 'writer' | 'reader'
  readonly path: string
}

/** Packs a fault. Whatever SQLite says of itself means that the store cannot be used just now. */
export function packFault(fault: unknown): PackedFault {
  if (isRollcallError(fault)) return { code: fault.code, message: fault.message, details: fault.details }
  const cause = fault instanceof Error ? fault.message : String(fault)
  if (!isOfDatabase(fault)) return { code: 'internal', message: cause, details: {}, cause }
  return { code: 'store-unavailable', message: explain(cause), details: {}, cause }
}

/** Unpacks a fault. */
export function unpackFault({ code, message, details, cause }: PackedFault): RollcallError {
  return new RollcallError(code, message, details, cause)
}

/** Where SQLite says that a constraint failed, the mistake is ours and not the database's. */
const SQLITE_CONSTRAINT = 19

function isOfDatabase(fault: unknown): boolean {
  if (!(fault instanceof Error && 'code' in fault)) return false
  if (fault.code === 'ERR_INVALID_STATE') return true
  const errcode = 'errcode' in fault ? Number(fault.errcode) & 0xff : undefined
  return fault.code === 'ERR_SQLITE_ERROR' && errcode !== SQLITE_CONSTRAINT
}

const EXPLANATIONS: readonly (readonly [RegExp, string])[] = [
  [/full/i, 'The disk is full. Nothing was written; free some space, and Rollcall goes on by itself.'],
  [
    /locked|busy/i,
    'Another process holds the database. Nothing was written; close it, and Rollcall goes on by itself.',
  ],
  [/malformed|not a database/i, 'The database file is damaged. Stop Rollcall and restore a backup.'],
  [/not open/i, 'The database is closed. Restart Rollcall.'],
  [/readonly/i, 'The database file cannot be written. Check its owner and permissions.'],
]

function explain(message: string): string {
  const [, sentence] = EXPLANATIONS.find(([pattern]) => pattern.test(message)) ?? []
  return sentence ?? `The database failed (${message}). Nothing was written.`
}
