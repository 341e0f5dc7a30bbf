/**
 * Asking Janus's Admin API (https://janus.conf.meetecho.com/docs/admin).
 *
 * @module
 */
import { RollcallError } from '../../core/errors.ts'
import { recordOf, wordOf } from './answers.ts'

/** How to reach it. */
export interface JanusAdminOptions {
  /** Where it is managed, such as `http://127.0.0.1:7088/admin`. */
  readonly url: string

  /** Its `admin_secret`. */
  readonly secret: string

  /** How long it may take to answer, in milliseconds. 3,000. */
  readonly timeout?: number
}

/** An answer, or that there is no such session or handle (any more). */
export type JanusAnswer = Readonly<Record<string, unknown>> | undefined

/**
 * Asks something, of Janus itself or of one of its sessions or handles.
 *
 * @throws RollcallError `busy` where it does not answer, `forbidden` where the secret is not its own, `conflict` for any other refusal
 */
export type AskJanus = (request: string, ...path: readonly number[]) => Promise<JanusAnswer>

/** Codes of Janus for what is not there: a session, a handle. */
const MISSING: readonly unknown[] = [458, 459]
const UNAUTHORIZED = 403

/** Makes a way to ask. */
export function janusAdmin({ url, secret, timeout = 3_000 }: JanusAdminOptions): AskJanus {
  return async (request, ...path) => {
    const answer = await post([url, ...path].join('/'), timeout, {
      janus: request,
      transaction: 'rollcall',
      admin_secret: secret,
    })
    if (answer.janus === 'success') return answer
    const { code, reason } = recordOf(answer.error)
    if (MISSING.includes(code)) return undefined
    if (code === UNAUTHORIZED)
      throw new RollcallError(
        'forbidden',
        'Janus refuses the secret. Set --janus-secret to its admin_secret.',
      )
    throw new RollcallError(
      'conflict',
      `Janus refuses "${request}": ${wordOf(reason) || 'it does not say why'}`,
    )
  }
}

async function post(url: string, timeout: number, body: object): Promise<Readonly<Record<string, unknown>>> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeout),
    })
    return recordOf(await response.json())
  } catch (cause) {
    throw new RollcallError(
      'busy',
      'Janus does not answer. Its sessions stay as they are for a while.',
      {},
      cause,
    )
  }
}
