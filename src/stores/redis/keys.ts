/**
 * The names of keys: every one of a partition has that partition's digit as its hash tag, and so lives in one slot.
 *
 * `docs/stores/redis.md` says of each what it holds and what bounds it. `scripts/names.ts` makes the same names in Lua.
 *
 * @module
 */
import { BASE58 } from '../../core/base58.ts'
import { ID_LENGTH, isSessionId, partitionOf, SESSION_PREFIX } from '../../core/id.ts'

/** Where keys begin, unless told otherwise. */
export const DEFAULT_PREFIX = 'rollcall'

/** Every partition. */
export const PARTITIONS: readonly string[] = [...BASE58]

/** Where access keys and nodes are kept. */
export const FIXED_PARTITION = '1'

/** What every key of a partition begins with: the one key that scripts are given, from which they make all others. */
export function baseOf(prefix: string, partition: string): string {
  return `${prefix}:{${partition}}:`
}

/** The channel on which each write that grows a journal says so. */
export function newsChannel(prefix: string): string {
  return `${prefix}:news`
}

/** Where a realm keeps what is its own: its epoch, serials and denials. */
export function homeOf(realm: string): string {
  return partitionOf({ realm })
}

/** The partition of a session, from its id alone; undefined for what is no session id. */
export function partitionOfId(id: string): string | undefined {
  return isSessionId(id) ? id.charAt(SESSION_PREFIX.length) : undefined
}

/** Where the claim to a name on a resource is kept. */
export function partitionOfName(realm: string, resource: string | undefined): string {
  return partitionOf({ realm, resource })
}

/** The part of a session's id that is kept: what follows its partition. */
export function restOfId(id: string): string {
  return id.slice(SESSION_PREFIX.length + 1)
}

/** A session's id, from its partition and what follows it. */
export function toId(partition: string, rest: string): string {
  return SESSION_PREFIX + partition + rest
}

/** Digits of a serial within a member of an index. */
const SERIAL_DIGITS = 7

/** The greatest serial that a member has room for: 58^7 - 1, some two million millions. */
export const MOST_SERIAL: number = 58 ** SERIAL_DIGITS - 1

/**
 * The serial in a member. Indexes name a session by its serial, then by what follows the partition in its id: so the
 * order of equal scores is that of serials. Indexes by user add what else is to be known without reading the session.
 */
export function serialOfMember(member: string): number {
  return [...member.slice(0, SERIAL_DIGITS)].reduce((sum, digit) => sum * 58 + BASE58.indexOf(digit), 0)
}

/** What follows the partition in the id of a member's session. */
export function restOfMember(member: string): string {
  return member.slice(SERIAL_DIGITS, SERIAL_DIGITS + ID_LENGTH - 1)
}

/** What follows the partition in the id of a line, in the index of lines: its members are `node\nrest`. */
export function restOfLine(member: string): string {
  return member.slice(-(ID_LENGTH - 1))
}

/** Names of keys, each behind the {@link baseOf base} of its partition. */
export const KEYS = {
  /** A session, by what follows the partition in its id. */
  session: (rest: string): string => `s:${rest}`,
  user: (realm: string, id: string): string => `u:${realm}\n${id}`,

  /** Set: realms of which this partition has, or had, sessions or users. */
  realms: (): string => 'rs',

  /** Ids of a realm's users in this partition; all scores are 0. */
  users: (realm: string): string => `us:${realm}`,

  /** Sessions of a path, by (`issuedAt`, serial): open ones, with no ending written, and closed ones. */
  openOfUser: (realm: string, id: string): string => `ou:${realm}\n${id}`,
  closedOfUser: (realm: string, id: string): string => `cu:${realm}\n${id}`,
  openOfParent: (rest: string): string => `op:${rest}`,
  closedOfParent: (rest: string): string => `cp:${rest}`,
  openOfResource: (realm: string, resource: string): string => `or:${realm}\n${resource}`,
  closedOfResource: (realm: string, resource: string): string => `cr:${realm}\n${resource}`,
  openOfRealm: (realm: string): string => `oi:${realm}`,
  closedOfRealm: (realm: string): string => `ci:${realm}`,

  /** Sessions of a realm, by (`lastActiveAt`, serial). */
  openByActivity: (realm: string): string => `oa:${realm}`,
  closedByActivity: (realm: string): string => `ca:${realm}`,

  /** What a mass ending of a user took out of `openOfUser`, by its place in the journal: to be tidied. Marked members. */
  doomed: (position: number): string => `x:${position}`,

  /** Open sessions of all realms, by the first moment at which nobody needs to end them. */
  due: (): string => 'due',

  /** Open sessions that stand for lines, by their node: see {@link restOfLine}; all scores are 0. */
  openLines: (): string => 'ol',

  /** Closed sessions of all realms, by the moment from which they may be forgotten. */
  forgettable: (): string => 'forget',

  /** Sessions by the first moment at which a salt of theirs is to be erased. */
  salted: (): string => 'salt',

  /** The journal: a stream with ids `<count>-0`. */
  journal: (): string => 'j',

  /** Hash: `count` and `floor` of the journal, `writes`, `denials` (numbers given). */
  head: (): string => 'h',

  /** Mass endings that are not tidied, of users here and of realms at home here, by position: see `entry.ts`. */
  massEndings: (): string => 'm',

  /** Hash, in a realm's home: `serial`, `epoch`, `after` (serial at the epoch), `denials` (version); `taken`, `given` (serials). */
  realm: (realm: string): string => `r:${realm}`,

  /** Hash: what this partition was told of a realm (`epoch`, `denials`, `tidied`), and its open sessions (`top`, `under`, `counted`). */
  told: (realm: string): string => `g:${realm}`,

  /** Denials of a realm by number, in its home: see `entry.ts`. */
  denials: (realm: string): string => `d:${realm}`,

  /** Hash, beside them: from `key\nvalue` to the numbers and ends of its denials. */
  denied: (realm: string): string => `dk:${realm}`,

  /** Denials of all realms at home here, by their end; members are `realm\nnumber`. */
  denialsByEnd: (): string => 'du',

  /** Denials that hold already and of which nothing has been told yet, by when they began: `realm\nnumber`. */
  untoldDenials: (): string => 'dn',

  /** The claim to a name, in the partition of its resource. */
  claim: (realm: string, kind: string, resource: string | undefined, name: string): string =>
    `n:${realm}\n${kind}\n${resource ?? ''}\n${name}`,

  /** A session that was never begun, and must not be any more: another has taken over its claim. */
  void: (rest: string): string => `v:${rest}`,

  /** Hash in the fixed partition: nodes by id, as `scripts/nodes.ts` writes them down. */
  nodes: (): string => 'no',

  /** Hashes in the fixed partition: access keys by id, and ids by the hash of the secret. */
  keys: (): string => 'k',
  keyHashes: (): string => 'kh',
} as const
