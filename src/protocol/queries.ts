/**
 * What lists are asked for, and which part of them: filters and queries. Unknown fields are refused.
 *
 * @module
 */
import Type, { type TUnsafe } from 'typebox'
import type { Sort } from '../core/page.ts'
import { END_REASONS, type EndReason, type SessionKind } from '../core/session.ts'
import { kind, label, limit, maybe, moment, oneOf, realm, sessionId, strict, text, words } from './schemas.ts'

/** Which sessions are meant. Moments are RFC 3339, or a span such as `15m`: so long ago. */
export interface WireFilter {
  readonly user?: string
  readonly parent?: string
  readonly resource?: string
  readonly resourcePrefix?: string
  readonly name?: string
  readonly kind?: SessionKind
  readonly status?: 'live' | 'ended' | 'any'
  readonly type?: string
  readonly browser?: string
  readonly os?: string
  readonly address?: string
  readonly issuedAfter?: string
  readonly issuedBefore?: string
  readonly activeAfter?: string
  readonly activeBefore?: string
  readonly reason?: EndReason
  readonly level?: '1' | '2' | '3' | 1 | 2 | 3
  readonly label?: string
  readonly text?: string
}

/** Which realm is meant. */
export interface RealmQuery {
  readonly realm?: string
}

/** Which page of a list is meant. `limit` is digits. */
export interface OwnListQuery {
  readonly limit?: string
  readonly cursor?: string
}

/** A page, in a realm. */
export type PageQuery = RealmQuery & OwnListQuery

/** A filtered page, in a realm. */
export type ListQuery = WireFilter & PageQuery & { readonly sort?: Sort }

/** A filter, in a realm. */
export type CountQuery = WireFilter & RealmQuery

/** Which of a holder's sessions are to end. */
export interface ScopeQuery {
  readonly scope: 'others' | 'all'
}

/** Which part of the journal is meant. */
export interface EventQuery extends RealmQuery {
  readonly after?: string
  readonly limit?: string

  /** Types of events, with commas between. */
  readonly type?: string
  readonly user?: string
  readonly resource?: string
}

/** Whether to wait until an end is known to all nodes, and for how long: a span. */
export interface WaitQuery {
  readonly wait?: 'all'
  readonly timeout?: string
}

/** The same, in a realm. */
export type RealmWaitQuery = RealmQuery & WaitQuery

/** Whether to ask the store, whatever this node may vouch for. */
export interface FreshQuery {
  readonly fresh?: 'true' | 'false'
}

/** What a line is attached to, and its name there. */
export interface LineQuery {
  readonly resource?: string
  readonly name?: string
}

/** Whose presence is asked for: `user` once for each, 100 at the most. */
export interface PresenceQuery extends RealmQuery {
  readonly user: string | readonly string[]
}

/** No query at all. */
export type NoQuery = Readonly<Record<string, never>>

/** The id in a path. */
export interface IdPath {
  readonly id: string
}

const fields = {
  user: maybe(text),
  parent: maybe(sessionId),
  resource: maybe(text),
  resourcePrefix: maybe(text),
  name: maybe(text),
  kind: maybe(kind),
  status: maybe(oneOf(['live', 'ended', 'any'] as const)),
  type: maybe(oneOf(['desktop', 'mobile', 'tablet', 'tv', 'bot'] as const)),
  browser: maybe(text),
  os: maybe(text),
  address: maybe(Type.String({ minLength: 2, maxLength: 64 })),
  issuedAfter: maybe(moment),
  issuedBefore: maybe(moment),
  activeAfter: maybe(moment),
  activeBefore: maybe(moment),
  reason: maybe(oneOf(END_REASONS)),
  level: maybe(Type.Unsafe<1 | 2 | 3 | '1' | '2' | '3'>({ enum: [1, 2, 3, '1', '2', '3'] })),
  label: maybe(label),
  text: maybe(words),
}

/** A filter in the body of a request. */
export const WireFilter: TUnsafe<WireFilter> = Type.Unsafe(strict(fields))

/** The query of `GET /v1/sessions` */
export const ListQuery: TUnsafe<ListQuery> = Type.Unsafe(
  strict({
    ...fields,
    realm: maybe(realm),
    sort: maybe(oneOf(['issued', 'active'] as const)),
    limit: maybe(limit),
    cursor: maybe(Type.String()),
  }),
)

/** The query of `GET /v1/sessions/count` */
export const CountQuery: TUnsafe<CountQuery> = Type.Unsafe(strict({ ...fields, realm: maybe(realm) }))

/** The query of lists that are not filtered. */
export const PageQuery: TUnsafe<PageQuery> = Type.Unsafe(
  strict({ realm: maybe(realm), limit: maybe(limit), cursor: maybe(Type.String()) }),
)

/** The query of `GET /v1/me/sessions` */
export const OwnListQuery: TUnsafe<OwnListQuery> = Type.Unsafe(
  strict({ limit: maybe(limit), cursor: maybe(Type.String()) }),
)

/** The query of `DELETE /v1/me/sessions` */
export const ScopeQuery: TUnsafe<ScopeQuery> = Type.Unsafe(
  strict({ scope: oneOf(['others', 'all'] as const) }),
)

/** The query of `GET /v1/events` */
export const EventQuery: TUnsafe<EventQuery> = Type.Unsafe(
  strict({
    after: maybe(Type.String({ maxLength: 64 })),
    limit: maybe(limit),
    type: maybe(Type.String({ minLength: 1, maxLength: 256 })),
    user: maybe(text),
    resource: maybe(text),
    realm: maybe(realm),
  }),
)

/** The query of routes that need to know the realm alone. */
export const RealmQuery: TUnsafe<RealmQuery> = Type.Unsafe(strict({ realm: maybe(realm) }))

const waiting = { wait: maybe(oneOf(['all'] as const)), timeout: maybe(Type.String({ maxLength: 16 })) }

/** The query of routes that end sessions. */
export const WaitQuery: TUnsafe<WaitQuery> = Type.Unsafe(strict(waiting))

/** The query of routes that end sessions of a realm. */
export const RealmWaitQuery: TUnsafe<RealmWaitQuery> = Type.Unsafe(
  strict({ ...waiting, realm: maybe(realm) }),
)

/** The query of `GET /v1/whoami` */
export const FreshQuery: TUnsafe<FreshQuery> = Type.Unsafe(
  strict({ fresh: maybe(oneOf(['true', 'false'] as const)) }),
)

/** The query of `GET /v1/live` and `GET /v1/live/events` */
export const LineQuery: TUnsafe<LineQuery> = Type.Unsafe(strict({ resource: maybe(text), name: maybe(text) }))

/** The query of `GET /v1/presence` */
export const PresenceQuery: TUnsafe<PresenceQuery> = Type.Unsafe(
  strict({ realm: maybe(realm), user: Type.Union([text, Type.Array(text, { minItems: 1, maxItems: 100 })]) }),
)

/** The query of routes that take none. */
export const NoQuery: TUnsafe<NoQuery> = Type.Unsafe(strict({}))

/** The path of routes for one thing. */
export const IdPath: TUnsafe<IdPath> = Type.Unsafe(strict({ id: Type.String({ minLength: 1 }) }))
