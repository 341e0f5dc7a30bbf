/** What tokens stand for, and how one takes another's place. */
import type { Actor, Ending } from '../../../src/core/session.ts'
import type { Role } from '../../../src/core/user.ts'
import { end } from './ending.ts'
import { active, dueEnding, type Kept, lives, type Model, PARENT, POLICY, tell } from './state.ts'

const REMEMBERED = 16
const REFRESH: Actor = { kind: 'system', id: 'refresh' }

/** What a token stands for, and the session if there is one. */
export type Judged = {
  is: 'unknown' | 'superseded' | 'reused' | 'graceful' | 'current' | 'ended'
  kept?: Kept
  ending?: Ending
}

/** Finds what a token stands for. */
export function judge(model: Model, text: string): Judged {
  const kept = [...model.sessions.values()].find(({ tokens }) => tokens.some((token) => token.text === text))
  return kept === undefined ? { is: 'unknown' } : standing(model, kept, text)
}

/** What one of a session's tokens stands for. */
export function standing(model: Model, kept: Kept, text: string): Judged {
  const token = kept.tokens.find((each) => each.text === text)
  const ending = endingOf(model, kept)
  if (token === undefined) return { is: 'unknown' }
  if (ending) return { is: 'ended', kept, ending }
  if (token === kept.tokens[0]) return { is: 'current', kept }
  if (model.now >= token.until) return { is: 'reused', kept }
  return { is: token.salted && kept.role === roleOf(model, kept) ? 'graceful' : 'superseded', kept }
}

/** How a session is over: by itself, or because its parent is. */
function endingOf(model: Model, kept: Kept): Ending | undefined {
  if (!lives(model, kept)) return kept.session.ending ?? dueEnding(kept)
  const parent = model.sessions.get(kept.session.parentId ?? '')
  const above = parent && endingOf(model, parent)
  return above && { at: above.at, reason: 'parent-ended', by: PARENT }
}

/** What happens to a session whose token comes back after its grace. */
export function endReused(model: Model, kept: Kept): Ending {
  tell(model, 'token.reused', kept.session.realm, model.now, { id: kept.session.id })
  const ending: Ending = { at: model.now, reason: 'reused', by: REFRESH }
  end(model, kept, ending)
  return ending
}

/** Puts a token in the place of the latest one; with or without a grace for those before it. */
export function succeed(model: Model, kept: Kept, text: string, withGrace: boolean): void {
  const [latest] = kept.tokens
  const salted = withGrace && kept.role === roleOf(model, kept)
  if (latest) Object.assign(latest, { until: model.now + POLICY.grace, salted })
  if (!salted) for (const token of kept.tokens) token.salted = false
  kept.tokens = [{ text, until: 0, salted: false }, ...kept.tokens].slice(0, REMEMBERED + 1)
  kept.role = roleOf(model, kept)
}

/** Refreshes a session whose latest token was presented. */
export function refreshed(model: Model, kept: Kept, text: string): void {
  succeed(model, kept, text, true)
  active(kept, Math.max(model.now, kept.session.lastActiveAt))
  tell(model, 'session.refreshed', kept.session.realm, model.now, { session: kept.session })
}

function roleOf(model: Model, { session: { realm, userId } }: Kept): Role {
  return model.users.get(`${realm} ${userId}`)?.user.role ?? 'member'
}
