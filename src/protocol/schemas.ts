/**
 * The pieces that requests are described with. Unknown fields are refused.
 *
 * @module
 */
import Type, {
  type TArray,
  type TInteger,
  type TObject,
  type TOptional,
  type TProperties,
  type TRecord,
  type TSchema,
  type TString,
  type TUnion,
  type TUnknown,
  type TUnsafe,
} from 'typebox'
import { SESSION_KINDS, type SessionKind } from '../core/session.ts'

/** An object with these fields and no others. */
export function strict<Properties extends TProperties>(properties: Properties): TObject<Properties> {
  return Type.Object(properties, { additionalProperties: false })
}

/** One of a few texts. */
export function oneOf<Value extends string>(values: readonly Value[]): TUnsafe<Value> {
  return Type.Unsafe<Value>({ type: 'string', enum: [...values] })
}

/** A field that may be left out. */
export function maybe<Schema extends TSchema>(schema: Schema): TOptional<Schema> {
  return Type.Optional(schema) as TOptional<Schema>
}

/** A short text. */
export const text: TString = Type.String({ minLength: 1, maxLength: 256 })

/** The name of a realm. */
export const realm: TString = Type.String({ minLength: 1, maxLength: 64 })

/** What a device is called. */
export const label: TString = Type.String({ minLength: 1, maxLength: 190 })

/** What to look for. */
export const words: TString = Type.String({ minLength: 1, maxLength: 128 })

/** A session's id. */
export const sessionId: TString = Type.String({ maxLength: 64 })

/** A span of time: milliseconds, or text such as `15m`. */
export const duration: TUnion<[TString, TInteger]> = Type.Union([
  Type.String({ maxLength: 16 }),
  Type.Integer({ minimum: 0 }),
])

/** What is told of a device. */
export const device: TObject<{
  ip: TOptional<TString>
  userAgent: TOptional<TString>
  label: TOptional<TString>
}> = strict({
  ip: maybe(Type.String({ minLength: 1, maxLength: 64 })),
  userAgent: maybe(Type.String({ maxLength: 4096 })),
  label: maybe(label),
})

/** What the application keeps beside a session. */
export const data: TRecord<string, TUnknown> = Type.Record(Type.String(), Type.Unknown())

/** The kind of a session. */
export const kind: TUnsafe<SessionKind> = oneOf(SESSION_KINDS)

/** How strongly a holder proved who they are. */
export const level: TUnsafe<1 | 2 | 3> = Type.Unsafe<1 | 2 | 3>({ type: 'integer', enum: [1, 2, 3] })

/** How a holder proved who they are. */
export const authentication: TObject<{ methods: TArray<TString>; level: TUnsafe<1 | 2 | 3> }> = strict({
  methods: Type.Array(Type.String({ minLength: 1, maxLength: 32 }), { maxItems: 8 }),
  level,
})

/** How many items a page may have, as digits. */
export const limit: TString = Type.String({
  pattern: '^([1-9]|[1-9]\\d|1\\d\\d|200)$',
  description: 'a whole number from 1 to 200',
})

/** A moment, or how long ago it was. */
export const moment: TString = Type.String({
  pattern: '^(\\d{1,12}(ms|s|m|h|d)?|\\d{4}-\\d\\d-\\d\\dT[0-9:.]{5,12}(Z|[+-]\\d\\d:\\d\\d))$',
  description: 'a moment such as 2026-01-31T12:00:00.000Z, or how long ago, such as 15m',
})
