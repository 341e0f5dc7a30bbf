import type { PortableStore } from '../src/core/portable.ts'
import type { SessionStore } from '../src/core/store.ts'
import { openStore as openAsSet } from '../src/server/open-store.ts'
import { readSettings } from '../src/server/settings.ts'

/** Opens a SQLite file, or the database of a URL as `--store` would; that goes by its own clock. */
export async function openStore(
  path: string,
  clock: () => number = Date.now,
  feed?: string,
): Promise<SessionStore & Partial<PortableStore>> {
  const store = isShared(path) ? path : `sqlite:${path}`
  const argv = [`--store=${store}`, ...(feed === undefined ? [] : [`--feed=${feed}`])]
  return openAsSet(readSettings({ argv, env: {} }), clock)
}

/** Whether it is the URL of a database that nodes share. */
export function isShared(path: string): boolean {
  return path.includes('://')
}
