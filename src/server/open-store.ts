/**
 * Opening whatever store is set. Its driver is loaded only then: who keeps sessions elsewhere needs none.
 *
 * @module
 */
import { isRollcallError, RollcallError } from '../core/errors.ts'
import type { SessionStore } from '../core/store.ts'
import type { Instant } from '../core/time.ts'
import { masked, withoutStoreSecrets } from './masking.ts'
import type { Settings } from './setting-table.ts'
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
    throw explainFault(fault, store)
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

/** Tells whether it may help to try again later: the store is down, and nothing is wrong with how it was asked. */
export function isWorthWaiting(fault: unknown): boolean {
  return isRollcallError(fault, 'store-unavailable') && fault.details.shared === true
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

/** The package that each kind of store is spoken to with. */
const DRIVERS: Readonly<Record<SharedStoreSetting['kind'], string>> = { postgres: 'pg', redis: 'ioredis' }

/** What helps, by what a store says of itself when it is there and does not let anybody in. */
const REFUSALS: readonly (readonly [RegExp, string])[] = [
  [
    /\b(28P01|28000|WRONGPASS|NOAUTH|NOPERM)\b|no pg_hba|SASL|password authentication failed/,
    'Check the user and the password in --store; escape what is special in a password (%40 for @).',
  ],
  [/\b3D000\b/, 'Make the database first (createdb), or name another one in --store.'],
  [/\b42501\b/, 'Give this user the right to make a schema and tables there.'],
  [/maxmemory-policy|newer Rollcall|something else/, ''],
  [/self-signed|CERT_|DEPTH_ZERO|certificate/, 'See that this machine trusts its certificate.'],
]

/** What a fault of a shared store means, and what helps: an error of ours, without a secret. */
export function explainFault(fault: unknown, store: SharedStoreSetting): unknown {
  if (isRollcallError(fault) && fault.message.startsWith(shown(store))) return fault
  const driver = DRIVERS[store.kind]
  const said = wordsOf(fault)
  if (isMissing(fault, driver))
    return new RollcallError(
      'bad-request',
      `${shown(store)} needs the package "${driver}", which is not installed. Add it: npm install ${driver}`,
    )
  const refusal = REFUSALS.find(([sign]) => sign.test(said))
  const sentence = `${shown(store)} cannot be used: ${withoutStoreSecrets(messageOf(fault)).replace(/[.!?]?$/, '.')}`
  if (refusal !== undefined)
    return new RollcallError('conflict', `${sentence} ${refusal[1]}`.trim(), {}, fault)
  if (isRollcallError(fault) && fault.code !== 'store-unavailable' && fault.code !== 'outcome-unknown')
    return new RollcallError(fault.code, withoutStoreSecrets(fault.message), fault.details, fault.cause)
  return new RollcallError('store-unavailable', sentence, { shared: true }, fault)
}

function isMissing(fault: unknown, driver: string): boolean {
  const code = fault instanceof Error && 'code' in fault ? String(fault.code) : ''
  return code === 'ERR_MODULE_NOT_FOUND' && messageOf(fault).includes(`'${driver}'`)
}

/** Everything that a fault says, with its causes. */
function wordsOf(fault: unknown): string {
  if (!(fault instanceof Error)) return String(fault)
  const code = 'code' in fault ? String(fault.code) : ''
  return `${code} ${fault.message} ${fault.cause === undefined ? '' : wordsOf(fault.cause)}`
}

function messageOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault)
}
