/**
 * What the native API is told: schemas from which validation and types come. Unknown fields are refused.
 *
 * @module
 */
import Type, { type TUnsafe } from 'typebox'
import { SCOPES, type Scope } from '../core/access-key.ts'
import { DENY_KEYS, type DenyKey } from '../core/denial.ts'
import {
  type Authentication,
  type Device,
  type EndReason,
  GIVEN_REASONS,
  type SessionData,
  type SessionKind,
} from '../core/session.ts'
import { AT_LIMITS, type AtLimit } from '../core/store.ts'
import type { Duration } from '../core/time.ts'
import { ROLES, type Role } from '../core/user.ts'
import { WireFilter } from './queries.ts'
import {
  authentication,
  data,
  device,
  duration,
  kind,
  label,
  level,
  maybe,
  oneOf,
  realm,
  sessionId,
  strict,
  text,
} from './schemas.ts'

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

  /** A session's id, or `same-label`. */
  readonly replaces?: string
  readonly limit?: { readonly sessions: number; readonly atLimit?: AtLimit }
}

/** What is told of a device; the rest is parsed from the user agent. */
export type WireDevice = Pick<Device, 'ip' | 'userAgent' | 'label'>

/** One token to verify, or many. */
export type VerifyBody = VerifyOptions & ({ readonly token: string } | { readonly tokens: readonly string[] })

/** How to verify. `seen` is what the holder is seen with now; `maxAge` a span; `fresh` asks the store. */
export interface VerifyOptions {
  readonly fresh?: boolean
  readonly seen?: WireDevice
  readonly maxAge?: Duration
  readonly level?: 1 | 2 | 3
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
  readonly authentication?: Authentication
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
    authentication: maybe(authentication),
    data: maybe(data),
    replaces: maybe(sessionId),
    limit: maybe(
      strict({
        sessions: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
        atLimit: maybe(oneOf(AT_LIMITS)),
      }),
    ),
  }),
)

const verifyOptions = {
  fresh: maybe(Type.Boolean()),
  seen: maybe(device),
  maxAge: maybe(duration),
  level: maybe(level),
}

/** `POST /v1/verify` */
export const VerifyBody: TUnsafe<VerifyBody> = Type.Unsafe(
  Type.Union([
    strict({ token: Type.String({ maxLength: 512 }), ...verifyOptions }),
    strict({ tokens: Type.Array(Type.String({ maxLength: 512 }), { maxItems: 1_000 }), ...verifyOptions }),
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
      strict({ filter: WireFilter, realm: maybe(realm) }),
      strict({ everyone: Type.Literal(true), realm: maybe(realm) }),
    ]),
    reason: maybe(oneOf(GIVEN_REASONS)),
    dryRun: maybe(Type.Boolean()),
    deny: maybe(
      strict({
        keys: Type.Array(oneOf(DENY_KEYS), { minItems: 1, maxItems: 4 }),
        for: duration,
      }),
    ),
  }),
)

/** `PATCH /v1/sessions/{id}` */
export const PatchBody: TUnsafe<PatchBody> = Type.Unsafe(
  strict({
    label: maybe(Type.Union([label, Type.Null()])),
    data: maybe(Type.Union([data, Type.Null()])),
    authentication: maybe(authentication),
  }),
)

/** `PATCH /v1/me/sessions/{id}` */
export const LabelBody: TUnsafe<LabelBody> = Type.Unsafe(strict({ label: Type.Union([label, Type.Null()]) }))

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
