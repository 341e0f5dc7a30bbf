/**
 * Opening whatever store is set. Its driver is loaded only then: who keeps sessions elsewhere needs none.
 *
 * @module
 */
import { RollcallError } from '../core/errors.ts'
import type { SessionStore } from '../core/store.ts'
import type { Instant } from '../core/time.ts'
import { masked } from './masking.ts'
import type { Settings } from './setting-table.ts'
import { explainFault } from './store-faults.ts'
import type { SharedStoreSetting, StoreSetting } from './store-values.ts'

/** The settings that say where sessions are kept, and how. */
export type StoreSettings = Pick<Settings, 'store' | 'feed' | 'durability' | 'replicas' | 'storePatience'>

/**
 * Opens a store.
 *
 * @throws RollcallError `bad-request` for settings that contradict each other or a driver that is not installed,
 * `store-unavailable` for a store that cannot be reached just now, `conflict` for one that cannot be used as it is: what
 * it says then helps, and waiting does not. No message has a password in it.
 */
export async function openStore(settings: StoreSettings, clock: () => Instant): Promise<SessionStore> {
  const [contradiction] = contradictionsOf(settings)
  if (contradiction !== undefined) throw new RollcallError('bad-request', contradiction)
  const { store } = settings
  if (store.kind === 'memory') return (await import('../stores/memory/store.ts')).memoryStore({ clock })
  if (store.kind === 'sqlite') {
    const { sqliteStore } = await import('../stores/sql/sqlite/store.ts')
    return sqliteStore({ path: store.path, clock })
  }
  try {
    return await OPENERS[store.kind](store.url, settings)
  } catch (fault) {
    throw explainFault(fault, store, shown(store))
  }
}

/** What settings say that cannot hold together, in sentences; nothing for settings that are missing. */
export function contradictionsOf({ store, feed, durability }: Partial<StoreSettings>): readonly string[] {
  if (store === undefined) return []
  const shared = store.kind === 'postgres' || store.kind === 'redis'
  return [
    ...(feed !== undefined && !feedsOf(store).test(feed)
      ? [
          shared
            ? `--feed leads to another kind of store than --store (${shown(store)}). Give it a URL of the same kind, or leave it out.`
            : '--feed is for stores that many nodes share. Leave it out.',
        ]
      : []),
    ...(durability === 'replicated' && !shared
      ? [`--durability replicated needs a store with replicas, and ${shown(store)} has none. Leave it out.`]
      : []),
  ]
}

/** A store as people may see it: without passwords. */
export function shown(store: StoreSetting): string {
  if (store.kind === 'memory') return 'memory:'
  return store.kind === 'sqlite' ? `sqlite:${store.path}` : masked('store', store.url)
}

function feedsOf({ kind }: StoreSetting): RegExp {
  return { postgres: /^postgres/, redis: /^redis/, sqlite: /^$/, memory: /^$/ }[kind]
}

type Opener = (url: string, settings: StoreSettings) => Promise<SessionStore>

const OPENERS: Readonly<Record<SharedStoreSetting['kind'], Opener>> = {
  async postgres(url, { feed, durability, storePatience }) {
    const { postgresStore } = await import('../stores/sql/postgres/store.ts')
    return postgresStore({
      url,
      durability,
      patience: storePatience,
      ...(feed !== undefined && { feedUrl: feed }),
    })
  },
  async redis(url, { feed, durability, replicas, storePatience }) {
    const { redisStore } = await import('../stores/redis/store.ts')
    return redisStore({
      url,
      durability,
      replicas,
      patience: storePatience,
      ...(feed !== undefined && { feedUrl: feed }),
    })
  },
}
