/**
 * How the journal, mass endings and denials are written down.
 *
 * @module
 */
import type { AccessKey } from '../../core/access-key.ts'
import type { Denial, DenyKey } from '../../core/denial.ts'
import type { RollcallEvent } from '../../core/events.ts'
import { writePosition } from '../../core/position.ts'
import { type Actor, type Ending, type EndReason, toSession } from '../../core/session.ts'
import type { Instant } from '../../core/time.ts'
import type { SecretHash } from '../../core/token.ts'
import { readSession } from './record.ts'

/** An entry of a journal, as it was read. */
export interface Entry {
  /** Without a cursor. */
  readonly event: RollcallEvent

  /** When it was written: an expiry is told later than it was due. */
  readonly writtenAt: Instant

  /** Its place among the entries of all partitions: microseconds of the server that wrote it. */
  readonly order: number
}

/**
 * Reads an entry, by its stream id and fields. They are: `t` type, `a` moment, `w` when it was written, `o` order;
 * and either `s`, a session (what follows the partition in its id, then its first two lines) with `m`, the mass ending
 * that ended it; or `e`, all else of the event.
 */
export function readEntry(partition: string, id: string, fields: readonly string[]): Entry {
  const { t, a, w, o, s, m, e } = toObject(fields)
  const common = { position: positionOf(partition, Number(id.split('-')[0])), at: Number(a), type: t }
  const told = s === undefined ? JSON.parse(e ?? '{}') : readSessionEvent(partition, s, t, m)
  return { event: { ...common, ...told } as RollcallEvent, writtenAt: Number(w), order: Number(o) }
}

/** A place in the journal of a partition. */
export function positionOf(partition: string, count: number): string {
  return writePosition(new Map([[partition, count]]))
}

/** An advance of an epoch whose single endings are not all written yet. */
export interface MassEnding {
  readonly partition: string

  /** Its place in the journal of its partition: the epoch that it set. */
  readonly count: number
  readonly position: string
  readonly realm: string
  readonly userId?: string
  readonly ending: Ending

  /** The login that lives on, and the epoch of its realm before. */
  readonly spared?: { readonly id: string; readonly before: number }

  /** Which came first, of two: microseconds of the server that wrote it. */
  readonly order: number
}

/** Reads a mass ending. */
export function readMass(partition: string, text: string): MassEnding {
  const [count, realm, userId, at, order, reason, kind, id, except = 0, before = 0] = JSON.parse(
    text,
  ) as KeptMass
  return {
    partition,
    count,
    position: positionOf(partition, count),
    realm,
    ...(userId !== 0 && { userId }),
    ending: { at, reason, by: { kind, id } },
    ...(except !== 0 && { spared: { id: except, before } }),
    order: Number(order),
  }
}

/** A mass ending as it is written down. */
type KeptMass = readonly [
  count: number,
  realm: string,
  userId: string | 0,
  at: Instant,
  order: string,
  reason: EndReason,
  kind: Actor['kind'],
  id: string,
  except?: string | 0,
  before?: number,
]

/** Reads a denial of a realm. */
export function readDenial(realm: string, text: string): Denial {
  const [id, key, value, at, until, kind, by] = JSON.parse(text) as KeptDenial
  return { id, realm, key, value, at, until, by: { kind, id: by } }
}

/** A denial as it is written down. */
type KeptDenial = readonly [
  id: string,
  key: DenyKey,
  value: string,
  at: Instant,
  until: Instant,
  kind: Actor['kind'],
  by: string,
]

function readSessionEvent(
  partition: string,
  text: string,
  type: string | undefined,
  mass: string | undefined,
) {
  const [rest = '', ...lines] = text.split('\n')
  const session = toSession(readSession(partition, rest, lines.slice(0, 2).join('\n')))
  const { realm, ending } = session
  if (type !== 'session.ended' || ending === undefined) return { realm, session }
  return { realm, session, reason: ending.reason, by: ending.by, ...(mass !== undefined && { mass }) }
}

function toObject(fields: readonly string[]): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    fields.flatMap((field, index) => (index % 2 === 0 ? [[field, fields[index + 1]]] : [])),
  )
}

/** Reads an access key, by its id. */
export function readKey(id: string, text: string): AccessKey {
  const [, name, realm, scopes, createdAt, withdrawnAt] = JSON.parse(text) as KeptKey
  return {
    id,
    name,
    realm,
    scopes: JSON.parse(scopes),
    createdAt,
    ...(withdrawnAt > 0 && { withdrawnAt }),
  }
}

/** Writes an access key down. */
export function writeKey(key: AccessKey, hash: SecretHash): string {
  const { name, realm, scopes, createdAt, withdrawnAt = 0 } = key
  const kept: KeptKey = [hash, name, realm, JSON.stringify(scopes), createdAt, withdrawnAt]
  return JSON.stringify(kept)
}

/** The hash by which a kept access key is found. */
export function readKeyHash(text: string): SecretHash {
  return (JSON.parse(text) as KeptKey)[0]
}

/** An access key as it is written down. */
type KeptKey = readonly [
  hash: SecretHash,
  name: string,
  realm: string,
  scopes: string,
  createdAt: Instant,
  withdrawnAt: Instant,
]
