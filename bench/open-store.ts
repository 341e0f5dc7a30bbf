import type { SessionStore } from '../src/core/store.ts'
import { openStore as openAsSet } from '../src/server/open-store.ts'
import { readSettings } from '../src/server/settings.ts'

/** How to open a store. */
export interface OpenOptions {
  /** The clock of a SQLite file; databases go by their own. */
  readonly clock?: () => number

  /** What the settings of those names are, where they are not what they are by themselves. */
  readonly feed?: string | undefined
  readonly patience?: string
}

/** Opens a SQLite file, or the database of a URL, as the command line would. */
export function openStore(
  path: string,
  { clock = Date.now, feed, patience }: OpenOptions = {},
): Promise<SessionStore> {
  const flags = { store: isShared(path) ? path : `sqlite:${path}`, feed, 'store-patience': patience }
  const argv = Object.entries(flags).flatMap(([flag, value]) =>
    value === undefined ? [] : [`--${flag}=${value}`],
  )
  return openAsSet(readSettings({ argv, env: {} }), clock)
}

/** Whether it is the URL of a database that nodes share. */
export function isShared(path: string): boolean {
  return path.includes('://')
}
