/**
 * How a filter is searched for: the narrowest way in, and what the database itself can be asked.
 *
 * @module
 */
import { foldCase } from '../../core/matching.ts'
import { canonicalAddress, isAddress } from '../../core/network.ts'
import type { Place, Sort } from '../../core/page.ts'
import { type SessionFilter, statusOf } from '../../core/selector.ts'
import type { Instant } from '../../core/time.ts'
import { DEFAULT_REALM } from '../../core/user.ts'
import { fromId, fromKind, levelPattern } from './rows.ts'
import type { Value, Values } from './statement.ts'
import type { Condition, Partition, Path, Shape } from './statements/searching.ts'

/** A filter, ready to be searched for. */
export interface Search {
  /** One for each partition that may have what is meant. */
  readonly shapes: readonly Shape[]
  readonly values: Values
  readonly sort: Sort

  /** All that is meant lies before the one place, and at or after the other. */
  readonly stretch: Stretch

  /** Whether every row that the database answers with is meant. */
  readonly exact: boolean

  /** Whether most rows on the way may be meant, so that a page is soon full. */
  readonly dense: boolean
}

/** A part of a list, latest first: from just behind one place up to another. */
export interface Stretch {
  readonly from: Place
  readonly floor: Place
}

/** Everything there is. */
const WHOLE: Stretch = {
  from: [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  floor: [Number.MIN_SAFE_INTEGER, 0],
}

/** What a search depends on besides its filter. */
export interface Circumstances {
  readonly sort: Sort
  readonly now: Instant

  /** Whether there are open rows that a mass ending ended. */
  readonly untidy: boolean
}

/** Prepares a search. Whatever the database cannot be asked is left to the filter's one meaning. */
export function searchFor(filter: SessionFilter, { sort, now, untidy }: Circumstances): Search {
  const status = statusOf(filter)
  const parts = PARTITIONS[status](untidy).map((part) => ({ ...part, path: pathOf(filter, sort, part) }))
  const asked = ASKED.filter((field) => filter[field] !== undefined && canAsk(filter, field))
  const beyond = (path: Path) => asked.filter((field) => !FIELDS_OF[path].includes(field))
  const whole = filter.text === undefined && canAsk(filter, 'address')
  return {
    shapes: parts.map(({ partition, state, path }) => ({
      path,
      partition,
      sort,
      conditions: [
        ...state,
        ...(partition === 'closed' || status === 'live' ? beyond(path) : beyond(path).filter(isWritten)),
      ],
    })),
    values: valuesOf(filter, now),
    sort,
    stretch: stretchOf(filter, sort),
    exact: status === 'live' && whole,
    dense: whole && !untidy && parts.every(({ path }) => beyond(path).length === 0),
  }
}

/** Why an open row is over is not written in it yet. */
function isWritten(field: Asked): boolean {
  return field !== 'reason'
}

/** The order in which a count has the least to look at. */
export function countedBy({ activeAfter, activeBefore, issuedAfter, issuedBefore }: SessionFilter): Sort {
  const active = activeAfter !== undefined || activeBefore !== undefined
  return active && issuedAfter === undefined && issuedBefore === undefined ? 'active' : 'issued'
}

function stretchOf(filter: SessionFilter, sort: Sort): Stretch {
  const [after, before] =
    sort === 'issued' ? [filter.issuedAfter, filter.issuedBefore] : [filter.activeAfter, filter.activeBefore]
  return {
    from: before === undefined ? WHOLE.from : [before, 0],
    floor: after === undefined ? WHOLE.floor : [after, 0],
  }
}

interface Part {
  readonly partition: Partition
  readonly state: readonly Condition[]
}

/** Where sessions of a status may be. Behind a mass ending, any open row may be over. */
const PARTITIONS: Readonly<Record<'live' | 'ended' | 'any', (untidy: boolean) => readonly Part[]>> = {
  live: () => [{ partition: 'open', state: ['live'] }],
  ended: (untidy) => [
    { partition: 'closed', state: [] },
    untidy ? { partition: 'open', state: ['over'] } : { partition: 'due', state: ['over'] },
  ],
  any: () => [
    { partition: 'open', state: [] },
    { partition: 'closed', state: [] },
  ],
}

type Asked = Exclude<Condition, 'live' | 'over'>

type Writers = { readonly [Field in Asked]: (value: NonNullable<SessionFilter[Field]>) => Value }

/** How the value of each field is written where the database looks for it. */
const WRITERS: Writers = {
  userId: asItIs,
  parentId: fromId,
  resource: asItIs,
  resourcePrefix: asItIs,
  name: asItIs,
  kind: fromKind,
  serial: asItIs,
  stamp: asItIs,
  topLevel: () => null,
  reason: asItIs,
  deviceType: asItIs,
  browser: (browser) => `${foldCase(browser)} `,
  os: foldCase,
  address: canonicalAddress,
  label: asItIs,
  level: levelPattern,
  issuedAfter: asItIs,
  issuedBefore: asItIs,
  activeAfter: asItIs,
  activeBefore: asItIs,
}

const ASKED = Object.keys(WRITERS) as readonly Asked[]

const FIELDS_OF: Readonly<Record<Path, readonly Asked[]>> = {
  user: ['userId'],
  resource: ['resource'],
  name: ['kind', 'resource', 'name'],
  parent: ['parentId'],
  address: ['address'],
  realm: [],
}

/**
 * Only a realm's sessions are kept in the order of their activity too; a user's are few enough to be sorted. A name
 * leads to the one open session that holds it; those that are over may be many.
 */
function pathOf(filter: SessionFilter, sort: Sort, { partition }: Part): Path {
  const { userId, parentId, resource, name, kind, address } = filter
  if (partition === 'open' && kind !== undefined && resource !== undefined && name !== undefined)
    return 'name'
  if (userId !== undefined && parentId === undefined) return 'user'
  if (sort === 'active') return 'realm'
  if (parentId !== undefined) return 'parent'
  if (resource !== undefined) return 'resource'
  return address !== undefined && isAddress(address) ? 'address' : 'realm'
}

function canAsk({ address, topLevel }: SessionFilter, condition: Condition): boolean {
  if (condition === 'address') return address === undefined || isAddress(address)
  return condition !== 'topLevel' || topLevel === true
}

function valuesOf(filter: SessionFilter, now: Instant): Values {
  const given = ASKED.map((field) => [field, write(filter, field)] as const)
  return { ...Object.fromEntries(given), now, realm: filter.realm ?? DEFAULT_REALM }
}

function write<Field extends Asked>(filter: SessionFilter, field: Field): Value {
  const value = filter[field]
  return value === undefined ? null : WRITERS[field](value as NonNullable<SessionFilter[Field]>)
}

function asItIs<Given extends Value>(value: Given): Value {
  return value
}
