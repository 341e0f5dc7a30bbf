/**
 * Selectors and filters of the wire, in the words of the engine.
 *
 * @module
 */
import type { SessionFilter, SessionSelector } from '../core/selector.ts'
import type { WireFilter, WireSelector } from './requests.ts'

/** Reads a filter. */
export function fromWireFilter({
  user,
  parent,
  resource,
  name,
  kind,
  status,
}: Partial<WireFilter>): SessionFilter {
  return {
    ...(user !== undefined && { userId: user }),
    ...(parent !== undefined && { parentId: parent }),
    ...(resource !== undefined && { resource }),
    ...(name !== undefined && { name }),
    ...(kind !== undefined && { kind }),
    ...(status !== undefined && { status }),
  }
}

/** Reads a selector, within a realm. */
export function fromWireSelector(selector: WireSelector, realm: string): SessionSelector {
  if ('filter' in selector) return { realm, filter: fromWireFilter(selector.filter) }
  if ('parent' in selector) return { realm, parentId: selector.parent }
  if ('user' in selector)
    return { realm, userId: selector.user, ...(selector.except !== undefined && { except: selector.except }) }
  if ('resource' in selector)
    return { realm, resource: selector.resource, ...(selector.name !== undefined && { name: selector.name }) }
  return { ...selector, realm }
}
