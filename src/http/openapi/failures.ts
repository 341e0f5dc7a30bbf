/**
 * How an operation may fail, by who may call it and how.
 *
 * @module
 */
import { FAILURES, type FailureCode } from '../../core/errors.ts'
import type { Access } from '../access.ts'

/** What a route is, as far as it decides how a request to it may fail. */
export interface Fallible {
  readonly access: Access
  readonly method: string
  readonly url: string

  /** Ways to fail that no other route of its kind has. */
  readonly own: readonly FailureCode[]
}

/** The codes with which a route may fail, in the order of the table of failures. */
export function failuresOf({ access, method, url, own }: Fallible): readonly FailureCode[] {
  const codes = new Set([
    ...ALWAYS,
    ...(method === 'GET' ? [] : UNSAFE),
    ...(url.includes(':') ? ONE : []),
    ...(access === 'anyone' ? [] : PROVING),
    ...(access === 'anyone' ? [] : access === 'holder' ? HOLDER : KEY),
    ...own,
  ])
  return (Object.keys(FAILURES) as FailureCode[]).filter((code) => codes.has(code))
}

/** What may befall any request. */
const ALWAYS: readonly FailureCode[] = ['bad-request']

/** What may befall a request that changes something. */
const UNSAFE: readonly FailureCode[] = ['cross-site', 'too-large', 'unsupported-media-type']

/** What may befall a request with an id in its path. */
const ONE: readonly FailureCode[] = ['path-too-long']

/** What may befall a request that has to prove something. */
const PROVING: readonly FailureCode[] = ['ambiguous-credentials', 'too-many-attempts', 'store-unavailable']
const HOLDER: readonly FailureCode[] = ['no-session', 'session-ended', 'superseded']
const KEY: readonly FailureCode[] = ['no-credentials', 'forbidden']
