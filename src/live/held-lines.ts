/**
 * Lines that are open, by everything that an end may point at.
 *
 * @module
 */
import type { Session } from '../core/session.ts'
import type { Channel } from './contract.ts'
import type { PlaceKeys } from './places.ts'

/** A line that is open. */
export interface HeldLine {
  readonly session: Session
  readonly channel: Channel

  /** What it is counted by. */
  readonly place: PlaceKeys
}

/** Whom a mass ending means: everyone of a realm, or one user, but for a login and what lives under it. */
export interface Scope {
  readonly realm: string
  readonly userId?: string
  readonly except?: string
}

/** All of them. */
export interface HeldLines {
  readonly size: number
  get(id: string): HeldLine | undefined
  add(line: HeldLine): void

  /** Takes a line out. Answers false where it is not there any more. */
  remove(line: HeldLine): boolean
  all(): readonly HeldLine[]
  underParent(id: string): readonly HeldLine[]
  within(scope: Scope): readonly HeldLine[]
}

/** Makes an empty set. */
export function heldLines(): HeldLines {
  const byId = new Map<string, HeldLine>()
  const byParent = index(({ session }) => session.parentId)
  const byUser = index(({ session }) => session.userId && userKey(session.realm, session.userId))
  const indexes = [byParent, byUser]

  return {
    get size() {
      return byId.size
    },
    get: (id) => byId.get(id),
    add(line) {
      byId.set(line.session.id, line)
      for (const each of indexes) each.add(line)
    },
    remove(line) {
      if (byId.get(line.session.id) !== line) return false
      byId.delete(line.session.id)
      for (const each of indexes) each.remove(line)
      return true
    },
    all: () => [...byId.values()],
    underParent: (id) => byParent.of(id),
    within({ realm, userId, except }) {
      const some = userId === undefined ? [...byId.values()] : byUser.of(userKey(realm, userId))
      return some.filter(
        ({ session }) =>
          session.realm === realm &&
          (except === undefined || (session.id !== except && session.parentId !== except)),
      )
    },
  }
}

interface Index {
  add(line: HeldLine): void
  remove(line: HeldLine): void
  of(key: string): readonly HeldLine[]
}

function index(keyOf: (line: HeldLine) => string | undefined): Index {
  const sets = new Map<string, Set<HeldLine>>()
  return {
    add(line) {
      const key = keyOf(line)
      if (key !== undefined) sets.set(key, (sets.get(key) ?? new Set()).add(line))
    },
    remove(line) {
      const key = keyOf(line)
      const set = key === undefined ? undefined : sets.get(key)
      set?.delete(line)
      if (key !== undefined && set?.size === 0) sets.delete(key)
    },
    of: (key) => [...(sets.get(key) ?? [])],
  }
}

function userKey(realm: string, userId: string): string {
  return `${realm}\n${userId}`
}
