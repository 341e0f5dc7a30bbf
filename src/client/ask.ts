/**
 * Asking the server: one call, with its deadline and its repetitions.
 *
 * @module
 */
import { RollcallProblem } from './problem.ts'
import { readAnswer, readProblem, tooLate, unreachable } from './read-problem.ts'
import { type Call, type Connection, send } from './request.ts'
import { type Bounds, repeatedly } from './retry.ts'

/** What may be said of any one call. */
export interface CallOptions {
  /** Ends the call: it throws the signal's reason. */
  readonly signal?: AbortSignal | undefined

  /** How long the call may take with all its repetitions, in milliseconds. */
  readonly timeout?: number | undefined
}

/** A call, and whether it may be repeated where no answer came. `GET` may. */
export interface RepeatableCall extends Call {
  /** `always`: asking twice does no more than asking once. `soon`: that holds for some seconds only. */
  readonly repeat?: 'always' | 'soon'
}

/** Asks, and answers the JSON that came back; the type is the caller's word for it. Throws what was refused. */
export type Ask = <Answer>(call: RepeatableCall, options?: CallOptions) => Promise<Answer>

/** Makes a way to ask. */
export function asker(connection: Connection): Ask {
  return async <Answer>(call: RepeatableCall, options: CallOptions = {}) => {
    const { signal, timeout = connection.timeout } = options
    const repeat = call.repeat ?? (call.method === 'GET' ? 'always' : 'never')
    const bounds = BOUNDS[repeat](timeout, connection.retries)
    return (await repeatedly(bounds, signal, (left) => once(connection, call, left, signal))) as Answer
  }
}

/** Asking again `soon` stays well within the least grace that a refresh ordinarily has: 10 s. */
const BOUNDS: Readonly<Record<'never' | 'soon' | 'always', (timeout: number, repeats: number) => Bounds>> = {
  never: (timeout) => ({ whole: timeout, attempt: timeout, repeats: 0 }),
  soon: (timeout, repeats) => ({
    whole: Math.min(timeout, 8_000),
    attempt: Math.min(timeout, 2_500),
    repeats,
  }),
  always: (timeout, repeats) => ({ whole: timeout, attempt: timeout, repeats }),
}

async function once(
  connection: Connection,
  call: Call,
  milliseconds: number,
  signal: AbortSignal | undefined,
): Promise<object> {
  const late = AbortSignal.timeout(Math.max(1, Math.ceil(milliseconds)))
  try {
    const response = await send(connection, call, signal ? AbortSignal.any([signal, late]) : late)
    const text = await response.text()
    if (!response.ok) throw readProblem(response, text)
    return readAnswer(response, text)
  } catch (fault) {
    signal?.throwIfAborted()
    if (fault instanceof RollcallProblem) throw fault
    throw late.aborted ? tooLate(milliseconds) : unreachable(fault)
  }
}
