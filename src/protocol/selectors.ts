/**
 * Selectors and filters of the wire, in the words of the engine.
 *
 * @module
 */
import { RollcallError } from '../core/errors.ts'
import type { SessionFilter, SessionSelector } from '../core/selector.ts'
import { type Duration, type Instant, toMilliseconds } from '../core/time.ts'
import type { WireFilter } from './queries.ts'
import type { WireSelector } from './requests.ts'

/** Reads a filter, at a moment that spans are counted back from. @throws RollcallError `bad-request` */
export function fromWireFilter(filter: Partial<WireFilter>, now: Instant): SessionFilter {
  const { user, parent, type, level, issuedAfter, issuedBefore, activeAfter, activeBefore } = filter
  const moments = { issuedAfter, issuedBefore, activeAfter, activeBefore }
  return {
    ...pick(filter, SAME),
    ...(user !== undefined && { userId: user }),
    ...(parent !== undefined && { parentId: parent }),
    ...(type !== undefined && { deviceType: type }),
    ...(level !== undefined && { level: Number(level) as 1 | 2 | 3 }),
    ...Object.fromEntries(
      Object.entries(moments).flatMap(([name, text]) =>
        text === undefined ? [] : [[name, fromMoment(text, name, now)]],
      ),
    ),
  }
}

/** Fields of a filter that the wire and the engine call the same. */
const SAME = [
  'resource',
  'resourcePrefix',
  'name',
  'kind',
  'status',
  'reason',
  'browser',
  'os',
  'address',
  'label',
  'text',
] as const

function pick<Field extends keyof WireFilter>(
  filter: Partial<WireFilter>,
  fields: readonly Field[],
): Partial<Pick<WireFilter, Field>> {
  const given = fields.filter((field) => filter[field] !== undefined)
  return Object.fromEntries(given.map((field) => [field, filter[field]])) as Partial<Pick<WireFilter, Field>>
}

function fromMoment(text: string, name: string, now: Instant): Instant {
  const moment = text.includes('T') ? Date.parse(text) : now - toMilliseconds(toDuration(text), name)
  if (!Number.isNaN(moment)) return moment
  throw new RollcallError('bad-request', `"${name}" is no moment. One looks like 2026-01-31T12:00:00.000Z.`)
}

function toDuration(text: string): Duration {
  return /^\d+$/.test(text) ? Number(text) : text
}

/** Reads a selector, within a realm. */
export function fromWireSelector(selector: WireSelector, realm: string, now: Instant): SessionSelector {
  if ('filter' in selector) return { realm, filter: fromWireFilter(selector.filter, now) }
  if ('parent' in selector) return { realm, parentId: selector.parent }
  if ('user' in selector)
    return { realm, userId: selector.user, ...(selector.except !== undefined && { except: selector.except }) }
  if ('resource' in selector)
    return { realm, resource: selector.resource, ...(selector.name !== undefined && { name: selector.name }) }
  return { ...selector, realm }
}
