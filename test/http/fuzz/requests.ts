import fc, { type Arbitrary } from 'fast-check'
import type { Described, DescribedOperation, DescribedParameter } from '../../../src/http/docs/described.ts'
import { HOSTILE, type Json, nearlyValid, type Schemas, sensible, THERE, valid } from './values.ts'

/** A request, in which what is there stands by its name, such as `@session3`. */
export interface Fuzzed {
  readonly method: string
  readonly path: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body?: string
}

/** What requests to an operation prove themselves with. */
export type Credentials = (operation: DescribedOperation) => Arbitrary<Fuzzed['headers']>

/** Requests to everything that is described. */
export function requestsTo({ paths, components }: Described, credentials: Credentials): Arbitrary<Fuzzed> {
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      arbitrary: requestTo(method.toUpperCase(), path, operation, components.schemas, credentials(operation)),
      weight: operation.security.length === 0 ? 1 : 6,
    })),
  )
  return fc.oneof(...operations)
}

function requestTo(
  method: string,
  path: string,
  { parameters = [], requestBody }: DescribedOperation,
  schemas: Schemas,
  credentials: Arbitrary<Fuzzed['headers']>,
): Arbitrary<Fuzzed> {
  const schema = requestBody?.content['application/json']?.schema
  const body: Arbitrary<string | undefined> =
    schema === undefined
      ? fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, HOSTILE_BODY)
      : bodyOf(schema, schemas)
  return fc
    .record({
      method: fc.oneof({ weight: 19, arbitrary: fc.constant(method) }, fc.constantFrom(...METHODS)),
      id: fc.oneof({ weight: 6, arbitrary: idIn(path) }, { weight: 2, arbitrary: HOSTILE_PATH }, THERE),
      query: queryOf(
        parameters.filter((each) => each.in === 'query'),
        schemas,
      ),
      credential: credentials,
      extra: EXTRA_HEADERS,
      body,
      type: fc.oneof({ weight: 19, arbitrary: fc.constant('application/json') }, fc.constantFrom(...TYPES)),
    })
    .map(({ method: chosen, id, query, credential, extra, body: text, type }) => ({
      method: chosen,
      path: path.replace('{id}', id) + query,
      headers: [...credential, ...extra, ...(text === undefined ? [] : [['content-type', type] as const])],
      ...(text !== undefined && { body: text }),
    }))
}

/** Ids of what a path is about. */
function idIn(path: string): Arbitrary<string> {
  const what = ['user', 'denial', 'key'].find((each) => path.includes(`/${each}s/`)) ?? 'session'
  const ids = fc.nat(5).map((number) => `@${what}${number}`)
  return path.startsWith('/v1/me/') ? fc.oneof(ids, fc.constant('current')) : ids
}

/** Methods that there are. */
export const METHODS: readonly string[] = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
]

/** Content types that few routes take. */
export const TYPES: readonly string[] = [
  'text/plain',
  'application/json; charset=latin1',
  'application/x-www-form-urlencoded',
  'json',
  ';',
  'a/b/c',
]

/** Parts of paths that programs stumble over. */
export const HOSTILE_PATH: Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '%00',
    '%',
    '%zz',
    '%ff%fe',
    '..',
    '%2e%2e%2f',
    '%2F',
    '.',
    '*',
    ':id',
    '{id}',
    '%F0%9F%98%80',
    'a;b=c',
    'x'.repeat(257),
    'x'.repeat(3_000),
  ),
  HOSTILE.map(encode),
)

function queryOf(parameters: readonly DescribedParameter[], schemas: Schemas): Arbitrary<string> {
  const fields = parameters.map(({ name, schema }) =>
    fc
      .oneof({ weight: 8, arbitrary: sensible(name, schema, schemas) }, HOSTILE)
      .map((value) => `${name}=${encode(String(value))}`),
  )
  const hostile = fc.constantFrom(
    'unknown=1',
    'limit=5&limit=6',
    'user[]=a',
    'a.b[c]=1',
    '&&&',
    '=',
    '%',
    '%00=%00',
    '__proto__=1',
    'token=@token0',
    'key=@key0',
  )
  const parts =
    fields.length === 0 ? fc.constant<string[]>([]) : fc.array(fc.oneof(...fields), { maxLength: 3 })
  return fc
    .tuple(parts, fc.oneof({ weight: 12, arbitrary: fc.constant(null) }, hostile))
    .map(([some, more]) => [...new Set(some), ...(more === null ? [] : [more])].join('&'))
    .map((query) => (query === '' ? '' : `?${query}`))
}

function bodyOf(schema: object, schemas: Schemas): Arbitrary<string | undefined> {
  const json = (arbitrary: Arbitrary<Json>): Arbitrary<string> =>
    arbitrary.map((value) => JSON.stringify(value))
  return fc.oneof(
    { weight: 10, arbitrary: json(valid(schema, schemas)) },
    { weight: 6, arbitrary: json(nearlyValid(schema, schemas)) },
    { weight: 2, arbitrary: HOSTILE_BODY },
    { weight: 1, arbitrary: fc.constant(undefined) },
  )
}

/** Bodies that programs stumble over. */
export const HOSTILE_BODY: Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '',
    '{',
    'null',
    '[]',
    '"text"',
    '1e999',
    '{"a":1}}',
    '\ufeff{}',
    '{"__proto__":{"role":"operator"}}',
    '{"constructor":{"prototype":{"x":1}}}',
    '{"user":{"id":"a"},"user":{"id":"b"}}',
    '['.repeat(2_000),
    `${'{"data":'.repeat(20)}1${'}'.repeat(20)}`,
    `{"data":"${'x'.repeat(70_000)}"}`,
  ),
  fc.json({ maxDepth: 4 }),
  HOSTILE,
)

/** Headers that change how a request is read. */
export const EXTRA_HEADERS: Arbitrary<Fuzzed['headers']> = fc
  .array(
    fc.constantFrom<readonly [string, string]>(
      ['accept', 'text/event-stream'],
      ['accept', 'text/html'],
      ['last-event-id', '0'],
      ['last-event-id', '-1'],
      ['last-event-id', 'x'.repeat(200)],
      ['origin', 'https://evil.example'],
      ['origin', 'null'],
      ['sec-fetch-site', 'same-origin'],
      ['sec-fetch-site', 'cross-site'],
      ['access-control-request-method', 'DELETE'],
      ['x-forwarded-for', '203.0.113.7, unknown'],
      ['x-forwarded-host', 'evil.example'],
      ['x-http-method-override', 'DELETE'],
      ['content-encoding', 'gzip'],
      ['if-none-match', '*'],
      ['range', 'bytes=0-1'],
      ['cookie', 'a=b; ; =; rollcall'],
      ['traceparent', '00-zz'],
      ['accept-version', '9.9.9'],
    ),
    { maxLength: 2 },
  )
  .map((headers) =>
    headers.filter(([name], index) => headers.findIndex(([other]) => other === name) === index),
  )

/** Percent-encodes a text, whatever it has, but for the names of what is there. */
export function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll('%40', '@')
}
