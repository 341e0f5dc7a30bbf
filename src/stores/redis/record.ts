/**
 * How sessions and users are written down.
 *
 * A session is three lines: what scripts work with, an array; what they only carry; and what no journal may tell.
 * Absent values are 0, an absent `idle` is -1. Moments are written as spans from `issuedAt`, which makes them short. Texts are well-formed Unicode: a lone half of a pair becomes U+FFFD, as in every other store.
 *
 * @module
 */
import {
  type Actor,
  type Ending,
  type EndReason,
  type Predecessor,
  SESSION_KINDS,
  type SessionKind,
  type SessionRecord,
} from '../../core/session.ts'
import type { Instant } from '../../core/time.ts'
import type { SecretHash } from '../../core/token.ts'
import { ROLES, type Role, type UserRecord } from '../../core/user.ts'
import { restOfId, toId } from './keys.ts'

/** A value, or 0 where there is none. */
type Maybe<Value> = Value | 0

/** The first line. The order is that of `scripts/session.ts`. */
type Frame = readonly [
  serial: number,
  kind: number,
  stampBehind: number,
  issuedAt: Instant,
  authenticatedAgo: number,
  activeAfter: number,
  lifetime: number,
  idle: number,
  realmEpoch: number,
  userEpoch: number,
  revision: number,
  tokenRole: number,
  ending: Maybe<KeptEnding>,
  realm: string,
  userId: Maybe<string>,
  parent: Maybe<string>,
  resource: Maybe<string>,
  name: Maybe<string>,
  label: Maybe<string>,
  /** Only where there is one. */
  node?: string,
]

/** An ending as it is written down. */
type KeptEnding = readonly [at: Instant, reason: EndReason, kind: Actor['kind'], id: string]

/** Writes a session down. */
export function writeSession(record: SessionRecord): string {
  return [JSON.stringify(toFrame(record)), writeFacts(record), writeSecrets(record)].join('\n')
}

/** The second line: device without its label, authentication, data. */
export function writeFacts({
  device,
  authentication,
  data,
}: Pick<SessionRecord, 'device' | 'authentication' | 'data'>): string {
  return JSON.stringify([DEVICE_FIELDS.map((field) => device[field] ?? 0), authentication ?? 0, data ?? 0])
}

/** The third line: the hash of the token, and its predecessors. Empty where there is no token. */
export function writeSecrets({
  tokenHash,
  predecessors,
}: Pick<SessionRecord, 'tokenHash' | 'predecessors'>): string {
  if (tokenHash === undefined) return ''
  return JSON.stringify(predecessors === undefined ? [tokenHash] : [tokenHash, predecessors])
}

/** Reads a session, by what follows the partition in its id. Without secrets where the third line is missing. */
export function readSession(partition: string, rest: string, text: string): SessionRecord {
  const [frame = '', facts = '', secrets = ''] = text.split('\n')
  const [device, authentication, data] = JSON.parse(facts) as [
    readonly Maybe<string>[],
    Maybe<NonNullable<SessionRecord['authentication']>>,
    Maybe<NonNullable<SessionRecord['data']>>,
  ]
  const [tokenHash, predecessors] = (secrets === '' ? [] : JSON.parse(secrets)) as [
    SecretHash?,
    (readonly Predecessor[])?,
  ]
  const [serial, kind, stamp, issuedAt, ago, active, lifetime, idle, ...behind] = JSON.parse(frame) as Frame
  const [realmEpoch, userEpoch, revision, tokenRole, ending, realm, userId, parent, ...about] = behind
  const [resource, name, label, node] = about
  return {
    id: toId(partition, rest),
    realm,
    kind: SESSION_KINDS[kind] as SessionKind,
    ...(userId !== 0 && { userId }),
    ...(parent !== 0 && { parentId: toId(partition, parent) }),
    ...(resource !== 0 && { resource }),
    ...(name !== 0 && { name }),
    ...(node !== undefined && { node }),
    ...(tokenHash !== undefined && { tokenHash }),
    serial,
    stamp: Math.floor(issuedAt / 1000) + stamp,
    issuedAt,
    authenticatedAt: issuedAt - ago,
    lastActiveAt: issuedAt + active,
    expiresAt: issuedAt + lifetime,
    ...(idle >= 0 && { idle, idleExpiresAt: issuedAt + active + idle }),
    device: { ...toDevice(device), ...(label !== 0 && { label }) },
    ...(authentication !== 0 && { authentication }),
    ...(data !== 0 && { data }),
    realmEpoch,
    userEpoch,
    revision,
    tokenRole: ROLES[tokenRole] as Role,
    ...(predecessors !== undefined && { predecessors }),
    ...(ending !== 0 && { ending: toEnding(ending) }),
  }
}

/** Writes an ending down. */
function fromEnding({ at, reason, by }: Ending): KeptEnding {
  return [at, reason, by.kind, by.id]
}

/** Reads an ending. */
function toEnding([at, reason, kind, id]: KeptEnding): Ending {
  return { at, reason, by: { kind, id } }
}

/** A user as they are written down, by the key that names them. */
type KeptUser = readonly [
  role: number,
  banned: 0 | 1,
  epoch: number,
  lastStamp: number,
  createdAt: Instant,
  displayName: Maybe<string>,
  banReason: Maybe<string>,
]

/** Writes a user down. */
export function writeUser(user: UserRecord, lastStamp: number): string {
  const { role, banned, epoch, createdAt, displayName, banReason } = user
  const kept: KeptUser = [
    ROLES.indexOf(role),
    banned ? 1 : 0,
    epoch,
    lastStamp,
    createdAt,
    kept0(displayName),
    kept0(banReason),
  ]
  return JSON.stringify(kept)
}

/** Reads a user. */
export function readUser(realm: string, id: string, text: string): UserRecord {
  const [role, banned, epoch, , createdAt, displayName, banReason] = JSON.parse(text) as KeptUser
  return {
    id,
    realm,
    ...(displayName !== 0 && { displayName }),
    role: ROLES[role] as Role,
    banned: banned === 1,
    ...(banReason !== 0 && { banReason }),
    epoch,
    createdAt,
  }
}

/** The last stamp that one of a user's sessions was given. */
export function readLastStamp(text: string): number {
  return (JSON.parse(text) as KeptUser)[3]
}

/** The fields of a device as they are written down, each in its place. */
const DEVICE_FIELDS = ['ip', 'userAgent', 'browser', 'os', 'type'] as const

function toDevice(values: readonly Maybe<string>[]): SessionRecord['device'] {
  return Object.fromEntries(
    DEVICE_FIELDS.flatMap((field, index) => (values[index] === 0 ? [] : [[field, values[index]]])),
  )
}

function toFrame(record: SessionRecord): Frame {
  const { ending, userId, parentId, resource, name, device, issuedAt, node } = record
  return [
    record.serial,
    SESSION_KINDS.indexOf(record.kind),
    record.stamp - Math.floor(issuedAt / 1000),
    issuedAt,
    issuedAt - record.authenticatedAt,
    record.lastActiveAt - issuedAt,
    record.expiresAt - issuedAt,
    record.idle ?? -1,
    record.realmEpoch,
    record.userEpoch,
    record.revision,
    ROLES.indexOf(record.tokenRole),
    ending === undefined ? 0 : fromEnding(ending),
    record.realm.toWellFormed(),
    kept0(userId),
    parentId === undefined ? 0 : restOfId(parentId),
    kept0(resource),
    kept0(name),
    kept0(device.label),
    ...(node === undefined ? ([] as const) : ([node.toWellFormed()] as const)),
  ]
}

function kept0(text: string | undefined): Maybe<string> {
  return text === undefined ? 0 : text.toWellFormed()
}
