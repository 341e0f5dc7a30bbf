/**
 * Sending one request.
 *
 * @module
 */
import { RollcallProblem } from './problem.ts'

/** A request. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly path: string

  /** Fields without a value are left out. */
  readonly query?: object
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** The part of `fetch` that is needed. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** Where and how to ask. */
export interface Connection {
  /** The address of the server, without a slash at its end. */
  readonly base: string
  readonly fetch: Fetch
  readonly credentials: 'omit' | 'same-origin' | 'include'

  /** How long a call may take, in milliseconds. */
  readonly timeout: number

  /** How often a call is repeated at the most. */
  readonly retries: number

  /** What to prove oneself with, read anew for each attempt. */
  readonly bearer: () => string | undefined
}

/** Sends a request. Redirects are refused: a credential is for the server that it was given for. */
export function send(connection: Connection, call: Call, signal: AbortSignal): Promise<Response> {
  const { base, fetch, credentials, bearer } = connection
  const secret = bearer()
  const init: RequestInit = {
    method: call.method,
    credentials,
    redirect: 'error',
    signal,
    headers: {
      accept: 'application/json, application/problem+json',
      ...(secret !== undefined && { authorization: `Bearer ${checkSecret(secret)}` }),
      ...(call.body !== undefined && { 'content-type': 'application/json' }),
      ...call.headers,
    },
    ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
  }
  return fetch(base + call.path + queryOf(call.query), init)
}

/**
 * Writes a path in which ids are escaped.
 *
 * @throws RollcallProblem `bad-request` for an id that no path can hold
 *
 * @example
 * ```ts
 * path`/v1/users/${'ada/lovelace'}` // '/v1/users/ada%2Flovelace'
 * ```
 */
export function path(fixed: readonly string[], ...ids: readonly string[]): string {
  return fixed.map((part, index) => part + (index < ids.length ? segment(ids[index] ?? '') : '')).join('')
}

function segment(id: string): string {
  if (id !== '' && id !== '.' && id !== '..') return encodeURIComponent(id)
  throw new RollcallProblem(
    'bad-request',
    `"${id}" cannot be part of a path, so nothing can be asked about it.`,
  )
}

/** Writes a query. Fields without a value are left out; those with several stand once for each. */
export function queryOf(query: object = {}): string {
  const fields = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    for (const each of [value].flat()) if (each !== undefined) fields.append(name, String(each))
  return fields.size === 0 ? '' : `?${fields}`
}

/** Keeps a secret out of the messages of `fetch`, which show a header that cannot be sent. */
function checkSecret(secret: string): string {
  if (/^[\x21-\x7e]+$/.test(secret)) return secret
  throw new RollcallProblem('bad-request', 'The key or token has characters that no key or token has.')
}
