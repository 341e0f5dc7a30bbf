import type { Answer } from '../support/server-process.ts'
import type { Operation } from './history.ts'

/** What came of a call, on the monotonic clock. */
export interface Asked {
  readonly status: number
  readonly json: Answer
  readonly from: number

  /** `Infinity` where nobody knows what came of it. */
  readonly to: number
}

/** Calls nodes by HTTP. */
export interface Caller {
  /** Never throws: a call without an answer has a status of its own. */
  ask(node: number, method: string, path: string, credential: string, body?: object): Promise<Asked>

  /** Answers that nobody should give, such as 500: how many of each. */
  readonly odd: ReadonlyMap<string, number>
}

/** Makes a caller that waits so many milliseconds for an answer. */
export function caller(urls: readonly string[], patience: number): Caller {
  const odd = new Map<string, number>()

  async function send(url: string, options: RequestInit): Promise<Pick<Asked, 'status' | 'json'>> {
    try {
      const response = await fetch(url, { ...options, signal: AbortSignal.timeout(patience) })
      return { status: response.status, json: (await response.json()) as Answer }
    } catch (fault) {
      return { status: neverArrived(fault) ? NEVER_ARRIVED : NO_ANSWER, json: {} }
    }
  }

  return {
    odd,
    async ask(node, method, path, credential, body) {
      const from = performance.now()
      const { status, json } = await send(urls[node] + path, {
        method,
        headers: {
          authorization: `Bearer ${credential}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      if (status >= 400 && !EXPECTED.includes(status)) {
        const what = `${method} ${path.replace(/ses_\w+|[?].*/g, '…')} ${status} ${json.code ?? ''}`
        odd.set(what, (odd.get(what) ?? 0) + 1)
      }
      return { status, json, from, to: status < 500 ? performance.now() : Number.POSITIVE_INFINITY }
    },
  }
}

/** When a change was, and whether it was made. Whoever was refused has changed nothing. */
export function whenOf({ status, from, to }: Asked): Pick<Operation, 'from' | 'to' | 'outcome'> {
  return { from, to, outcome: status < 300 ? 'done' : status < 500 ? 'refused' : 'unknown' }
}

/** Nobody listened there, so nothing can have happened. */
const NEVER_ARRIVED = 444

/** Nobody knows what happened. */
const NO_ANSWER = 599

/** Answers that mean what they say. */
const EXPECTED = [401, 403, 404, 409, 503, NEVER_ARRIVED, NO_ANSWER]

function neverArrived(fault: unknown): boolean {
  const { code } = ((fault as { readonly cause?: unknown }).cause ?? {}) as { readonly code?: unknown }
  return code === 'ECONNREFUSED'
}
