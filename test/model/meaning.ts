import fc from 'fast-check'
import type { SessionFilter } from '../../src/core/selector.ts'
import type { Session } from '../../src/core/session.ts'
import {
  given,
  index,
  label,
  level,
  maybe,
  pick,
  realm,
  resource,
  sessionKind,
  sessionName,
  userId,
} from './command.ts'
import { type Kept, lives, type Model } from './model.ts'

/** A filter; what it compares with sessions is told by index. */
export type Asked = Omit<
  { readonly [Field in keyof SessionFilter]: SessionFilter[Field] | undefined },
  Indexed
> & {
  readonly [Field in Indexed]: number | undefined
}

type Indexed = 'parentId' | 'issuedAfter' | 'issuedBefore' | 'activeAfter' | 'activeBefore'

const seldom = <Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  maybe(arbitrary, 15)

/** Filters. */
export const filters: fc.Arbitrary<Asked> = fc.record({
  realm,
  status: fc.constantFrom('live', 'live', 'ended', 'any', undefined),
  userId: seldom(userId),
  kind: seldom(sessionKind),
  label: seldom(label),
  level: seldom(level),
  resource: seldom(resource),
  resourcePrefix: seldom(fc.constantFrom('default/app/', 'default/')),
  name: seldom(sessionName),
  address: seldom(fc.constantFrom('10.0.0.1', '10.0.0.0/24', '192.0.0.0/8')),
  browser: seldom(fc.constantFrom('chrome', 'Chrome 120', 'Chrome 12', 'Safari')),
  os: seldom(fc.constantFrom('ios', 'Windows')),
  deviceType: seldom(fc.constantFrom('mobile', 'desktop')),
  reason: seldom(fc.constantFrom('revoked', 'evicted', 'expired', 'idle', 'parent-ended', 'banned')),
  topLevel: seldom(fc.constant(true)),
  text: seldom(fc.constantFrom('ADA', 'phone', 'chrome', '10.0', 'zoë')),
  parentId: seldom(index),
  issuedAfter: seldom(index),
  issuedBefore: seldom(index),
  activeAfter: seldom(index),
  activeBefore: seldom(index),
})

/** The filter that is asked for. */
export function toFilter({ sessions, now }: Model, asked: Asked): SessionFilter {
  const at = (place: number | undefined): Session | undefined =>
    place === undefined
      ? undefined
      : pick(
          [...sessions.values()].map(({ session }) => session),
          place,
        )
  const moment = (place: number | undefined, of: 'issuedAt' | 'lastActiveAt'): number | undefined =>
    place === undefined ? undefined : (at(place)?.[of] ?? now)
  return given({
    ...asked,
    parentId: at(asked.parentId)?.id,
    issuedAfter: moment(asked.issuedAfter, 'issuedAt'),
    issuedBefore: moment(asked.issuedBefore, 'issuedAt'),
    activeAfter: moment(asked.activeAfter, 'lastActiveAt'),
    activeBefore: moment(asked.activeBefore, 'lastActiveAt'),
  })
}

/** Whether the node that is asked first writes what it knows of who was active. */
export function asksForActivity({ activeAfter, activeBefore }: SessionFilter): boolean {
  return activeAfter !== undefined || activeBefore !== undefined
}

/** Sessions that a filter means, by the model. */
export function meant(model: Model, filter: SessionFilter): Kept[] {
  const { realm = 'default', reason, status = reason === undefined ? 'live' : 'ended' } = filter
  return [...model.sessions.values()].filter(
    (kept) =>
      kept.session.realm === realm &&
      (status === 'any' || lives(model, kept) === (status === 'live')) &&
      Object.entries(filter).every(([field, wanted]) =>
        wanted === undefined ? true : (TESTS[field]?.(kept.session, wanted as never, model) ?? true),
      ),
  )
}

const TESTS: Readonly<Record<string, (session: Session, wanted: never, model: Model) => boolean>> = {
  userId: ({ userId }, wanted) => userId === wanted,
  parentId: ({ parentId }, wanted) => parentId === wanted,
  kind: ({ kind }, wanted) => kind === wanted,
  label: ({ device }, wanted) => device.label === wanted,
  level: ({ authentication }, wanted) => authentication?.level === wanted,
  resource: ({ resource }, wanted) => resource === wanted,
  resourcePrefix: ({ resource = '' }, wanted) => resource.startsWith(wanted),
  name: ({ name }, wanted) => name === wanted,
  reason: ({ ending }, wanted) => ending?.reason === wanted,
  topLevel: ({ parentId }) => parentId === undefined,
  address: ({ device: { ip = '' } }, wanted: string) => NETWORKS[wanted]?.(ip) ?? ip === wanted,
  browser: ({ device: { browser = '' } }, wanted: string) =>
    browser.toLowerCase() === wanted.toLowerCase() ||
    browser.split(' ')[0]?.toLowerCase() === wanted.toLowerCase(),
  os: ({ device: { os = '' } }, wanted: string) => os.toLowerCase() === wanted.toLowerCase(),
  deviceType: ({ device }, wanted) => device.type === wanted,
  issuedAfter: ({ issuedAt }, wanted) => issuedAt >= wanted,
  issuedBefore: ({ issuedAt }, wanted) => issuedAt < wanted,
  activeAfter: ({ lastActiveAt }, wanted) => lastActiveAt >= wanted,
  activeBefore: ({ lastActiveAt }, wanted) => lastActiveAt < wanted,
  text: ({ realm, userId = '', device }, wanted: string, { users }) =>
    [
      userId,
      users.get(`${realm} ${userId}`)?.user.displayName ?? '',
      ...DESCRIBING.map((field) => device[field] ?? ''),
    ].some((part) => part.toLowerCase().includes(wanted.toLowerCase())),
}

const DESCRIBING = ['label', 'ip', 'userAgent', 'browser', 'os'] as const

const NETWORKS: Readonly<Record<string, (ip: string) => boolean>> = {
  '10.0.0.0/24': (ip) => ip.startsWith('10.0.0.'),
  '192.0.0.0/8': (ip) => ip.startsWith('192.'),
}

/** Sessions as a list has them. */
export function latestFirst(kept: readonly Kept[], by: 'issuedAt' | 'lastActiveAt'): Session[] {
  const order = (a: Kept, b: Kept): number =>
    b.session[by] - a.session[by] || b.session.serial - a.session.serial
  return [...kept].sort(order).map(({ session }) => session)
}
