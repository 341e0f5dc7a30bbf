/**
 * What a server refused, and what kept its answer away, as the end of a command. None of it has the key.
 *
 * @module
 */
import type { RollcallProblem } from '../client/index.ts'
import { CommandError, type Outcome } from './exit.ts'

/** A server, and a credential for it. */
export interface Target {
  readonly url: string
  readonly key: string
}

/** What came back instead of what was asked for. */
export interface Refused {
  readonly status: number

  /** The API's name for it. */
  readonly code?: unknown

  /** What the API says of it; absent where something else answered. */
  readonly said?: string | undefined
}

/** Statuses that mean something other than "refused". */
const OUTCOMES: Readonly<Record<number, Outcome>> = {
  401: 'forbidden',
  403: 'forbidden',
  502: 'unavailable',
  503: 'unavailable',
  504: 'unavailable',
}

/** Says what a server refused. */
export function refusal({ status, code, said }: Refused, { url, key }: Target): CommandError {
  const outcome = OUTCOMES[status] ?? 'failed'
  if (said === undefined)
    return new CommandError(
      outcome,
      `${new URL(url).origin} answered ${status} and nothing that Rollcall would say. Is it the right server? Check --url or ROLLCALL_URL.`,
    )
  const sentence = `${said.replace(/[.!?]?$/, '.')} (${status} ${String(code ?? '')})`
  return new CommandError(
    outcome,
    sentence.replaceAll(key, '[key]'),
    typeof code === 'string' ? code : undefined,
  )
}

/** Says that no answer came. */
export function noAnswer(cause: string, { url }: Target): CommandError {
  return new CommandError(
    'unavailable',
    `There is no answer from ${new URL(url).origin} (${cause}). Is the server running there? Check --url or ROLLCALL_URL.`,
  )
}

/** Says what a client of the server threw. */
export function problemOf({ code, status, message, cause }: RollcallProblem, target: Target): CommandError {
  if (code === 'unreachable') return noAnswer(causeOf(cause), target)
  if (code === 'timeout') return noAnswer('it took too long', target)
  return refusal({ status, code, said: code === 'unexpected-answer' ? undefined : message }, target)
}

/** Names what the network said, such as `ECONNREFUSED`. */
export function causeOf(error: unknown): string {
  const { cause } = error instanceof Error ? error : {}
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' && code !== '' ? code : 'connection failed'
}
