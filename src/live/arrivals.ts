/**
 * What ended while lines were being opened: an end may be heard of before the line that it ended is known here.
 *
 * @module
 */
import type { Ending, Session } from '../core/session.ts'
import type { Scope } from './held-lines.ts'

/** Remembers ends for as long as any line is being opened. */
export interface Arrivals {
  /** Begins to open one. */
  begin(): Arrival
  ended(id: string, ending: Ending): void
  scopeEnded(scope: Scope): void

  /** Something may have ended that was not heard of. */
  missed(): void
}

/** A line that is being opened. */
export interface Arrival {
  /** How the session of this line, or the login that it lives under, ended since this began. */
  endingOf(session: Session): Ending | undefined

  /**
   * Whether everything of a realm or a user ended since this began, or something was missed, so that the store must say
   * whether this did.
   */
  isDoubtful(session: Session): boolean
  done(): void
}

/** Makes a memory with nothing in it. */
export function arrivals(): Arrivals {
  const open = new Map<Arrival, number>()
  const ended = new Map<string, { readonly ending: Ending; readonly turn: number }>()
  const scopes = new Map<Scope, number>()
  const doubted = new Set<Arrival>()
  let turn = 0

  /** Forgets what came before the longest of the arrivals under way began. */
  function forget(): void {
    const [oldest = Number.POSITIVE_INFINITY] = open.values()
    for (const [id, each] of ended) {
      if (each.turn >= oldest) break
      ended.delete(id)
    }
    for (const [scope, heard] of scopes) if (heard < oldest) scopes.delete(scope)
  }

  return {
    begin() {
      const arrival: Arrival = {
        endingOf: ({ id, parentId = '' }) => (ended.get(parentId) ?? ended.get(id))?.ending,
        isDoubtful: (session) =>
          doubted.has(arrival) || [...scopes.keys()].some((scope) => means(scope, session)),
        done() {
          open.delete(arrival)
          doubted.delete(arrival)
          forget()
        },
      }
      open.set(arrival, turn)
      return arrival
    },
    ended(id, ending) {
      if (open.size > 0) ended.set(id, { ending, turn: turn++ })
    },
    missed() {
      for (const arrival of open.keys()) doubted.add(arrival)
    },
    scopeEnded({ realm, userId, except }) {
      if (open.size === 0) return
      const scope = {
        realm,
        ...(userId !== undefined && { userId }),
        ...(except !== undefined && { except }),
      }
      scopes.set(scope, turn++)
    },
  }
}

function means({ realm, userId }: Scope, session: Session): boolean {
  return session.realm === realm && (userId === undefined || session.userId === userId)
}
