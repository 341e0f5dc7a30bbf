import fc, { type Arbitrary } from 'fast-check'
import type { DescribedSchema } from '../../../src/http/docs/described.ts'

/** Shared schemas, by the ends of references to them. */
export type Schemas = Readonly<Record<string, DescribedSchema & { readonly pattern?: string }>>

type Schema = Schemas[string]

/** A value in the words of JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

/** Stands for something that is there when a request is sent, such as `@session3`. */
export const THERE: Arbitrary<string> = fc
  .tuple(fc.constantFrom('session', 'token', 'user', 'key', 'denial', 'realm'), fc.nat(5))
  .map(([what, number]) => `@${what}${number}`)

/** Texts that programs stumble over. */
export const HOSTILE: Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\u0000',
    '\u202e',
    '\ud800',
    '__proto__',
    'constructor',
    '../../etc/passwd',
    "' or 1=1 --",
    '%_%',
    '{{7*7}}',
    '<script>',
    'null',
    '-1',
    '1e309',
    '9007199254740993',
    'NaN',
    '2026-13-45T99:99:99Z',
    '999999999999d',
    '0x10',
    '::1/999',
    '10.0.0.0/33',
    '*',
    'é'.repeat(100),
    'x'.repeat(300),
    'x'.repeat(5_000),
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
)

/** Values that a schema allows, with what is there among its texts. */
export function valid(schema: Schema, schemas: Schemas): Arbitrary<Json> {
  if (schema.$ref !== undefined) return valid(schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}, schemas)
  if (schema.const !== undefined) return fc.constant(schema.const as Json)
  if (schema.enum !== undefined) return fc.constantFrom(...(schema.enum as Json[]))
  const forms = schema.oneOf ?? schema.anyOf
  if (forms !== undefined) return fc.oneof(...forms.map((form) => valid(form, schemas)))
  const [type] = [schema.type ?? 'any'].flat()
  return (BY_TYPE[type ?? ''] ?? anything)(schema, schemas)
}

const anything = (): Arbitrary<Json> => fc.jsonValue({ maxDepth: 2 }) as Arbitrary<Json>

const BY_TYPE: Readonly<Record<string, (schema: Schema, schemas: Schemas) => Arbitrary<Json>>> = {
  string: ({ pattern, minLength = 0, maxLength = 30 }) =>
    pattern === undefined
      ? fc.oneof(THERE, fc.string({ minLength, maxLength: Math.min(maxLength, 30) }))
      : fc.stringMatching(new RegExp(pattern)),
  integer: ({ minimum = 0, maximum = 1_000_000 }) => fc.integer({ min: minimum, max: maximum }),
  number: () => fc.double({ noNaN: true }),
  boolean: () => fc.boolean(),
  null: () => fc.constant(null),
  array: ({ items = {}, minItems = 0, maxItems = 5 }, schemas) =>
    fc.array(valid(items, schemas), { minLength: minItems, maxLength: Math.min(maxItems, 5) }),
  object: ({ properties, required = [] }, schemas) =>
    properties === undefined
      ? (fc.dictionary(fc.string({ maxLength: 8 }), anything(), { maxKeys: 3 }) as Arbitrary<Json>)
      : fc
          .tuple(
            ...Object.entries(properties).map(([name, field]) => fieldOf(name, field, required, schemas)),
          )
          .map((fields) =>
            Object.fromEntries(fields.flatMap((field) => (field === undefined ? [] : [field]))),
          ),
}

/** A field that is there if it must be, and else now and then. */
function fieldOf(
  name: string,
  schema: Schema,
  required: readonly string[],
  schemas: Schemas,
): Arbitrary<readonly [string, Json] | undefined> {
  const field = sensible(name, schema, schemas).map((value) => [name, value] as const)
  const absent = { weight: 4, arbitrary: fc.constant(undefined) }
  return required.includes(name) ? field : fc.oneof(absent, field)
}

/** Values of a field that a schema allows, mostly such as its name lets expect. */
export function sensible(name: string, schema: Schema, schemas: Schemas): Arbitrary<Json> {
  const expected = EXPECTED[name]
  const allowed = valid(schema, schemas)
  const textual = schema.type === 'string' || schema.anyOf?.some(({ type }) => type === 'string')
  return expected === undefined || !textual ? allowed : fc.oneof({ weight: 8, arbitrary: expected }, allowed)
}

const there = (what: string): Arbitrary<string> => fc.nat(5).map((number) => `@${what}${number}`)
const SPANS = fc.constantFrom('15m', '1h', '1d', '1000', '0')
const NAMES = fc.constantFrom('a', 'default/app/stream', 'laptop')

const EXPECTED: Readonly<Record<string, Arbitrary<Json>>> = {
  id: fc.oneof(there('user'), there('session')),
  except: there('session'),
  parent: there('session'),
  parentId: there('session'),
  replaces: fc.oneof(there('session'), fc.constant('same-label')),
  token: there('token'),
  user: there('user'),
  realm: fc.oneof({ weight: 4, arbitrary: fc.constant('default') }, there('realm')),
  ip: fc.constantFrom('203.0.113.7', '2001:db8::1'),
  address: fc.constantFrom('192.0.2.1', '192.0.2.0/24'),
  lifetime: SPANS,
  idle: SPANS,
  maxAge: SPANS,
  for: SPANS,
  issuedAfter: SPANS,
  issuedBefore: SPANS,
  activeAfter: SPANS,
  activeBefore: SPANS,
  resource: NAMES,
  resourcePrefix: NAMES,
  name: NAMES,
  label: NAMES,
  after: fc.nat(50).map(String),
  type: fc.constantFrom('desktop', 'session.ended', 'session.created,session.ended'),
}

/** Values that a schema nearly allows: valid ones with a fault in one place. */
export function nearlyValid(schema: Schema, schemas: Schemas): Arbitrary<Json> {
  const fault = fc.oneof(HOSTILE, anything(), fc.constantFrom<Json>(-1, 1e20, 1.5, [], {}, null, [[[[]]]]))
  return fc
    .tuple(valid(schema, schemas), fc.nat(1_000), fault)
    .map(([value, place, wrong]) => spoiled(value, place, wrong))
}

/** A value with another in one of its places: in that of a field, beside its fields, or in its own. */
function spoiled(value: Json, place: number, wrong: Json): Json {
  if (typeof value !== 'object' || value === null) return wrong
  if (Array.isArray(value)) return value.length === 0 ? [wrong] : value.with(place % value.length, wrong)
  const fields = Object.entries(value)
  const [name, field] = fields[place % (fields.length + 2)] ?? []
  if (name === undefined) return place % 2 === 0 ? { ...value, unknown: wrong } : wrong
  if (place % 5 === 0) return Object.fromEntries(fields.filter(([other]) => other !== name))
  return { ...value, [name]: place % 3 === 0 ? wrong : spoiled(field ?? null, Math.floor(place / 3), wrong) }
}
