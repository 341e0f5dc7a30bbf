/**
 * Giving away everything that a memory store remembers, and taking it in.
 *
 * @module
 */
import { type Portable, type PortablePage, portableSession, portableUser } from '../../core/portable.ts'
import type { SessionRecord } from '../../core/session.ts'
import type { Instant } from '../../core/time.ts'
import { keep, resolve, type State, userKey } from './state.ts'

/** Reads a piece of everything. */
export function dump(state: State, after: string | undefined, limit: number, at: Instant): PortablePage {
  const from = after ?? ''
  const places = placesOf(state, at)
    .filter(({ place }) => place > from)
    .sort((one, other) => (one.place < other.place ? -1 : 1))
  const page = places.slice(0, limit)
  const last = page.at(-1)
  const items = page.map(({ item }) => item())
  return last && page.length < places.length ? { items, next: last.place } : { items }
}

/** Takes in what is not there yet. Returns how much that was. */
export function adopt(state: State, items: readonly Portable[]): number {
  const taken = whatIsTaken(state)
  return items.filter((item) => adoptOne(state, item, taken)).length
}

/** A thing and its place in the order of a dump. */
interface Placed {
  readonly place: string
  readonly item: () => Portable
}

function placesOf(state: State, at: Instant): Placed[] {
  return [
    ...[...state.keys].map(
      ([hash, key]): Placed => ({
        place: `1 ${key.id}`,
        item: () => ({ kind: 'key', key, hash }),
      }),
    ),
    ...[...state.users].map(
      ([name, { record, lastStamp }]): Placed => ({
        place: `2 ${name}`,
        item: () => portableUser(record, lastStamp),
      }),
    ),
    ...[...state.sessions.values()].map(
      (record): Placed => ({
        place: `${record.kind === 'login' ? 3 : 4} ${inOrder(record.serial)} ${record.id}`,
        item: () => portableSession(resolve(state, record), parentOf(state, record), at),
      }),
    ),
    ...state.denials.flatMap((denial): Placed | [] =>
      denial.until > at
        ? { place: `5 ${inOrder(Number(denial.id))}`, item: () => ({ kind: 'denial', denial }) }
        : [],
    ),
  ]
}

function inOrder(number: number): string {
  return String(number).padStart(16, '0')
}

function parentOf(state: State, { parentId }: SessionRecord): SessionRecord | undefined {
  const parent = parentId === undefined ? undefined : state.sessions.get(parentId)
  return parent && resolve(state, parent)
}

/** What only one session may have: serials, and live names. */
interface Taken {
  readonly serials: () => Set<number>
  readonly names: () => Set<string>
}

function whatIsTaken(state: State): Taken {
  let serials: Set<number> | undefined
  let names: Set<string> | undefined
  const records = (): SessionRecord[] => [...state.sessions.values()]
  return {
    serials: () => (serials ??= new Set(records().map(({ serial }) => serial))),
    names: () => (names ??= new Set(records().flatMap((record) => liveName(resolve(state, record)) ?? []))),
  }
}

function liveName({ ending, realm, kind, resource = '', name }: SessionRecord): string | undefined {
  return ending !== undefined || name === undefined ? undefined : [realm, kind, resource, name].join('\n')
}

function adoptOne(state: State, item: Portable, taken: Taken): boolean {
  switch (item.kind) {
    case 'key':
      return adoptKey(state, item)
    case 'user':
      return adoptUser(state, item)
    case 'session':
      return adoptSession(state, item.session, taken)
    case 'denial':
      return adoptDenial(state, item)
  }
}

function adoptKey({ keys }: State, { key, hash }: Extract<Portable, { readonly kind: 'key' }>): boolean {
  if (keys.has(hash) || [...keys.values()].some(({ id }) => id === key.id)) return false
  keys.set(hash, key)
  return true
}

function adoptUser(
  { users }: State,
  { user, lastStamp }: Extract<Portable, { readonly kind: 'user' }>,
): boolean {
  const name = userKey(user.realm, user.id)
  const known = users.get(name)
  const stamped = Math.max(lastStamp, known?.lastStamp ?? 0)
  users.set(name, { record: known?.record ?? { ...user, epoch: 0 }, lastStamp: stamped })
  return known === undefined
}

function adoptSession(state: State, session: SessionRecord, taken: Taken): boolean {
  if (state.sessions.has(session.id)) return false
  const name = liveName(session)
  if (name !== undefined && taken.names().has(name)) return false
  const owner =
    session.userId === undefined ? undefined : state.users.get(userKey(session.realm, session.userId))
  const ofOther = session.serial <= state.serial && taken.serials().has(session.serial)
  state.serial = ofOther ? state.serial + 1 : Math.max(state.serial, session.serial)
  const record = {
    ...session,
    serial: ofOther ? state.serial : session.serial,
    realmEpoch: state.realmEpochs.get(session.realm) ?? 0,
    userEpoch: owner?.record.epoch ?? 0,
  }
  taken.serials().add(record.serial)
  keep(state, record)
  if (name !== undefined) taken.names().add(name)
  return true
}

function adoptDenial(state: State, { denial }: Extract<Portable, { readonly kind: 'denial' }>): boolean {
  const { realm, key, value, until } = denial
  const held = state.denials.some(
    (other) => other.realm === realm && other.key === key && other.value === value && other.until >= until,
  )
  if (held) return false
  state.denialNumber += 1
  state.denials.push({ ...denial, id: String(state.denialNumber) })
  return true
}
