/**
 * Looking into what other servers answer.
 *
 * @module
 */
import { RollcallError } from '../../core/errors.ts'

/** A value, as an object whose fields may be looked at. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}

/** A word or a number as it stands; an empty text for anything else, whose own way of becoming text may fail. */
export function wordOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

/**
 * A value, as the list that it has to be. What is taken for an empty list would end sessions.
 *
 * @throws RollcallError `conflict` where it is none
 */
export function listOf(value: unknown, whose: string): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw new RollcallError(
    'conflict',
    `${whose} answers with no list where one was asked for. Its sessions stay for a while.`,
  )
}
