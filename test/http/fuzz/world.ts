import fc, { type Arbitrary } from 'fast-check'
import { ALL_REALMS, SCOPES } from '../../../src/core/access-key.ts'
import type { AppBench } from '../../support/app.ts'
import type { Credentials, Fuzzed } from './requests.ts'

/** What is there for requests to point at, by its names in them. */
export interface World {
  /** Puts what is there in the place of its names. */
  put(text: string): string

  /** Makes new what is over or withdrawn by now. */
  refill(): Promise<void>
}

const PLACES = [0, 1, 2, 3, 4, 5] as const

/** Fills a world: live sessions of five users in two realms, keys of every scope, denials, and credentials that are over. */
export async function worldOn({ sessions }: AppBench): Promise<World> {
  const there = new Map<string, string>()
  let users = 0

  async function fill(place: number): Promise<void> {
    const verdict = await sessions.verify(there.get(`token${place}`) ?? '')
    if (verdict.ok) return
    const realm = place < 4 ? 'default' : 'other'
    const id = `user-${++users}`
    const ip = `10.${users >> 16}.${(users >> 8) & 255}.${users & 255}`
    const { session, token } = await sessions.issue({ user: { id }, realm, device: { label: 'fuzz', ip } })
    const gone = await sessions.issue({ user: { id: `${id}-gone` }, realm })
    const { receipt } = await sessions.end(
      { id: gone.session.id, realm },
      { deny: { keys: ['user'], span: '1h' } },
    )
    const denial = (await sessions.denials.list({ realm, limit: 200 })).items.at(-1)?.id ?? receipt.position
    for (const [name, value] of Object.entries({
      session: session.id,
      token,
      user: id,
      realm,
      gone: gone.token,
      denial,
    }))
      there.set(`${name}${place}`, value)
  }

  async function cut(place: number): Promise<void> {
    if ((await sessions.keys.verify(there.get(`secret${place}`) ?? '')) !== undefined) return
    const scopes =
      place === 0
        ? (['admin'] as const)
        : place === 1
          ? SCOPES.filter((scope) => scope !== 'admin')
          : [SCOPES[place] ?? 'admin']
    const make = async (): Promise<{ readonly id: string; readonly secret: string }> => {
      const realm = place < 2 ? ALL_REALMS : 'default'
      const { key, secret } = await sessions.keys.create({ name: `fuzz ${place} ${++users}`, scopes, realm })
      return { id: key.id, secret }
    }
    const live = await make()
    const withdrawn = await make()
    await sessions.keys.withdraw(withdrawn.id)
    for (const [name, value] of Object.entries({
      key: live.id,
      secret: live.secret,
      withdrawn: withdrawn.secret,
    }))
      there.set(`${name}${place}`, value)
  }

  const world = {
    put: (text: string) => text.replaceAll(/@([a-z]+\d)/g, (name, which: string) => there.get(which) ?? name),
    async refill() {
      for (const place of PLACES) await Promise.all([fill(place), cut(place)])
    },
  }
  await world.refill()
  return world
}

const place = fc.constantFrom(...PLACES)
const alone = (name: string, value: string): Fuzzed['headers'] => [[name, value]]

/** Tokens, however they travel. */
const TOKENS = fc.oneof(
  { weight: 4, arbitrary: place.map((n) => alone('authorization', `Bearer @token${n}`)) },
  place.map((n) => alone('x-session-token', `@token${n}`)),
  place.map((n) => alone('cookie', `rollcall=@token${n}`)),
  place.map((n) => alone('cookie', `__Host-rollcall=@token${n}`)),
)

/** Keys, the first of which may do everything. */
const KEYS = fc.oneof(
  { weight: 4, arbitrary: fc.constant(alone('authorization', 'Bearer @secret0')) },
  place.map((n) => alone('authorization', `Bearer @secret${n}`)),
)

/** Two credentials in one request. */
const PAIRS = fc
  .tuple(fc.constantFrom('token', 'secret'), place, place)
  .map(([what, a, b]): Fuzzed['headers'] => [
    ['authorization', `Bearer @${what}${a}`],
    ['x-session-token', `@token${b}`],
  ])

/** Credentials that prove something, mostly what an operation asks for. */
export const RIGHT: Credentials = ({ security }) => {
  const [own, other] = security.some((way) => 'token' in way) ? [TOKENS, KEYS] : [KEYS, TOKENS]
  return fc.oneof({ weight: 16, arbitrary: own }, other, PAIRS)
}

/** Credentials that prove nothing. */
export const WRONG: Credentials = () => NOTHING

const NOTHING: Arbitrary<Fuzzed['headers']> = fc.oneof(
  fc.constant<Fuzzed['headers']>([]),
  place.map((n) => alone('authorization', `Bearer @gone${n}`)),
  place.map((n) => alone('authorization', `Bearer @withdrawn${n}`)),
  place.map((n) => alone('authorization', `Bearer @session${n}`)),
  place.map((n) => alone('authorization', `Bearer @key${n}`)),
  place.map((n) => alone('authorization', `Bearer x@token${n}`)),
  place.map((n) => alone('authorization', `Token @secret${n}`)),
  place.map((n) => alone('authorization', `Bearer @token${n}1`)),
  place.map((n) => alone('x-access-token', `@token${n}`)),
  place.map((n) => alone('x-api-key', `@secret${n}`)),
  place.map((n) => alone('cookie', `session=@token${n}; token=@token${n}`)),
  fc
    .string({ unit: fc.constantFrom(...' !"#$%&\'()*+,-./0123456789:;<=>?@ABCXYZ[\\]^_`abcxyz{|}~\u00e9') })
    .chain((value) =>
      fc.constantFrom('authorization', 'cookie', 'x-session-token').map((name) => alone(name, value.trim())),
    ),
  fc.base64String().map((value) => alone('authorization', `Basic ${value}`)),
)
