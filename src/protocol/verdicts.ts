/**
 * From what a token stands for to what its presenter is told.
 *
 * @module
 */
import { RollcallError } from '../core/errors.ts'
import type { Ending } from '../core/session.ts'
import { toTime } from './moments.ts'

/** A token that stands for no live session, and why. */
export type Refused =
  | { readonly ok: false; readonly reason: 'malformed' | 'unknown' | 'superseded' | 'not-fresh' }
  | { readonly ok: false; readonly reason: 'ended'; readonly ending: Ending }

/**
 * What a token stands for, if that is a live session.
 *
 * @throws RollcallError `session-ended` with the reason, `superseded`, `not-fresh`, or `no-session` for what never was one
 */
export function requireLive<Stands extends { readonly ok: true }>(verdict: Stands | Refused): Stands {
  if (verdict.ok) return verdict
  if (verdict.reason !== 'ended') throw new RollcallError(REFUSALS[verdict.reason])
  const { reason, at } = verdict.ending
  throw new RollcallError('session-ended', undefined, { reason, endedAt: toTime(at) })
}

const REFUSALS = {
  malformed: 'no-session',
  unknown: 'no-session',
  superseded: 'superseded',
  'not-fresh': 'not-fresh',
} as const
