/**
 * What a backend may ask about sessions, with an access key.
 *
 * @module
 */
import type { WireAnswers, WireVerdict } from '../protocol/answers.ts'
import type { CountQuery, ListQuery, WaitQuery } from '../protocol/queries.ts'
import type {
  VerifyOptions as Demands,
  EndBody,
  IssueBody,
  PatchBody,
  WireSelector,
} from '../protocol/requests.ts'
import type { WireSession } from '../protocol/shapes.ts'
import type { Ask, CallOptions } from './ask.ts'
import { type Listing, listing } from './listing.ts'
import { RollcallProblem } from './problem.ts'
import { path } from './request.ts'

/** Which sessions are meant, in a realm. */
export type SessionFilter = CountQuery

/** Which sessions to list, and how many on a page: 50 unless told otherwise, 200 at most. */
export type SessionQuery = Omit<ListQuery, 'limit' | 'cursor'> & { readonly limit?: number }

/** How recently and how strongly the holder must have proved who they are, and what the token was seen with. */
export type VerifyOptions = Demands & CallOptions

/** Whether to wait until an end is known to all nodes: `waitFor` is how long at the most, such as `2s`. */
export interface WaitOptions extends CallOptions {
  readonly wait?: 'all'
  readonly waitFor?: string
}

/** How to end sessions: all that may be said beside which. */
export type EndOptions = Omit<EndBody, 'selector' | 'dryRun'> & WaitOptions

/** The calls that begin, judge and point at sessions. */
export interface SessionCalls {
  /** Begins a session. Never repeated: where no answer came, one may have begun whose token nobody has. */
  issue(request: IssueBody, options?: CallOptions): Promise<WireAnswers['Issued']>

  /** Decides whether a token stands for a live session. A token that does not is answered, not thrown. */
  verify(token: string, options?: VerifyOptions): Promise<WireVerdict>

  /** Decides the same of many, in order; a thousand are asked at a time. */
  verifyMany(tokens: readonly string[], options?: VerifyOptions): Promise<readonly WireVerdict[]>

  readonly sessions: Sessions
}

/** Sessions of anybody. */
export interface Sessions {
  /** Lists those meant, newest first. */
  list(query?: SessionQuery, options?: CallOptions): Listing<WireSession>

  /** Reads one, over or not. Throws `not-found`. */
  get(id: string, options?: CallOptions): Promise<WireSession>

  /** Changes what is kept beside one. A change of level takes a new token, which is in the answer. */
  update(id: string, patch: PatchBody, options?: CallOptions): Promise<WireAnswers['Renewed']>

  /** Ends one, and what lives under it. One that is over already is no failure. Throws `not-found`. */
  end(id: string, options?: WaitOptions): Promise<WireAnswers['Ended']>

  /** Counts those meant. */
  count(filter?: SessionFilter, options?: CallOptions): Promise<WireAnswers['Count']>

  /** Ends all that a selector points at. Where it was repeated, `ended` counts the last time alone. */
  endMany(selector: WireSelector, options?: EndOptions): Promise<WireAnswers['Ended']>

  /** Counts what a selector points at, and ends nothing. */
  wouldEnd(selector: WireSelector, options?: CallOptions): Promise<WireAnswers['WouldEnd']>
}

/** Tokens that are verified with one call, at the most. */
const MOST_TOKENS = 1_000

/** Makes the calls. */
export function sessionCalls(ask: Ask): SessionCalls {
  async function verifyMany(
    tokens: readonly string[],
    { signal, timeout, ...demands }: VerifyOptions = {},
  ): Promise<readonly WireVerdict[]> {
    const verdicts: WireVerdict[] = []
    for (let start = 0; start < tokens.length; start += MOST_TOKENS) {
      const body = { tokens: tokens.slice(start, start + MOST_TOKENS), ...demands }
      const call = { method: 'POST', path: '/v1/verify', body, repeat: 'always' } as const
      verdicts.push(...(await ask<WireAnswers['Verdicts']>(call, { signal, timeout })).items)
    }
    return verdicts
  }

  return {
    issue: (body, options) => ask({ method: 'POST', path: '/v1/sessions', body }, options),
    verify(token, { signal, timeout, ...demands } = {}) {
      const body = { token, ...demands }
      return ask({ method: 'POST', path: '/v1/verify', body, repeat: 'always' }, { signal, timeout })
    },
    verifyMany,
    sessions: sessions(ask),
  }
}

function sessions(ask: Ask): Sessions {
  const end = async <Answer>(
    selector: WireSelector,
    { signal, timeout, wait, waitFor, ...rest }: WaitOptions,
  ): Promise<Answer> => {
    refuseBlanks(selector)
    const body = { selector, ...rest }
    const query = waitingOf({ wait, waitFor } as WaitOptions)
    const call = { method: 'POST', path: '/v1/sessions/end', query, body, repeat: 'always' } as const
    return ask(call, { signal, timeout })
  }
  return {
    list: (query = {}, options) =>
      listing((cursor) => ask({ method: 'GET', path: '/v1/sessions', query: { ...query, cursor } }, options)),
    async get(id, options) {
      const call = { method: 'GET', path: path`/v1/sessions/${id}` } as const
      return (await ask<WireAnswers['OneSession']>(call, options)).session
    },
    update: async (id, body, options) =>
      ask({ method: 'PATCH', path: path`/v1/sessions/${id}`, body }, options),
    end: async (id, { signal, timeout, ...waiting } = {}) => {
      const query = waitingOf(waiting)
      const call = { method: 'DELETE', path: path`/v1/sessions/${id}`, query, repeat: 'always' } as const
      return ask(call, { signal, timeout })
    },
    count: (query = {}, options) => ask({ method: 'GET', path: '/v1/sessions/count', query }, options),
    endMany: (selector, options = {}) => end(selector, options),
    wouldEnd: (selector, options = {}) => end(selector, { ...options, dryRun: true } as CallOptions),
  }
}

/** What is asked of the server about waiting; `timeout` is the client's own word for how long a call may take. */
export function waitingOf({ wait, waitFor }: WaitOptions): WaitQuery {
  return {
    ...(wait !== undefined && { wait }),
    ...(waitFor !== undefined && { timeout: waitFor }),
  }
}

/** Refuses what JSON would leave out: a selector that lost a field points at more than was meant. */
function refuseBlanks(selector: object): void {
  for (const [field, value] of Object.entries(selector)) {
    if (value === undefined)
      throw new RollcallProblem('bad-request', `"${field}" of the selector is undefined. Nothing was ended.`)
    if (typeof value === 'object') refuseBlanks(value)
  }
}
