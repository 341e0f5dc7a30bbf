/**
 * A client of a Rollcall server.
 *
 * @module
 */
import { type Administration, administration } from './administration.ts'
import { asker } from './ask.ts'
import { type Events, events } from './events.ts'
import { type Holder, holder } from './holder.ts'
import type { Connection, Fetch } from './request.ts'
import { type SessionCalls, sessionCalls } from './sessions.ts'

/** Whom to ask, and as whom. */
export interface ClientOptions {
  /** Where the server is, such as `https://sessions.example.com`. In a browser it may be a path; '' is this origin. */
  readonly url: string

  /** An access key, for all but the calls of a holder. It belongs in a backend, never in a page. */
  readonly key?: string | undefined

  /** The token of a session, or what reads it, for the calls of a holder. A page whose token is in a cookie has none. */
  readonly token?: string | (() => string | undefined) | undefined

  /** Whether cookies go along; `same-origin` unless told otherwise. `include` for a page of another origin. */
  readonly credentials?: 'omit' | 'same-origin' | 'include'

  /** How long a call may take with all its repetitions, in milliseconds. 10,000. */
  readonly timeout?: number

  /** How often a call that may be repeated is repeated at the most. 3. */
  readonly retries?: number

  /** Used instead of the platform's. */
  readonly fetch?: Fetch
}

/**
 * The whole native API. What the server refuses, and what keeps its answer from arriving, is thrown as a
 * {@link RollcallProblem}.
 *
 * Calls that only read, and those that end, are repeated where the server cannot be reached, is busy (503) or asks for
 * patience (429). Nothing that begins or changes is repeated, but for the exchange of a token.
 */
export interface Client extends SessionCalls, Administration {
  /** The calls of a holder, with this client's own token or cookie. */
  readonly me: Holder

  /** The calls of a holder, with that token. */
  as(token: string): Holder

  readonly events: Events

  /** Whether it has an access key. */
  readonly hasKey: boolean
}

/**
 * Makes a client. It asks nothing by itself, and holds nothing open but streams.
 *
 * @throws TypeError for a URL that cannot be used
 *
 * @example
 * ```ts
 * const client = createClient({ url: 'http://127.0.0.1:4780', key: process.env.ROLLCALL_KEY })
 *
 * const { session, token } = await client.issue({ user: { id: 'ada' } })
 * await client.sessions.endMany({ user: 'ada', except: session.id })
 * ```
 */
export function createClient(options: ClientOptions): Client {
  const { key, token, credentials = 'same-origin', timeout = 10_000, retries = 3 } = options
  const fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init))
  const base = readUrl(options.url)
  const connect = (bearer: Connection['bearer']): Connection => {
    return { base, fetch, credentials, timeout, retries, bearer }
  }
  const asHolder = (given: string | undefined): Holder => {
    let own = given
    return holder(asker(connect(() => own)), (successor) => {
      if (own !== undefined) own = successor
    })
  }
  const withKey = connect(() => key)
  const ask = asker(withKey)
  return {
    ...sessionCalls(ask),
    ...administration(ask),
    events: events(withKey, ask),
    me: typeof token === 'function' ? holder(asker(connect(token))) : asHolder(token),
    as: asHolder,
    hasKey: key !== undefined,
  }
}

/** Reads the URL of a server, without a slash at its end. @throws TypeError for one that cannot be used */
export function readUrl(url: string): string {
  if (!/^(https?:\/\/[^/?#@\s]+)?(\/[^?#\s]*)?$/.test(url))
    throw new TypeError(
      'The URL of a client is that of the server, such as "https://sessions.example.com": without a query, and without a credential.',
    )
  return url.replace(/\/+$/, '')
}
