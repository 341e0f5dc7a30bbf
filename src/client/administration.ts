/**
 * What an operator may ask about users, access keys and denials.
 *
 * @module
 */
import type { WireAnswers } from '../protocol/answers.ts'
import type { RealmQuery, RealmWaitQuery } from '../protocol/queries.ts'
import type { KeyBody, UserBody } from '../protocol/requests.ts'
import type { WireDenial, WireKey, WirePresence, WireSession, WireUser } from '../protocol/shapes.ts'
import type { Ask, CallOptions } from './ask.ts'
import { type Listing, listing } from './listing.ts'
import { path } from './request.ts'

/** A realm, if not the key's own, and how many on a page: 50 unless told otherwise, 200 at most. */
export type RealmListQuery = RealmQuery & { readonly limit?: number }

/** The calls of an operator. */
export interface Administration {
  readonly users: Users
  readonly keys: Keys
  readonly denials: Denials

  /** Lists the nodes that share the store. It takes a key for every realm. */
  nodes(options?: CallOptions): Promise<WireAnswers['NodeList']>

  /** Tells who is online, in the order given: who holds a line, or was active within the last minute. 100 at the most. */
  presence(
    userIds: readonly string[],
    query?: RealmQuery,
    options?: CallOptions,
  ): Promise<readonly WirePresence[]>

  /** Counts what lives, by kind. */
  overview(query?: RealmQuery, options?: CallOptions): Promise<WireAnswers['Overview']>
}

/** Users, as far as sessions are concerned. */
export interface Users {
  /** Lists them by id. */
  list(query?: RealmListQuery, options?: CallOptions): Listing<WireUser>

  /** Reads one. Throws `not-found`. */
  get(id: string, query?: RealmQuery, options?: CallOptions): Promise<WireUser>

  /** Changes name, role or ban. A ban ends everything of theirs in the same write. */
  update(
    id: string,
    patch: UserBody,
    query?: RealmWaitQuery,
    options?: CallOptions,
  ): Promise<WireAnswers['ChangedUser']>

  /** Lists the live sessions of one, newest first. */
  sessions(id: string, query?: RealmListQuery, options?: CallOptions): Listing<WireSession>

  /** Ends everything of one. */
  endSessions(id: string, query?: RealmWaitQuery, options?: CallOptions): Promise<WireAnswers['Ended']>
}

/** Access keys. */
export interface Keys {
  list(options?: CallOptions): Listing<WireKey>

  /** Makes one; `secret` is its only copy. */
  create(request: KeyBody, options?: CallOptions): Promise<WireAnswers['MadeKey']>

  /** Withdraws one at once. Throws `not-found`. */
  withdraw(id: string, options?: CallOptions): Promise<WireKey>
}

/** Who and what is kept out. */
export interface Denials {
  list(query?: RealmListQuery, options?: CallOptions): Listing<WireDenial>

  /** Lets somebody or something in again. Throws `not-found` where there is no such denial, or no longer. */
  lift(id: string, query?: RealmQuery, options?: CallOptions): Promise<WireDenial>
}

/** Makes the calls. */
export function administration(ask: Ask): Administration {
  return {
    users: users(ask),
    keys: keys(ask),
    denials: denials(ask),
    nodes: (options) => ask({ method: 'GET', path: '/v1/nodes' }, options),
    async presence(userIds, query = {}, options) {
      if (userIds.length === 0) return []
      const call = { method: 'GET', path: '/v1/presence', query: { ...query, user: userIds } } as const
      return (await ask<WireAnswers['PresenceList']>(call, options)).items
    },
    overview: (query = {}, options) => ask({ method: 'GET', path: '/v1/overview', query }, options),
  }
}

function users(ask: Ask): Users {
  return {
    list: (query, options) => pages(ask, '/v1/users', query, options),
    async get(id, query = {}, options) {
      const call = { method: 'GET', path: path`/v1/users/${id}`, query } as const
      return (await ask<WireAnswers['OneUser']>(call, options)).user
    },
    update: async (id, body, query = {}, options) =>
      ask({ method: 'PATCH', path: path`/v1/users/${id}`, query, body }, options),
    sessions: (id, query, options) => pages(ask, path`/v1/users/${id}/sessions`, query, options),
    endSessions: async (id, query = {}, options) =>
      ask({ method: 'DELETE', path: path`/v1/users/${id}/sessions`, query, repeat: 'always' }, options),
  }
}

function keys(ask: Ask): Keys {
  return {
    list: (options) => pages(ask, '/v1/keys', {}, options),
    create: (body, options) => ask({ method: 'POST', path: '/v1/keys', body }, options),
    async withdraw(id, options) {
      const call = { method: 'DELETE', path: path`/v1/keys/${id}`, repeat: 'always' } as const
      return (await ask<WireAnswers['OneKey']>(call, options)).key
    },
  }
}

function denials(ask: Ask): Denials {
  return {
    list: (query, options) => pages(ask, '/v1/denials', query, options),
    async lift(id, query = {}, options) {
      const call = { method: 'DELETE', path: path`/v1/denials/${id}`, query } as const
      return (await ask<WireAnswers['OneDenial']>(call, options)).denial
    },
  }
}

function pages<Item>(
  ask: Ask,
  from: string,
  query: RealmListQuery = {},
  options?: CallOptions,
): Listing<Item> {
  return listing((cursor) => ask({ method: 'GET', path: from, query: { ...query, cursor } }, options))
}
