/**
 * Names for those who watch elsewhere, made from what another server knows them by without giving that away.
 *
 * @module
 */
import type { Env } from '../../core/env.ts'
import { isRollcallError } from '../../core/errors.ts'
import type { Session } from '../../core/session.ts'
import type { Instant } from '../../core/time.ts'
import { requireName } from '../../engine/validate.ts'
import { leadsElsewhere } from './parts.ts'

/** Makes the mark of whatever these parts name together: 22 characters that do not tell them. */
export function markOf(env: Pick<Env, 'hash'>, ...parts: readonly string[]): string {
  return env.hash(JSON.stringify(parts)).slice(0, 22)
}

/** Makes a UUID that is always the same for the same mark (RFC 9562 5.8). */
export function uuidOf(env: Pick<Env, 'hmac'>, mark: string): string {
  const bytes = [...env.hmac('viewer', mark).subarray(0, 16)]
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const digits = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** The name that somebody gave themselves, if a session may be called that and a path may end in it. */
export function usableName(given: unknown): string | undefined {
  if (typeof given !== 'string' || leadsElsewhere(given)) return undefined
  try {
    return requireName(given)
  } catch (fault) {
    if (isRollcallError(fault, 'bad-request')) return undefined
    throw fault
  }
}

/** The media server where the holder of a session watches. */
export function serverOf({ data }: Session): string | undefined {
  return textOf(data?.mediaServer)
}

/** The mark of the playback that a session stands for. */
export function markIn({ data }: Session): string | undefined {
  return textOf(data?.viewer)
}

/** When the playback of a session began: it may have been issued long before whoever plays it came. */
export function beganAt({ issuedAt, data }: Pick<Session, 'issuedAt' | 'data'>): Instant {
  const joined = data?.joinedAt
  return typeof joined === 'number' ? Math.max(issuedAt, joined) : issuedAt
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
