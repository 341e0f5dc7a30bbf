/**
 * A session manager whose work can be traced.
 *
 * @module
 */
import type { Attributes, Span } from '@opentelemetry/api'
import { type Around, surround } from '../core/around.ts'
import type { SessionFilter, SessionSelector } from '../core/selector.ts'
import type { SessionManager, Verdict, VerifyOptions } from '../engine/manager.ts'
import { inSpan } from './spans.ts'

/**
 * Makes a session manager that does what another does, each verb in a span: `rollcall.issue`, `rollcall.verify`,
 * `rollcall.get`, `rollcall.list`, `rollcall.count`, `rollcall.update`, `rollcall.refresh`, `rollcall.end`,
 * `rollcall.events`, and such as `rollcall.users.update`.
 *
 * Verifying a session at hand makes none. Spans say realm, kind, reason and how many; never a token, a user, an id, an
 * address or a name.
 *
 * @example
 * ```ts
 * const sessions = traceSessions(createSessions({ store: memoryStore() }))
 * ```
 */
export function traceSessions(sessions: SessionManager): SessionManager {
  return {
    ...sessions,
    users: surround(sessions.users, around('users')),
    denials: surround(sessions.denials, around('denials')),
    keys: surround(sessions.keys, around('keys')),
    get: (id) => inSpan('rollcall.get', () => sessions.get(id)),
    events: (after, limit) => inSpan('rollcall.events', () => sessions.events(after, limit)),

    issue: (request) =>
      inSpan('rollcall.issue', async (span) => {
        const issued = await sessions.issue(request)
        const { realm, kind } = issued.session
        span.setAttributes(named({ realm, kind, gave_way: issued.gaveWay.length }))
        return issued
      }),

    async verify(token, options) {
      const live = mayBeAtHand(options) ? sessions.verifyCached(token) : undefined
      return (
        live ?? inSpan('rollcall.verify', async (span) => say(span, await sessions.verify(token, options)))
      )
    },

    refresh: (token) => inSpan('rollcall.refresh', async (span) => say(span, await sessions.refresh(token))),

    update: (id, patch) =>
      inSpan('rollcall.update', async (span) => {
        const updated = await sessions.update(id, patch)
        const { realm, kind } = updated.session
        span.setAttributes(named({ realm, kind, new_token: updated.token !== undefined }))
        return updated
      }),

    end: (selector, request) =>
      inSpan('rollcall.end', async (span) => {
        const { realm } = selector
        const { reason, dryRun } = request ?? {}
        span.setAttributes(named({ realm, selector: shapeOf(selector), reason, dry_run: dryRun }))
        const ended = await sessions.end(selector, request)
        const { descendants, matched } = ended
        span.setAttributes(named({ ended: ended.ended, descendants, matched }))
        return ended
      }),

    list: (query) =>
      inSpan('rollcall.list', async (span) => {
        span.setAttributes(filterOf(query))
        const page = await sessions.list(query)
        span.setAttributes(named({ items: page.items.length, more: page.nextCursor !== undefined }))
        return page
      }),

    count: (filter) =>
      inSpan('rollcall.count', async (span) => {
        span.setAttributes(filterOf(filter))
        const counted = await sessions.count(filter)
        span.setAttributes(named({ ...counted }))
        return counted
      }),
  }
}

/** Runs each operation of a group in a span. */
function around(group: string): Around {
  return (operation, work) => inSpan(`rollcall.${group}.${operation}`, async () => work())
}

/** Whether what is at hand may answer: it counts as activity, and knows nothing of how fresh a proof is. */
function mayBeAtHand({ fresh = false, active = true, maxAge, level }: VerifyOptions = {}): boolean {
  return !fresh && active === true && maxAge === undefined && level === undefined
}

function say<Outcome extends Verdict>(span: Span, verdict: Outcome): Outcome {
  const { realm, kind } = 'session' in verdict ? verdict.session : {}
  const reason = verdict.ok ? undefined : verdict.reason === 'ended' ? verdict.ending.reason : verdict.reason
  span.setAttributes(named({ live: verdict.ok, realm, kind, reason }))
  return verdict
}

/** What a filter asks about, in words that name nobody. */
function filterOf({ realm, kind, status }: SessionFilter = {}): Attributes {
  return named({ realm, kind, status })
}

/** By which of its ways a selector points. */
function shapeOf(selector: SessionSelector): string {
  return SHAPES.find((shape) => shape in selector) ?? 'filter'
}

const SHAPES = ['id', 'ids', 'userId', 'parentId', 'resource', 'everyone']

function named(facts: Readonly<Record<string, string | number | boolean | undefined>>): Attributes {
  return Object.fromEntries(Object.entries(facts).map(([name, fact]) => [`rollcall.${name}`, fact]))
}
