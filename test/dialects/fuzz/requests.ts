import fc, { type Arbitrary } from 'fast-check'
import type { Dialect } from '../../../src/http/dialects/contract.ts'
import {
  EXTRA_HEADERS,
  encode,
  type Fuzzed,
  HOSTILE_BODY,
  HOSTILE_PATH,
  METHODS,
  TYPES,
} from '../../http/fuzz/requests.ts'
import { HOSTILE } from '../../http/fuzz/values.ts'
import { PLACES } from './world.ts'

/** Secrets by the names that a world has for them. */
export type Secrets = Arbitrary<string>

/** What a dialect proves callers by. */
export type Proof = 'login' | 'key'

const place = fc.constantFrom(...PLACES)
const named = (...names: readonly string[]): Arbitrary<string> =>
  fc.tuple(fc.constantFrom(...names), place).map(([name, number]) => `@${name}${number}`)

/** Secrets that prove something to a dialect. */
export function right(proof: Proof): Secrets {
  return proof === 'login' ? named('token') : fc.constantFrom('@basicsecret0', '@basicsecret1')
}

/** Secrets that prove nothing to a dialect: of another kind, realm or scope, over, withdrawn, spoiled. */
export function wrong(proof: Proof): Secrets {
  const common = [
    named('gone', 'elsewhere', 'play', 'session', 'short', 'serial', 'stamp', 'user', 'abroad', 'withdrawn'),
    named('basicabroad', 'basicwithdrawn'),
    named('session').map((id) => `rct_${id}`),
    place.map((number) => `@token${number}1`),
    place.map((number) => `x@token${number}`),
    fc.base64String({ maxLength: 60 }),
    HEADER_TEXT,
  ]
  const foreign =
    proof === 'login'
      ? [named('secret', 'basicsecret')]
      : [named('token'), fc.constantFrom('@secret0', '@basicsecret2', '@basicsecret3', 'x@basicsecret0')]
  return fc.oneof(...common, ...foreign)
}

/** Text that a header can have. */
const HEADER_TEXT = fc.string({
  unit: fc.constantFrom(...' !"#$%&\'()*+,-./0123456789:;<=>?@ABCXYZ[\\]^_`abcxyz{|}~\u00e9'),
  maxLength: 30,
})

/** Where a secret travels: a part of the request that it fills. */
type Carried = { readonly headers?: Fuzzed['headers']; readonly query?: string }

type Carry = (secret: string) => Carried

/** How dialects let a secret travel. */
const USUAL: Readonly<Record<Proof, readonly Carry[]>> = {
  key: [(secret) => ({ headers: [['authorization', `Basic ${secret}`]] })],
  login: [
    (secret) => ({ headers: [['authorization', secret]] }),
    (secret) => ({ headers: [['authorization', `Bearer ${secret}`]] }),
    (secret) => ({ query: `token=${encode(secret)}` }),
    (secret) => ({
      headers: [
        ['cookie', `a=b; @pair0; TOKEN=${secret}`],
        ['x-xsrf-token', '@echo0'],
      ],
    }),
  ],
}

const CARRIERS: readonly Carry[] = [
  ...USUAL.key,
  ...USUAL.login,
  (secret) => ({ headers: [['authorization', `Token  ${secret} `]] }),
  (secret) => ({ headers: [['x-session-token', secret]] }),
  (secret) => ({ headers: [['cookie', `TOKEN=${secret}; __Host-rollcall=${secret}`]] }),
  (secret) => ({
    headers: [
      ['cookie', `TOKEN=${secret}; XSRF-SALT=salt; XSRF-TOKEN=token`],
      ['x-xsrf-token', 'token'],
    ],
  }),
  () => ({}),
]

/** Requests to a dialect, with such secrets wherever one can stand. */
export function requestsOf(dialect: Dialect, proof: Proof, secrets: Secrets): Arbitrary<Fuzzed> {
  const { routes, roots, exact } = dialect
  const known = fc
    .constantFrom(...routes)
    .chain(({ method, path }) => fc.tuple(fc.constant(method === 'ANY' ? 'GET' : method), filled(path)))
  const strange = fc.tuple(
    fc.constantFrom(...METHODS),
    fc
      .tuple(fc.constantFrom(...roots, ...exact), fc.array(HOSTILE_PATH, { maxLength: 4 }))
      .map(([root, parts]) => [root, ...parts].join('/')),
  )
  return fc
    .record({
      where: fc.oneof({ weight: 6, arbitrary: known }, strange),
      odd: fc.oneof({ weight: 12, arbitrary: fc.constant(undefined) }, fc.constantFrom(...METHODS)),
      bend: fc.oneof(
        { weight: 8, arbitrary: fc.constant((path: string) => path) },
        fc.constantFrom(...BENDS),
      ),
      carried: fc
        .tuple(
          fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...USUAL[proof]) }, fc.constantFrom(...CARRIERS)),
          secrets,
        )
        .map(([carry, secret]) => carry(secret)),
      query: queryWith(secrets),
      extra: EXTRA_HEADERS,
      body: bodyWith(secrets),
    })
    .map(({ where: [method, path], odd, bend, carried, query, extra, body }) => {
      const whole = [carried.query, query].filter(Boolean).join('&')
      const own = carried.headers ?? []
      const taken = new Set(own.map(([name]) => name))
      return {
        method: odd ?? method,
        path: bend(path) + (whole === '' ? '' : `?${whole}`),
        headers: [...own, ...[...extra, ...body.headers].filter(([name]) => !taken.has(name))],
        ...(body.text !== undefined && { body: body.text }),
      }
    })
}

const mostly = (name: string): Arbitrary<string> =>
  fc.oneof({ weight: 8, arbitrary: fc.constant(name) }, fc.constant('nope'))

/** What stands for the open parts of paths, by their names; the ids of everybody for those that are not here. */
const PARTS: Readonly<Record<string, Arbitrary<string>>> = {
  vhost: mostly('default'),
  app: mostly('app'),
  stream: mostly('stream'),
  session: named('name'),
  uid: named('user'),
  sid: named('stamp'),
}

function filled(path: string): Arbitrary<string> {
  const parts = path.split('/').map((part) => {
    if (!part.startsWith(':')) return fc.constant(part)
    const [, name = '', rest = ''] = /^:(\w+)(.*)$/.exec(part) ?? []
    const likely = PARTS[name] ?? named('user', 'serial', 'session')
    const other = fc.oneof(HOSTILE_PATH, named('user', 'serial', 'stamp', 'session', 'short', 'token'))
    return fc.oneof({ weight: 12, arbitrary: likely }, other).map((value) => value + rest)
  })
  return fc.tuple(...parts).map((all) => all.join('/'))
}

/** Ways to write a path that is another, or nearly. */
const BENDS: readonly ((path: string) => string)[] = [
  (path) => `${path}/`,
  (path) => path.replace('/', '//'),
  (path) => path.toUpperCase(),
  (path) => `${path}/..`,
  (path) => `${path}%00`,
  (path) => path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
  (path) => path.replace(/\/(?=[^/]*$)/, '%2F'),
  (path) => `${path};a=b`,
  (path) => `${path}#part`,
]

const NUMBERS = fc.oneof(
  fc.integer({ min: -2, max: 60 }).map(String),
  fc.constantFrom('', 'NaN', '1e3', '0x10', '9007199254740993', '1.5', 'true', 'false', '50%'),
)

function queryWith(secrets: Secrets): Arbitrary<string> {
  const pair = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.tuple(fc.constantFrom('limit', 'offset', 'cursor', 'verbose', 'allButSelf'), NUMBERS),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.constantFrom('token', 'session_token', 'cursor', 'limit[]'), secrets),
    },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom('limit', 'cursor', 'token', '__proto__'), HOSTILE) },
  )
  const pairs = fc
    .array(
      pair.map(([name, value]) => `${name}=${encode(value)}`),
      { maxLength: 3 },
    )
    .map((all) => all.join('&'))
  return fc.oneof(
    { weight: 9, arbitrary: pairs },
    fc.constantFrom('&&&', '=', '%', '%ff=%00', 'limit', '?', '+=+'),
  )
}

interface Body {
  readonly text?: string
  readonly headers: Fuzzed['headers']
}

const FIELDS = [
  'sessionToken',
  'session_token',
  'token',
  'session_information',
  'sessions',
  '__proto__',
] as const
const VALUES: Arbitrary<unknown> = fc.oneof(
  fc.array(fc.oneof(named('stamp', 'name', 'serial'), fc.integer(), HOSTILE), { maxLength: 4 }),
  fc.array(named('stamp'), { minLength: 99, maxLength: 102 }),
  HOSTILE,
  fc.jsonValue({ maxDepth: 2 }),
)

function bodyWith(secrets: Secrets): Arbitrary<Body> {
  const fields = fc.dictionary(
    fc.constantFrom(...FIELDS),
    fc.oneof({ weight: 2, arbitrary: secrets }, VALUES),
    {
      maxKeys: 3,
    },
  )
  const typed =
    (type: string) =>
    (text: string): Body => ({ text, headers: [['content-type', type]] })
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant<Body>({ headers: [] }) },
    { weight: 6, arbitrary: fields.map((value) => typed('application/json')(JSON.stringify(value))) },
    { weight: 2, arbitrary: VALUES.map((value) => typed('application/json')(JSON.stringify(value) ?? '')) },
    { weight: 2, arbitrary: fields.map((value) => typed('application/x-www-form-urlencoded')(form(value))) },
    { weight: 1, arbitrary: fields.map((value) => typed('multipart/form-data; boundary=b')(parts(value))) },
    { weight: 1, arbitrary: HOSTILE_BODY.map(typed('application/json')) },
    {
      weight: 1,
      arbitrary: fc.tuple(HOSTILE_BODY, fc.constantFrom(...TYPES)).map(([text, type]) => typed(type)(text)),
    },
  )
}

function form(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .flatMap(([name, value]) => [value].flat().map((each) => `${name}=${encode(String(each))}`))
    .join('&')
}

function parts(fields: Readonly<Record<string, unknown>>): string {
  const all = Object.entries(fields).map(
    ([name, value]) => `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${String(value)}\r\n`,
  )
  return `${all.join('')}--b--\r\n`
}
