import type { SessionRecord } from '../../../src/core/session.ts'
import type { Found, SessionStore } from '../../../src/core/store.ts'

/** A correct store, spoilt in one way. */
export type Mutation = (store: SessionStore) => Partial<SessionStore>

/** Spoils a correct store. */
export function mutate(store: SessionStore, mutation: Mutation): SessionStore {
  return { ...store, ...mutation(store) }
}

/** The same value with fewer fields. */
export const less = <Value extends object>(value: Value, ...fields: readonly string[]): Value =>
  Object.fromEntries(Object.entries(value).filter(([field]) => !fields.includes(field))) as Value

/** Changes what was found. */
export function spoil(
  found: Found | undefined,
  change: (record: SessionRecord) => SessionRecord,
): Found | undefined {
  return found && { ...found, record: change(found.record) }
}
