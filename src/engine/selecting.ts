/**
 * Which sessions are meant: selectors, filters and queries, each field of them known, given and of its kind.
 *
 * @module
 */
import { RollcallError } from '../core/errors.ts'
import { readNetwork } from '../core/network.ts'
import { SORTS } from '../core/page.ts'
import {
  SESSION_STATUSES,
  type SessionFilter,
  type SessionQuery,
  type SessionSelector,
} from '../core/selector.ts'
import { END_REASONS, SESSION_KINDS } from '../core/session.ts'
import { DEFAULT_REALM } from '../core/user.ts'
import {
  requireFields,
  requireOneOf,
  requireRealm,
  requireSessionId,
  requireText,
  requireUserId,
} from './validate.ts'

/**
 * Refuses a selector that does not point in exactly one way: a field that is unknown or undefined, or a filter that
 * means everyone. Answers it with its realm.
 *
 * @throws RollcallError `bad-request`
 */
export function requireSelector(selector: SessionSelector): SessionSelector & { readonly realm: string } {
  const ways = WAYS.filter((way) => Object.keys(selector ?? {}).includes(way))
  const [way, other] = ways
  if (way === undefined || other !== undefined)
    throw bad(`A selector points in exactly one way: by ${WAYS.join(', ')}.`)
  requireFields(selector, `selector by ${way}`, ['realm', way, ...BESIDE[way]])
  for (const [field, value] of Object.entries(selector)) SELECTOR_CHECKS[field as SelectorField](value, field)
  const realm = selector.realm ?? DEFAULT_REALM
  if ('filter' in selector) requireEndable(selector.filter, realm)
  return { ...selector, realm }
}

/** Refuses a filter with a field that is unknown, undefined or cannot be meant. @throws RollcallError `bad-request` */
export function requireFilter(filter: SessionFilter): SessionFilter {
  requireFields(filter, 'filter', Object.keys(FILTER_CHECKS))
  for (const [field, value] of Object.entries(filter))
    FILTER_CHECKS[field as keyof SessionFilter](value, field)
  return filter
}

/** Refuses a query that cannot be meant, as {@link requireFilter} does. @throws RollcallError `bad-request` */
export function requireQuery(query: SessionQuery): SessionQuery {
  const { sort, limit, cursor, ...filter } = query
  for (const field of ['sort', 'limit', 'cursor'] as const)
    if (field in query && query[field] === undefined)
      throw bad(`The "${field}" of a query is undefined. Leave it out, or give it.`)
  requireFilter(filter)
  if (sort !== undefined) requireOneOf(sort, 'sort', SORTS)
  if (cursor !== undefined && typeof cursor !== 'string')
    throw bad('A cursor is a text: hand it back as it came.')
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit > 0))
    throw bad('The limit of a list is a whole number of 1 or more.')
  return query
}

/** Tells whether it takes the latest activity to answer. */
export function asksForActivity({ activeAfter, activeBefore, sort }: SessionQuery): boolean {
  return activeAfter !== undefined || activeBefore !== undefined || sort === 'active'
}

type Check = (value: unknown, field: string) => void

type FieldOf<Whole> = Whole extends unknown ? keyof Whole : never

type SelectorField = FieldOf<SessionSelector>

/** What may stand beside each way to point. */
const BESIDE = {
  id: [],
  ids: [],
  userId: ['except'],
  parentId: [],
  resource: ['name'],
  filter: [],
  everyone: [],
} as const satisfies Readonly<Partial<Record<SelectorField, readonly SelectorField[]>>>

const WAYS = Object.keys(BESIDE) as readonly (keyof typeof BESIDE)[]

const SELECTOR_CHECKS: Readonly<Record<SelectorField, Check>> = {
  realm: (value) => requireRealm(value as string),
  id: string,
  ids: (value, field) => {
    if (!Array.isArray(value)) throw bad('The "ids" are a list of session ids.')
    for (const id of value) string(id, field)
  },
  userId: (value) => requireUserId(value as string),
  except: (value) => requireSessionId(value as string, '"except"'),
  parentId: string,
  resource: string,
  name: string,
  filter: (value) => requireFilter(value as SessionFilter),
  everyone: (value) => {
    if (value !== true) throw bad('To end everyone, give "everyone": true.')
  },
}

const FILTER_CHECKS: Readonly<Record<keyof SessionFilter, Check>> = {
  realm: (value) => requireRealm(value as string),
  userId: string,
  parentId: string,
  resource: string,
  resourcePrefix: string,
  name: string,
  deviceType: string,
  browser: string,
  os: string,
  label: string,
  kind: (value) => requireOneOf(value, 'kind', SESSION_KINDS),
  status: (value) => requireOneOf(value, 'status', SESSION_STATUSES),
  reason: (value) => requireOneOf(value, 'reason', END_REASONS),
  level: (value) => requireOneOf(value, 'level', [1, 2, 3]),
  serial: whole,
  stamp: whole,
  topLevel: (value, field) => {
    if (typeof value !== 'boolean') throw bad(`The "${field}" of a filter is true or false.`)
  },
  issuedAfter: moment,
  issuedBefore: moment,
  activeAfter: moment,
  activeBefore: moment,
  address: (value, field) => {
    string(value, field)
    if (readNetwork(value as string) === undefined)
      throw bad(
        'An address to look for is like "203.0.113.7", a network like "10.0.0.0/8" or "2001:db8::/32".',
      )
  },
  text: (value) => requireText(value as string, 'text to look for', 128),
}

function string(value: unknown, field: string): void {
  if (typeof value !== 'string' || value === '') throw bad(`The "${field}" must be a text that is not empty.`)
}

function whole(value: unknown, field: string): void {
  if (!Number.isSafeInteger(value)) throw bad(`The "${field}" of a filter is a whole number.`)
}

function moment(value: unknown, field: string): void {
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw bad(`The "${field}" of a filter is a moment: milliseconds since 1970.`)
}

/** Refuses a filter that says nothing of a session that lives in its realm, or asks for those that do not. */
function requireEndable({ realm: named, status, topLevel, ...rest }: SessionFilter, realm: string): void {
  if (named !== undefined && named !== realm)
    throw bad('The filter names another realm than the selector. Name the realm in the selector.')
  if (status === 'ended') throw bad('What is over cannot be ended. Leave out "status".')
  if (topLevel !== true && Object.keys(rest).length === 0)
    throw bad('The filter is empty, so that it means everyone. To end everyone, say {"everyone": true}.')
}

function bad(message: string): RollcallError {
  return new RollcallError('bad-request', message)
}
