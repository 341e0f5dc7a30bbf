/**
 * Whether a session is among those meant: the one meaning of a filter, for every store.
 *
 * @module
 */
import { readNetwork } from './network.ts'
import { isLive } from './policy.ts'
import { type SessionFilter, statusOf } from './selector.ts'
import type { SessionRecord } from './session.ts'
import type { Instant } from './time.ts'

/** What a filter looks at. */
export interface Candidate {
  readonly record: SessionRecord

  /** The name of its user. */
  readonly displayName?: string | undefined

  /** The moment at which it is looked at, by the store's clock. */
  readonly at: Instant
}

/** Tells whether a session is among those meant. */
export type Matcher = (candidate: Candidate) => boolean

/** Prepares a filter. An address that is none matches nothing. */
export function matcherOf(filter: SessionFilter): Matcher {
  const tests = FIELDS.flatMap((field) => testOf(filter, field) ?? [])
  const status = statusOf(filter)
  return (candidate) =>
    tests.every((test) => test(candidate)) &&
    (status === 'any' || isLive(candidate.record, candidate.at) === (status === 'live'))
}

/** The text with A to Z in lower case and all else as it is: what every database can do, and does the same way. */
export function foldCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

function testOf<Field extends TestedField>(filter: SessionFilter, field: Field): Matcher | undefined {
  const value = filter[field]
  return value === undefined ? undefined : TESTS[field](value as NonNullable<SessionFilter[Field]>)
}

type TestedField = Exclude<keyof SessionFilter, 'status'>

type Tests = { readonly [Field in TestedField]: (value: NonNullable<SessionFilter[Field]>) => Matcher }

const TESTS: Tests = {
  realm: equal(({ realm }) => realm),
  userId: equal(({ userId }) => userId),
  parentId: equal(({ parentId }) => parentId),
  resource: equal(({ resource }) => resource),
  name: equal(({ name }) => name),
  kind: equal(({ kind }) => kind),
  serial: equal(({ serial }) => serial),
  stamp: equal(({ stamp }) => stamp),
  reason: equal(({ ending }) => ending?.reason),
  deviceType: equal(({ device }) => device.type),
  label: equal(({ device }) => device.label),
  level: equal(({ authentication }) => authentication?.level),
  topLevel:
    (wanted) =>
    ({ record }) =>
      !wanted || record.parentId === undefined,
  resourcePrefix:
    (prefix) =>
    ({ record }) =>
      record.resource?.startsWith(prefix) === true,
  browser: (wanted) => {
    const browser = `${foldCase(wanted)} `
    return ({ record: { device } }) =>
      device.browser !== undefined && `${foldCase(device.browser)} `.startsWith(browser)
  },
  os: (wanted) => {
    const os = foldCase(wanted)
    return ({ record: { device } }) => device.os !== undefined && foldCase(device.os) === os
  },
  address: (wanted) => {
    const isWithin = readNetwork(wanted)
    return ({ record: { device } }) => device.ip !== undefined && isWithin?.(device.ip) === true
  },
  issuedAfter:
    (from) =>
    ({ record }) =>
      record.issuedAt >= from,
  issuedBefore:
    (until) =>
    ({ record }) =>
      record.issuedAt < until,
  activeAfter:
    (from) =>
    ({ record }) =>
      record.lastActiveAt >= from,
  activeBefore:
    (until) =>
    ({ record }) =>
      record.lastActiveAt < until,
  text: (wanted) => {
    const text = wanted.toLowerCase()
    return ({ record: { userId, device }, displayName }) =>
      [userId, displayName, device.label, device.ip, device.userAgent, device.browser, device.os].some(
        (part) => part?.toLowerCase().includes(text),
      )
  },
}

const FIELDS = Object.keys(TESTS) as readonly TestedField[]

function equal<Value>(read: (record: SessionRecord) => Value | undefined): (value: Value) => Matcher {
  return (value) =>
    ({ record }) =>
      read(record) === value
}
