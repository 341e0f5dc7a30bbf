/** What time does: clocks that move, and what comes round. */
import { end } from './ending.ts'
import { active, dueEnding, lives, type Model, POLICY, type Round } from './state.ts'

const TOMBSTONE = 86_400_000

const ROUNDS: Readonly<
  Record<Round, { readonly every: number; readonly work: (model: Model, node: number) => void }>
> = {
  expire: { every: 1_000, work: expire },
  tidy: { every: 250, work: tidy },
  salts: { every: 1_000, work: eraseSalts },
  flush: { every: 30_000, work: flush },
  sweep: { every: 60_000, work: sweep },
  trim: { every: 60_000, work: trim },
}

/** Starts a node: with nothing at hand and nothing noted. */
export function boot(model: Model, node: number): void {
  model.noted[node] = new Map()
  model.timers = model.timers.filter((timer) => timer.node !== node)
  for (const [round, { every }] of Object.entries(ROUNDS))
    model.timers.push({ node, round: round as Round, due: model.elapsed + every })
}

/** Moves the store's clock and the nodes'; then does once what has come round, the first due first. */
export function move(model: Model, store: number, monotonic: number): void {
  model.now += store
  model.elapsed += monotonic
  for (;;) {
    const [next] = model.timers.filter(({ due }) => due <= model.elapsed).sort((a, b) => a.due - b.due)
    if (next === undefined) return
    ROUNDS[next.round].work(model, next.node)
    const later = { ...next, due: model.elapsed + ROUNDS[next.round].every }
    model.timers = [...model.timers.filter((timer) => timer !== next), later]
  }
}

function expire(model: Model): void {
  for (const kept of model.sessions.values())
    if (!kept.session.ending && !lives(model, kept)) end(model, kept, dueEnding(kept))
}

function tidy(model: Model): void {
  for (const kept of model.sessions.values())
    if (kept.session.ending && !kept.told) end(model, kept, kept.session.ending)
}

function eraseSalts(model: Model): void {
  for (const { tokens } of model.sessions.values())
    for (const token of tokens.slice(1)) if (model.now >= token.until) token.salted = false
}

/** Writes what was noted on a node: of sessions that live still, and never back in time. */
export function flush(model: Model, node: number): void {
  for (const [id, used] of model.noted[node] ?? []) {
    const kept = model.sessions.get(id)
    const at = model.now - (model.elapsed - used)
    if (kept && lives(model, kept) && at > kept.session.lastActiveAt) active(kept, at)
  }
  model.noted[node] = new Map()
}

function sweep(model: Model): void {
  for (const [id, { session, told }] of model.sessions)
    if (told && session.ending && model.now >= Math.max(session.expiresAt, session.ending.at + TOMBSTONE))
      model.sessions.delete(id)
  model.denials = model.denials.filter(({ until }) => until > model.now)
}

function trim(model: Model): void {
  model.floor = Math.max(model.floor, model.head - POLICY.entries)
}
