/**
 * Cuts that are owed to a media server: told again until nobody is listed there any more who should not be.
 *
 * @module
 */
import type { Session } from '../../core/session.ts'
import type { MediaServer, Viewer } from './contract.ts'

/** Cuts that are owed. */
export interface OwedCuts {
  /** Has somebody cut, whose session is the one given if there was one. */
  owe(viewer: Viewer, session?: Session): void

  /** A look begins: it may still list whoever is cut from now on. */
  begin(): void

  /** Whether somebody is still to be cut, or was cut since the look began. */
  isSeenTo(viewer: Viewer): boolean

  /** Tells the server again of those who still watch, and forgets the others. */
  keep(viewers: readonly Viewer[]): void

  /** Whether the server said that it ended the playback of that session. */
  wasCut(sessionId: string): boolean
  stats(): { readonly cuts: number; readonly failedCuts: number }
}

/** Sessions of which it is remembered that they were cut. */
const MOST_REMEMBERED = 10_000

/** Cuts that are under way at a time. */
const AT_ONCE = 16

interface Owed {
  readonly viewer: Viewer
  readonly session: Session | undefined
  tries: number
  underWay: boolean
}

/** Makes a list with nothing on it. A cut that fails is reported the first time. */
export function owedCuts(server: MediaServer, report: (fault: unknown) => void): OwedCuts {
  const owed = new Map<string, Owed>()
  const done = new Set<string>()
  const lately = new Set<string>()
  const waiting: Owed[] = []
  let tellers = 0
  let cuts = 0
  let failedCuts = 0

  /** Tells the server, in its turn. */
  function tell(each: Owed): void {
    if (each.underWay) return
    each.underWay = true
    waiting.push(each)
    if (tellers < AT_ONCE) void tellAll()
  }

  async function tellAll(): Promise<void> {
    tellers += 1
    for (let each = waiting.shift(); each !== undefined; each = waiting.shift()) await tellOne(each)
    tellers -= 1
  }

  async function tellOne(each: Owed): Promise<void> {
    try {
      await server.cut(each.viewer)
      cuts += 1
      owed.delete(each.viewer.key)
      lately.add(each.viewer.key)
      remember(each.session?.id)
    } catch (fault) {
      failedCuts += 1
      each.tries += 1
      if (each.tries === 1) report(fault)
    }
    each.underWay = false
  }

  function remember(id: string | undefined): void {
    if (id === undefined) return
    done.add(id)
    const [oldest] = done
    if (done.size > MOST_REMEMBERED && oldest !== undefined) done.delete(oldest)
  }

  return {
    owe(viewer, session) {
      if (owed.has(viewer.key)) return
      const each: Owed = { viewer, session, tries: 0, underWay: false }
      owed.set(viewer.key, each)
      tell(each)
    },
    begin: () => lately.clear(),
    isSeenTo: ({ key }) => owed.has(key) || lately.has(key),
    keep(viewers) {
      const there = new Set(viewers.map(({ key }) => key))
      for (const [key, each] of owed) {
        if (there.has(key)) tell(each)
        else if (!each.underWay) owed.delete(key)
      }
    },
    wasCut: (id) => done.has(id),
    stats: () => ({ cuts, failedCuts }),
  }
}
