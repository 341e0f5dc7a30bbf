/** Ending sessions. */
import type { Ending, EndReason } from '../../../src/core/session.ts'
import type { EndRequest } from '../../../src/engine/manager.ts'
import { addDenial, denied } from './denying.ts'
import { BY, dueEnding, endedEntry, type Kept, lives, type Model, PARENT, present, tell } from './state.ts'

/** Sessions that were pointed at, and those under them. */
export type Counted = { readonly ended: number; readonly descendants: number }

/** Ends what a selector pointed at, and all that lives under it; keeps out also of what was `over` already. */
export function endEach(
  model: Model,
  meant: readonly Kept[],
  { reason = 'revoked', deny }: EndRequest,
  over: readonly Kept[] = [],
): Counted {
  for (const { session } of [...over, ...meant])
    for (const key of deny?.keys ?? [])
      addDenial(model, session.realm, key, denied(session, key), Number(deny?.span))
  const under = new Set(meant.flatMap((kept) => childrenOf(model, kept)))
  for (const kept of meant) under.delete(kept)
  for (const kept of meant)
    if (!kept.session.ending) end(model, kept, { at: model.now, reason, by: BY }, meant)
  return { ended: meant.length, descendants: under.size }
}

/** Ends all of a realm or of a user at once, but for one login and what lives under it. The journal tells it once. */
export function endAll(
  model: Model,
  scope: { realm: string; userId?: string; except?: string },
  reason: EndReason,
  span?: number,
): Counted {
  const all = [...model.sessions.values()].filter(
    ({ session }) =>
      session.realm === scope.realm && (scope.userId === undefined || session.userId === scope.userId),
  )
  const excepted = all.find((kept) => kept.session.id === scope.except && lives(model, kept))?.session
  const keptId = excepted?.parentId ?? excepted?.id
  const dying = all.filter(
    (kept) => lives(model, kept) && !(keptId && [kept.session.id, kept.session.parentId].includes(keptId)),
  )
  model.masses += 1
  const told = present({
    userId: scope.userId,
    except: keptId,
    count: dying.length,
    reason,
    number: model.masses,
  })
  tell(model, 'sessions.ended', scope.realm, model.now, told)
  for (const kept of all) {
    if (kept.session.ending) continue
    if (!lives(model, kept)) kept.session = { ...kept.session, ending: dueEnding(kept) }
    else if (dying.includes(kept)) {
      kept.session = { ...kept.session, ending: { at: model.now, reason, by: BY } }
      kept.mass = model.masses
    }
  }
  if (span !== undefined && scope.userId) addDenial(model, scope.realm, 'user', scope.userId, span)
  const ended = dying.filter(({ session }) => session.parentId === undefined).length
  return { ended, descendants: dying.length - ended }
}

/** What lives under a session. */
export function childrenOf(model: Model, { session: { id } }: Kept): Kept[] {
  return [...model.sessions.values()].filter((kept) => kept.session.parentId === id && lives(model, kept))
}

/** Ends a session, and at the same moment what lives under it. */
export function end(model: Model, kept: Kept, ending: Ending, except: readonly Kept[] = []): void {
  kept.session = { ...kept.session, ending }
  tellEnding(model, kept)
  for (const child of childrenOf(model, kept))
    if (!except.includes(child)) end(model, child, { at: ending.at, reason: 'parent-ended', by: PARENT })
}

function tellEnding(model: Model, kept: Kept): void {
  kept.told = true
  model.head += 1
  model.telling.push(endedEntry(kept))
}
