/**
 * What the native API is told: schemas from which validation and types come. Unknown fields are refused.
 *
 * @module
 */
import Type, { type TObject, type TProperties, type TSchema, type TUnsafe } from 'typebox'
import { SCOPES, type Scope } from '../core/access-key.ts'
import {
  type Authentication,
  type Device,
  type EndReason,
  GIVEN_REASONS,
  SESSION_KINDS,
  type SessionData,
  type SessionKind,
} from '../core/session.ts'
import type { DenyKey } from '../core/store.ts'
import type { Duration } from '../core/time.ts'
import { ROLES, type Role } from '../core/user.ts'

/** What begins a session. Spans are milliseconds, or text such as `15m`. */
export interface IssueBody {
  readonly user?: { readonly id: string; readonly displayName?: string; readonly role?: Role }
  readonly realm?: string
  readonly kind?: SessionKind
  readonly parentId?: string
  readonly resource?: string
  readonly name?: string
  readonly lifetime?: Duration
  readonly idle?: Duration
  readonly device?: WireDevice
  readonly authentication?: Authentication
  readonly data?: SessionData
  readonly replaces?: string
}

/** What is told of a device; the rest is parsed from the user agent. */
export type WireDevice = Pick<Device, 'ip' | 'userAgent' | 'label'>

/** One token to verify, or many. */
export type VerifyBody =
  | { readonly token: string; readonly seen?: WireDevice }
  | { readonly tokens: readonly string[]; readonly seen?: WireDevice }

/** Which sessions are meant. */
export interface WireFilter {
  readonly user?: string
  readonly parent?: string
  readonly resource?: string
  readonly name?: string
  readonly kind?: SessionKind
  readonly status?: 'live' | 'ended' | 'any'
}

/** Points at the sessions to end. */
export type WireSelector = { readonly realm?: string } & (
  | { readonly id: string }
  | { readonly ids: readonly string[] }
  | { readonly user: string; readonly except?: string }
  | { readonly parent: string }
  | { readonly resource: string; readonly name?: string }
  | { readonly filter: WireFilter }
  | { readonly everyone: true }
)

/** What ends sessions. `deny.for` is a span. */
export interface EndBody {
  readonly selector: WireSelector
  readonly reason?: EndReason
  readonly dryRun?: boolean
  readonly deny?: { readonly keys: readonly DenyKey[]; readonly for: Duration }
}

/** Changes to what is kept beside a session; null takes away. */
export interface PatchBody {
  readonly label?: string | null
  readonly data?: SessionData | null
}

/** What a holder may change of a session. */
export type LabelBody = Required<Pick<PatchBody, 'label'>>

/** Changes to a user. `reason` says why they are banned. */
export interface UserBody {
  readonly displayName?: string
  readonly role?: Role
  readonly banned?: boolean
  readonly reason?: string
}

/** What makes an access key. */
export interface KeyBody {
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly realm?: string
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
export type ListQuery = WireFilter & PageQuery

/** Which of a holder's sessions are to end. */
export interface ScopeQuery {
  readonly scope: 'others' | 'all'
}

/** Which part of the journal is meant. */
export interface EventQuery {
  readonly after?: string
  readonly limit?: string
}

/** No query at all. */
export type NoQuery = Readonly<Record<string, never>>

/** The id in a path. */
export interface IdPath {
  readonly id: string
}

const strict = <Properties extends TProperties>(properties: Properties): TObject<Properties> =>
  Type.Object(properties, { additionalProperties: false })
const oneOf = <Value extends string>(values: readonly Value[]) =>
  Type.Unsafe<Value>({ type: 'string', enum: [...values] })
const maybe = <Schema extends TSchema>(schema: Schema) => Type.Optional(schema)

const text = Type.String({ minLength: 1, maxLength: 256 })
const realm = Type.String({ minLength: 1, maxLength: 64 })
const sessionId = Type.String({ maxLength: 64 })
const duration = Type.Union([Type.String({ maxLength: 16 }), Type.Integer({ minimum: 0 })])
const device = strict({
  ip: maybe(Type.String({ minLength: 1, maxLength: 64 })),
  userAgent: maybe(Type.String({ maxLength: 4096 })),
  label: maybe(Type.String({ minLength: 1, maxLength: 128 })),
})
const data = Type.Record(Type.String(), Type.Unknown())
const status = oneOf(['live', 'ended', 'any'] as const)
const kind = oneOf(SESSION_KINDS)
const limit = Type.String({
  pattern: '^([1-9]|[1-9]\\d|1\\d\\d|200)$',
  description: 'a whole number from 1 to 200',
})

const filter = {
  user: maybe(text),
  parent: maybe(sessionId),
  resource: maybe(text),
  name: maybe(text),
  kind: maybe(kind),
  status: maybe(status),
}

/** `POST /v1/sessions` */
export const IssueBody: TUnsafe<IssueBody> = Type.Unsafe(
  strict({
    user: maybe(strict({ id: text, displayName: maybe(text), role: maybe(oneOf(ROLES)) })),
    realm: maybe(realm),
    kind: maybe(kind),
    parentId: maybe(sessionId),
    resource: maybe(text),
    name: maybe(text),
    lifetime: maybe(duration),
    idle: maybe(duration),
    device: maybe(device),
    authentication: maybe(
      strict({
        methods: Type.Array(Type.String({ minLength: 1, maxLength: 32 }), { maxItems: 8 }),
        level: Type.Unsafe<1 | 2 | 3>({ type: 'integer', enum: [1, 2, 3] }),
      }),
    ),
    data: maybe(data),
    replaces: maybe(sessionId),
  }),
)

/** `POST /v1/verify` */
export const VerifyBody: TUnsafe<VerifyBody> = Type.Unsafe(
  Type.Union([
    strict({ token: Type.String({ maxLength: 512 }), seen: maybe(device) }),
    strict({ tokens: Type.Array(Type.String({ maxLength: 512 }), { maxItems: 1_000 }), seen: maybe(device) }),
  ]),
)

/** `POST /v1/sessions/end` */
export const EndBody: TUnsafe<EndBody> = Type.Unsafe(
  strict({
    selector: Type.Union([
      strict({ id: sessionId, realm: maybe(realm) }),
      strict({ ids: Type.Array(sessionId, { maxItems: 1_000 }), realm: maybe(realm) }),
      strict({ user: text, except: maybe(sessionId), realm: maybe(realm) }),
      strict({ parent: sessionId, realm: maybe(realm) }),
      strict({ resource: text, name: maybe(text), realm: maybe(realm) }),
      strict({ filter: strict(filter), realm: maybe(realm) }),
      strict({ everyone: Type.Literal(true), realm: maybe(realm) }),
    ]),
    reason: maybe(oneOf(GIVEN_REASONS)),
    dryRun: maybe(Type.Boolean()),
    deny: maybe(
      strict({
        keys: Type.Array(oneOf(['user', 'login', 'name', 'address'] as const), { minItems: 1, maxItems: 4 }),
        for: duration,
      }),
    ),
  }),
)

/** `PATCH /v1/sessions/{id}` */
export const PatchBody: TUnsafe<PatchBody> = Type.Unsafe(
  strict({
    label: maybe(Type.Union([Type.String({ minLength: 1, maxLength: 128 }), Type.Null()])),
    data: maybe(Type.Union([data, Type.Null()])),
  }),
)

/** `PATCH /v1/me/sessions/{id}` */
export const LabelBody: TUnsafe<LabelBody> = Type.Unsafe(
  strict({ label: Type.Union([Type.String({ minLength: 1, maxLength: 128 }), Type.Null()]) }),
)

/** `PATCH /v1/users/{id}` */
export const UserBody: TUnsafe<UserBody> = Type.Unsafe(
  strict({
    displayName: maybe(text),
    role: maybe(oneOf(ROLES)),
    banned: maybe(Type.Boolean()),
    reason: maybe(text),
  }),
)

/** `POST /v1/keys` */
export const KeyBody: TUnsafe<KeyBody> = Type.Unsafe(
  strict({
    name: Type.String({ minLength: 1, maxLength: 64 }),
    scopes: Type.Array(oneOf(SCOPES), { minItems: 1, maxItems: SCOPES.length }),
    realm: maybe(realm),
  }),
)

/** The query of `GET /v1/sessions` */
export const ListQuery: TUnsafe<ListQuery> = Type.Unsafe(
  strict({ ...filter, realm: maybe(realm), limit: maybe(limit), cursor: maybe(Type.String()) }),
)

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
  strict({ after: maybe(Type.String({ maxLength: 64 })), limit: maybe(limit) }),
)

/** The query of routes that need to know the realm alone. */
export const RealmQuery: TUnsafe<RealmQuery> = Type.Unsafe(strict({ realm: maybe(realm) }))

/** The query of routes that take none. */
export const NoQuery: TUnsafe<NoQuery> = Type.Unsafe(strict({}))

/** The path of routes for one thing. */
export const IdPath: TUnsafe<IdPath> = Type.Unsafe(strict({ id: Type.String() }))
