/**
 * Looking at where a server keeps its sessions, from outside.
 *
 * @module
 */
import { type FileFacts, inspectFile } from '../stores/sql/sqlite/inspect.ts'
import type { StoreSetting } from './store-values.ts'

/** What a store tells of itself. A file that is not there yet has no facts. */
export type StoreFacts =
  | { readonly kind: 'memory' }
  | { readonly kind: 'sqlite'; readonly path: string; readonly file?: FileFacts }

/** Looks at a store without changing it. @throws RollcallError `store-unavailable`, saying what to do. */
export function inspectStore(setting: StoreSetting): StoreFacts {
  if (setting.kind !== 'sqlite') return { kind: 'memory' }
  const file = inspectFile(setting.path)
  return { ...setting, ...(file !== undefined && { file }) }
}
