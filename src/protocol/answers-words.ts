/**
 * The words that schemas of answers are made of.
 *
 * An example of a thing shows its required fields, and of the others those that have an example.
 *
 * @module
 */
import Type, { type TProperties, type TSchema, type TSchemaOptions, type TUnsafe } from 'typebox'

/** A thing with these fields and no others. */
export function thing<Value>(description: string, properties: TProperties): TUnsafe<Value> {
  return Type.Unsafe<Value>(Type.Object(properties, { additionalProperties: false, description }))
}

/** Points at a shared schema by its name. */
export function shared<Value>(name: string, example?: Value): TUnsafe<Value> {
  return Type.Unsafe<Value>({ $ref: `${name}#`, ...by(example) })
}

/** A field that may be absent. */
export function maybe<Schema extends TSchema>(schema: Schema): ReturnType<typeof Type.Optional<Schema>> {
  return Type.Optional(schema)
}

/** A field of text. */
export function text(description: string, example?: string): TUnsafe<string> {
  return Type.Unsafe<string>({ type: 'string', description, ...by(example) })
}

/** One of these texts. */
export function oneOf<Value extends string>(
  values: readonly Value[],
  description: string,
  example?: Value,
): TUnsafe<Value> {
  return Type.Unsafe<Value>({ type: 'string', enum: [...values], description, ...by(example) })
}

/** One text and no other. */
export function exactly<Value extends string | number | boolean>(
  value: Value,
  description: string,
): TUnsafe<Value> {
  return Type.Unsafe<Value>({ type: typeof value, const: value, description })
}

/** A whole number from zero up. */
export function number(description: string, example?: number): TUnsafe<number> {
  return Type.Unsafe<number>({ type: 'integer', minimum: 0, description, ...by(example) })
}

/** A yes or no. */
export function flag(description: string, example?: boolean): TUnsafe<boolean> {
  return Type.Unsafe<boolean>({ type: 'boolean', description, ...by(example) })
}

/** A list. */
export function listOf<Item>(
  items: TUnsafe<Item>,
  description: string,
  example?: readonly Item[],
): TUnsafe<readonly Item[]> {
  return Type.Unsafe<readonly Item[]>({ type: 'array', items, description, ...by(example) })
}

/** A moment: RFC 3339, in UTC, with milliseconds. */
export function moment(description: string, example?: string): TUnsafe<string> {
  return Type.Unsafe<string>({ type: 'string', format: 'date-time', description, ...by(example) })
}

/** A session's id. */
export function sessionId(description: string, example?: string): TUnsafe<string> {
  return Type.Unsafe<string>({ type: 'string', pattern: SESSION_ID, description, ...by(example) })
}

/** A session's token, where it is handed out. */
export const TOKEN: TUnsafe<string> = Type.Unsafe({
  type: 'string',
  pattern: '^rct_[1-9A-HJ-NP-Za-km-z]{72}$',
  description: 'The secret that proves the session. Shown here only: it is kept nowhere.',
  examples: ['rct_7Hq2vXcT9mRkWb4NpZsLfE3cVjKu8QdYtA5sGhWnB6xMzPrF2eLJbRv9TkXw4HmCqS1uZyNd'],
})

/** The realm of a thing. */
export const REALM: TUnsafe<string> = text('The application that it belongs to.', 'default')

const SESSION_ID = '^ses_[1-9A-HJ-NP-Za-km-z]{22}$'

function by(example: unknown): TSchemaOptions {
  return example === undefined ? {} : { examples: [example] }
}
