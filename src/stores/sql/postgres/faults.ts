/**
 * What PostgreSQL and the way to it say when something goes wrong, and what that means.
 *
 * @module
 */
import { isRollcallError, RollcallError } from '../../../core/errors.ts'

/** What may be done about a fault. */
export type Remedy =
  /** Two writers crossed: the same again may go well. */
  | 'again'
  /** The database cannot be used just now, and the connection is worth nothing. */
  | 'reconnect'
  /** The database cannot do this just now. */
  | 'later'
  /** It will fail each time: the mistake is ours. */
  | 'never'

/** Tells what may be done about a fault, from its SQLSTATE (PostgreSQL documentation, appendix A). */
export function remedyFor(fault: unknown): Remedy {
  const code = sqlState(fault)
  if (isRollcallError(fault)) return fault.code === 'store-unavailable' ? 'reconnect' : 'never'
  if (code === undefined) return fault instanceof Error && isOfConnection(fault) ? 'reconnect' : 'never'
  return REMEDIES.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 'never'
}

/** The fault as the store throws it, where nothing was written. */
export function unavailable(fault: unknown): RollcallError {
  if (isRollcallError(fault)) return fault
  const cause = fault instanceof Error ? fault.message || fault.name : String(fault)
  if (remedyFor(fault) === 'never') return new RollcallError('internal', cause, {}, fault)
  return new RollcallError('store-unavailable', explain(cause, sqlState(fault)), {}, fault)
}

/** The fault as the store throws it, where a write may have been written. */
export function unknown(fault: unknown): RollcallError {
  if (isRollcallError(fault, 'outcome-unknown')) return fault
  const cause = fault instanceof Error ? fault.message : String(fault)
  return new RollcallError(
    'outcome-unknown',
    `PostgreSQL did not say whether it kept this (${cause}). It may or may not have taken effect: look, then try again.`,
    {},
    fault,
  )
}

/** The SQLSTATE of a fault; undefined where PostgreSQL did not say it. */
export function sqlState(fault: unknown): string | undefined {
  if (!(fault instanceof Error && 'code' in fault && typeof fault.code === 'string')) return undefined
  return /^[0-9A-Z]{5}$/.test(fault.code) && 'severity' in fault ? fault.code : undefined
}

/** The transaction has failed before: whatever else it is told is not looked at. */
export const ABORTED = '25P02'

/** By the beginnings of SQLSTATEs, the longest first. */
const REMEDIES: readonly (readonly [string, Remedy])[] = [
  ['25P02', 'again'],
  ['25P03', 'reconnect'],
  ['25006', 'reconnect'],
  ['23505', 'again'],
  ['40', 'again'],
  ['55P03', 'later'],
  ['57014', 'later'],
  ['53', 'later'],
  ['54', 'later'],
  ['26', 'reconnect'],
  ['08', 'reconnect'],
  ['28', 'reconnect'],
  ['3D', 'reconnect'],
  ['57', 'reconnect'],
  ['58', 'reconnect'],
  ['XX', 'reconnect'],
]

/** Faults of sockets, of names, and of the driver about its connection. */
function isOfConnection(fault: Error): boolean {
  if ('code' in fault && typeof fault.code === 'string' && /^E[A-Z]/.test(fault.code)) return true
  return /connection|timeout|terminated|not queryable|SSL|SASL|password/i.test(fault.message)
}

function explain(cause: string, code: string | undefined): string {
  const [, sentence] = EXPLANATIONS.find(([pattern]) => pattern.test(code ?? cause)) ?? []
  return sentence ?? `PostgreSQL cannot be used just now (${cause}). Nothing was written.`
}

const EXPLANATIONS: readonly (readonly [RegExp, string])[] = [
  [
    /^53100/,
    'The disk of PostgreSQL is full. Nothing was written; free some space, and Rollcall goes on by itself.',
  ],
  [/^53300/, 'PostgreSQL takes no more connections. Raise max_connections, or give Rollcall fewer.'],
  [/^55P03/, 'Another node held what this needed for too long. Nothing was written; try again.'],
  [/^57014/, 'PostgreSQL took too long over this, and was told to stop. Nothing was written; try again.'],
  [
    /^25006/,
    'This PostgreSQL only reads: it is a standby. Nothing was written; name the primary in the URL.',
  ],
  [/^28/, 'PostgreSQL does not let this user in. Check user and password in the URL.'],
  [/^3D/, 'There is no such database in PostgreSQL. Create it, or name another in the URL.'],
  [/timeout/i, 'PostgreSQL does not answer in time. Nothing was written.'],
]
