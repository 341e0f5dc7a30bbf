/**
 * What the fields of a body must be, and what is said where they are not.
 *
 * @module
 */
import type { Answer, Exchange } from '../../http/dialects/contract.ts'
import { type Fields, fieldsOf } from '../shared/fields.ts'
import { invalid } from './answers.ts'

/** What was sent, or what is wrong with it. */
export type Sent<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly answer: Answer }

/** The token of a session, and what its holder calls the device. */
export interface Renewal {
  readonly token: string
  readonly information?: string
}

/** Reads the token to log out. */
export function readLogout(exchange: Exchange): Sent<string> {
  const fields = fieldsOf(exchange)
  return checked({ session_token: faultOfToken(fields) }, () => String(fields.get(TOKEN)))
}

/** Reads the token to renew. Information may be left out, as the origin's documents say and its server does not. */
export function readRenewal(exchange: Exchange): Sent<Renewal> {
  const fields = fieldsOf(exchange)
  const information = fields.get(INFORMATION) ?? undefined
  const faults = {
    session_token: faultOfToken(fields),
    session_information: information === undefined ? undefined : faultOfInformation(information),
  }
  return checked(faults, () => ({
    token: String(fields.get(TOKEN)),
    ...(information !== undefined && { information: clean(String(information)) }),
  }))
}

const TOKEN = 'session_token'
const INFORMATION = 'session_information'

/** Characters that information may have. */
const LONGEST = 190

function checked<Value>(
  faults: Readonly<Record<string, string | undefined>>,
  read: () => Value,
): Sent<Value> {
  const found = Object.entries(faults).flatMap(([field, fault]) =>
    fault === undefined ? [] : [[field, `The ${field.replaceAll('_', ' ')} ${fault}`]],
  )
  return found.length === 0
    ? { ok: true, value: read() }
    : { ok: false, answer: invalid(Object.fromEntries(found)) }
}

function faultOfToken(fields: Fields): string | undefined {
  const value = fields.get(TOKEN) ?? ''
  if (typeof value !== 'string') return 'must be a string.'
  return value.trim() === '' ? 'field is required.' : undefined
}

function faultOfInformation(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'must be a string.'
  const text = clean(value)
  if (text.trim() === '') return 'must be at least 1 characters.'
  return [...text].length > LONGEST ? `may not be greater than ${LONGEST} characters.` : undefined
}

/** Text that any line can show: a space stands for each control character. */
function clean(text: string): string {
  return text.toWellFormed().replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ')
}
