/**
 * What the holder of a token may ask about their own sessions.
 *
 * @module
 */
import type { WireAnswers } from '../protocol/answers.ts'
import type { WireOwnSession } from '../protocol/answers-shapes.ts'
import type { LabelBody } from '../protocol/requests.ts'
import type { WireSession } from '../protocol/shapes.ts'
import type { Ask, CallOptions } from './ask.ts'
import { type Listing, listing } from './listing.ts'
import { path } from './request.ts'

/** The calls of a holder. */
export interface Holder {
  /**
   * Tells whose session this is. Throws `no-session`, `session-ended` with the reason, or `superseded`. With `fresh`, the
   * store is asked, whatever the server may vouch for.
   */
  whoami(options?: CallOptions & { readonly fresh?: boolean }): Promise<WireAnswers['WhoAmI']>

  /**
   * Exchanges the token for its successor, which this client uses from then on. A token that came by cookie is
   * exchanged in the cookie, and is not in the answer.
   *
   * It is repeated where no answer came, for 8 s at the most: within its grace (10 s unless the server says otherwise)
   * the same token has the same successor. Calls at the same time share one exchange and the options of the first.
   */
  refresh(options?: CallOptions): Promise<WireAnswers['Renewed']>

  /** Their logins. */
  readonly sessions: OwnSessions
}

/** A holder's logins. `id` may be `current`, which is the one that asks. */
export interface OwnSessions {
  /** Where they are signed in, newest first. */
  list(query?: { readonly limit?: number }, options?: CallOptions): Listing<WireOwnSession>

  /** Gives one a name; null takes it away. */
  update(id: string, patch: LabelBody, options?: CallOptions): Promise<WireSession>

  /** Signs out there. Where `current` was over already, `session-ended` says so. */
  end(id: string, options?: CallOptions): Promise<WireAnswers['Ended']>

  /** Signs out everywhere else. */
  endOthers(options?: CallOptions): Promise<WireAnswers['Ended']>

  /** Signs out everywhere, here too. Where it was asked again, `session-ended` may say that it was done before. */
  endAll(options?: CallOptions): Promise<WireAnswers['Ended']>
}

/** Makes the calls of a holder. `renewed` hears of each successor of the token. */
export function holder(ask: Ask, renewed: (token: string) => void = () => {}): Holder {
  const own = '/v1/me/sessions'
  let exchange: Promise<WireAnswers['Renewed']> | undefined

  async function refresh(options?: CallOptions): Promise<WireAnswers['Renewed']> {
    const answer = await ask<WireAnswers['Renewed']>(
      { method: 'POST', path: '/v1/me/refresh', repeat: 'soon' },
      options,
    )
    if (answer.token !== undefined) renewed(answer.token)
    return answer
  }

  return {
    whoami: ({ fresh = false, ...options } = {}) =>
      ask({ method: 'GET', path: '/v1/whoami', ...(fresh && { query: { fresh: true } }) }, options),
    refresh(options) {
      exchange ??= refresh(options).finally(() => {
        exchange = undefined
      })
      return exchange
    },
    sessions: {
      list: (query = {}, options) =>
        listing((cursor) => ask({ method: 'GET', path: own, query: { ...query, cursor } }, options)),
      async update(id, body, options) {
        const call = { method: 'PATCH', path: path`/v1/me/sessions/${id}`, body } as const
        return (await ask<WireAnswers['OneSession']>(call, options)).session
      },
      end: async (id, options) =>
        ask({ method: 'DELETE', path: path`/v1/me/sessions/${id}`, repeat: 'always' }, options),
      endOthers: (options) =>
        ask({ method: 'DELETE', path: own, query: { scope: 'others' }, repeat: 'always' }, options),
      endAll: (options) =>
        ask({ method: 'DELETE', path: own, query: { scope: 'all' }, repeat: 'always' }, options),
    },
  }
}
