/**
 * The sessions that the demo holds, with their tokens.
 *
 * @module
 */
import type { SessionKind } from '../../core/session.ts'
import type { Chance } from './chance.ts'
import type { Own, Person } from './people.ts'

/** A session whose token is at hand. */
export interface Held {
  readonly id: string
  readonly kind: SessionKind
  readonly token: string

  /** Whose it is, and on what; nobody's playbacks have neither. */
  readonly person?: Person
  readonly gadget?: Own
  readonly parentId?: string
}

/** All of them. */
export interface World {
  size(): number
  add(held: Held): void

  /** Forgets a session that is over, and what lived under it. */
  drop(id: string): void

  /** Notes that another token stands for a session now. */
  renew(id: string, token: string): void

  /** One of them that fits, by luck; undefined where few or none do. */
  draw(chance: Chance, fits: (held: Held) => boolean): Held | undefined

  /** The logins of somebody. */
  loginsOf(person: Person): readonly Held[]
}

/** How often luck is tried before nothing seems to fit. */
const TRIES = 16

/** Makes one with nothing in it. */
export function createWorld(): World {
  const all: Held[] = []
  const places = new Map<string, number>()
  const children = new Map<string, Set<string>>()
  const logins = new Map<string, Set<string>>()

  const at = (id: string): Held | undefined => all[places.get(id) ?? -1]

  function drop(id: string): void {
    const held = at(id)
    const place = places.get(id)
    if (held === undefined || place === undefined) return
    const last = all.pop()
    if (last !== undefined && last !== held) {
      all[place] = last
      places.set(last.id, place)
    }
    places.delete(id)
    if (held.person !== undefined) logins.get(held.person.id)?.delete(id)
    if (held.parentId !== undefined) children.get(held.parentId)?.delete(id)
    for (const child of children.get(id) ?? []) drop(child)
    children.delete(id)
  }

  return {
    size: () => all.length,
    add(held) {
      places.set(held.id, all.push(held) - 1)
      if (held.kind === 'login' && held.person !== undefined) addTo(logins, held.person.id, held.id)
      if (held.parentId !== undefined) addTo(children, held.parentId, held.id)
    },
    drop,
    renew(id, token) {
      const place = places.get(id)
      const held = at(id)
      if (place !== undefined && held !== undefined) all[place] = { ...held, token }
    },
    draw(chance, fits) {
      for (let tried = 0; tried < TRIES; tried++) {
        const held = chance.draw(all)
        if (held !== undefined && fits(held)) return held
      }
      return undefined
    },
    loginsOf: ({ id }) => [...(logins.get(id) ?? [])].flatMap((login) => at(login) ?? []),
  }
}

function addTo(map: Map<string, Set<string>>, key: string, value: string): void {
  const set = map.get(key)
  if (set === undefined) map.set(key, new Set([value]))
  else set.add(value)
}
