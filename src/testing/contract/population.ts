/**
 * A small world for promises about search: sessions that differ in every way that a filter can tell, and in the ways
 * that careless ones confuse.
 *
 * @module
 */
import type { SessionFilter } from '../../core/selector.ts'
import type { EndReason, SessionRecord } from '../../core/session.ts'
import type { SessionDraft } from '../../core/store.ts'
import { DAY, draftOf, HOUR, TESTER, type Workbench } from './workbench.ts'

/** Draws from what there is, the same way each time for the same seed. */
export interface Chance {
  /** A whole number from 0 to below `bound`. */
  below(bound: number): number
  pick<Item>(items: readonly Item[]): Item
}

/** Makes a chance of a seed. */
export function chanceOf(seed: number): Chance {
  let state = seed
  const below = (bound: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * bound)
  }
  return { below, pick: (items) => items[below(items.length)] as (typeof items)[number] }
}

const REALMS = [...Array<string>(7).fill('default'), 'other'] as const
const USERS = ['ada', 'Ada', 'a%a', 'a_a', 'bob smith', 'Éva'] as const
const NAMES = ['Ada Lovelace', '100% Real', 'under_score', 'ÉVA', undefined] as const
const RESOURCES = ['app', 'app/one', 'App/one', 'a%p/one', 'a_p/one', 'app/é', undefined] as const
const ADDRESSES = ['10.0.0.1', '10.0.0.17', '10.1.2.3', '2001:db8::1', '2001:db8:1::1', undefined] as const
const BROWSERS = ['Chrome 120', 'Chrome 12', 'CHROME 12', 'Édge 1', 'ÉDGE 1', undefined] as const
const SYSTEMS = ['Windows', 'Mac OS', 'Öko', undefined] as const
const TYPES = ['desktop', 'mobile', 'tv', undefined] as const
const LABELS = ['Laptop', 'laptop', '50%', 'a_b', undefined] as const
const LEVELS = [1, 2, 3, undefined] as const
const METHODS = ['pwd', 'otp', '"level":3}'] as const
const REASONS: readonly EndReason[] = ['revoked', 'logout', 'closed']

/** Begins so many sessions, uses some and ends some, each in its own way. Returns the ids of all. */
export async function populate(bench: Workbench, chance: Chance, size: number): Promise<readonly string[]> {
  const ids: string[] = []
  const logins = new Map<string, string>()
  for (let index = 0; index < size; index++) {
    const userId = chance.pick(USERS)
    const parentId = chance.below(3) === 0 ? logins.get(userId) : undefined
    const draft = drawDraft(chance, userId, parentId, `seat-${index}`)
    const displayName = chance.pick(NAMES)
    if (parentId !== undefined && (await bench.reasonOf(parentId)) !== undefined) continue
    await bench.begin(draft, displayName === undefined ? {} : { user: { displayName } })
    ids.push(draft.id)
    if (draft.kind === 'login' && draft.realm === 'default') logins.set(userId, draft.id)
    await stir(bench, chance, ids)
  }
  return ids
}

function drawDraft(chance: Chance, userId: string, parentId: string | undefined, name: string): SessionDraft {
  const resource = chance.pick(RESOURCES)
  return draftOf({
    userId,
    ...(parentId === undefined
      ? { kind: chance.pick(['login', 'playback']), realm: chance.pick(REALMS) }
      : { kind: 'connection', parentId }),
    ...(resource !== undefined && { resource }),
    ...(chance.below(2) === 0 && { name }),
    ...authenticationOf(chance),
    device: deviceOf(chance),
    lifetime: chance.pick([HOUR, DAY]),
    ...(chance.below(3) === 0 && { idle: chance.pick([HOUR / 2, DAY]) }),
  })
}

/** Lets some time pass, and now and then uses or ends one of the sessions. */
async function stir({ store, wait }: Workbench, chance: Chance, ids: readonly string[]): Promise<void> {
  if (chance.below(4) === 0) wait(chance.below(20_000))
  if (chance.below(4) === 0) await store.touch([{ id: chance.pick(ids), ago: chance.below(1_000) }])
  if (chance.below(5) > 0) return
  const ending = { reason: chance.pick(REASONS), by: TESTER }
  await store.end({ realm: 'default', id: chance.pick(ids) }, ending, 1)
}

function authenticationOf(chance: Chance) {
  const level = chance.pick(LEVELS)
  return level === undefined ? {} : { authentication: { methods: [chance.pick(METHODS)], level } }
}

function deviceOf(chance: Chance) {
  const parts = { browser: chance.pick(BROWSERS), os: chance.pick(SYSTEMS), type: chance.pick(TYPES) }
  const given = { ip: chance.pick(ADDRESSES), label: chance.pick(LABELS), ...parts }
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  return { ...known, userAgent: `Agent/${parts.browser} (${parts.os}; ${parts.type})` }
}

type Draw<Field extends keyof SessionFilter> = (
  chance: Chance,
  records: readonly SessionRecord[],
) => SessionFilter[Field]

/** How a value to look for is drawn, for every field of a filter. */
const DRAWS: { readonly [Field in keyof Required<SessionFilter>]: Draw<Field> } = {
  realm: (chance) => chance.pick(['default', 'other']),
  userId: (chance) => chance.pick([...USERS, 'nobody', 'ADA', 'a%']),
  parentId: (chance, records) => chance.pick(records.map(({ id, parentId }) => parentId ?? id)),
  resource: (chance) => chance.pick([...RESOURCES, 'APP', 'a%']),
  resourcePrefix: (chance) => chance.pick(['app', 'App', 'a%', 'a_', 'app/', '', 'app/é', 'a%p/one']),
  name: (chance, records) => chance.pick(records.map(({ name }) => name ?? 'SEAT-1')),
  kind: (chance) => chance.pick(['login', 'connection', 'playback']),
  topLevel: (chance) => chance.below(2) === 0,
  status: (chance) => chance.pick(['live', 'ended', 'any']),
  reason: (chance) => chance.pick([...REASONS, 'expired', 'idle', 'parent-ended', 'banned']),
  deviceType: (chance) => chance.pick([...TYPES, 'TV', '%']),
  browser: (chance) =>
    chance.pick(['chrome', 'Chrome 12', 'CHROME 120', 'chrom', 'édge', 'ÉDGE', '%', 'undefined', 'c_rome']),
  os: (chance) => chance.pick(['windows', 'MAC OS', 'mac', 'öko', 'Öko', '%', 'undefined']),
  address: (chance) =>
    chance.pick([...ADDRESSES, '10.0.0.0/24', '10.0.0.0/8', '::ffff:10.0.0.1', '2001:DB8::/48', '::/0', 'x']),
  label: (chance) => chance.pick([...LABELS, 'LAPTOP', '%', 'a%']),
  level: (chance) => chance.pick(LEVELS),
  serial: (chance, records) => chance.pick(records).serial,
  stamp: (chance, records) => chance.pick(records).stamp ?? 0,
  issuedAfter: (chance, records) => chance.pick(records).issuedAt + chance.below(2),
  issuedBefore: (chance, records) => chance.pick(records).issuedAt + chance.below(2),
  activeAfter: (chance, records) => chance.pick(records).lastActiveAt + chance.below(2),
  activeBefore: (chance, records) => chance.pick(records).lastActiveAt + chance.below(2),
  text: (chance) => chance.pick(['ADA', 'a%a', 'a_', '%', 'éva', 'love', '10.0', 'chrome', 'LAPTOP', '; tv']),
}

/** Every field of a filter. */
export const FILTER_FIELDS: readonly (keyof SessionFilter)[] = Object.keys(DRAWS) as (keyof SessionFilter)[]

/** Draws a filter of these fields; of fewer where nothing is drawn for one. */
export function drawFilter(
  chance: Chance,
  records: readonly SessionRecord[],
  fields: readonly (keyof SessionFilter)[],
): SessionFilter {
  const drawn = fields.map((field) => [field, DRAWS[field](chance, records)] as const)
  return Object.fromEntries(drawn.filter(([, value]) => value !== undefined))
}
