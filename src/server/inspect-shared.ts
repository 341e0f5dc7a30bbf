/**
 * Looking at a store that nodes share, from outside and without changing it.
 *
 * @module
 */
import type { NodeList } from '../core/node.ts'
import type { PostgresFacts } from '../stores/sql/postgres/inspect.ts'
import { openStore, type StoreSettings, shown } from './open-store.ts'
import { explainFault } from './store-faults.ts'

/** What a shared store tells of itself. */
export interface SharedFacts {
  readonly kind: 'shared'

  /** What people may call it: no secret. */
  readonly name: string
  readonly version: string
  readonly bytes: number

  /** How it is replicated, in a sentence. */
  readonly replication: string

  /** Migrations, where there are such. */
  readonly migrations?: Pick<PostgresFacts, 'applied' | 'pending' | 'unknown'>
  readonly caveats: readonly string[]

  /** How far its clock is ahead of this machine's, and how far off that may be, in milliseconds. */
  readonly clock: { readonly offset: number; readonly uncertainty: number }

  /** Those that share it, and whether its feed can be heard; absent before the first start. */
  readonly nodes?: NodeList
  readonly heard?: boolean
}

/** Looks at one. @throws RollcallError saying what to do, without a secret. */
export async function inspectShared(settings: StoreSettings): Promise<SharedFacts> {
  const { store } = settings
  if (store.kind !== 'postgres' && store.kind !== 'redis') throw new TypeError('No store is shared here')
  try {
    const looked = await LOOKS[store.kind](store.url, settings.storePatience)
    return { ...looked, kind: 'shared', name: shown(store), ...(await lookInside(settings, looked)) }
  } catch (fault) {
    throw explainFault(fault, store, shown(store))
  }
}

type Looked = Omit<SharedFacts, 'kind' | 'name' | 'nodes' | 'heard'>

const LOOKS: Readonly<Record<'postgres' | 'redis', (url: string, patience: number) => Promise<Looked>>> = {
  async postgres(url, patience) {
    const { inspectPostgres } = await import('../stores/sql/postgres/inspect.ts')
    const { version, bytes, caveats, clocks, standbys, synchronous, ...migrations } = await inspectPostgres(
      url,
      patience,
    )
    const replication =
      standbys === 0
        ? 'no standby follows it'
        : `${standbys} standbys follow it, ${synchronous} synchronously`
    return {
      version: `PostgreSQL ${version}`,
      bytes,
      caveats,
      replication,
      migrations,
      clock: offsetOf(clocks),
    }
  },
  async redis(url, patience) {
    const { inspectRedis } = await import('../stores/redis/inspect.ts')
    const { version, masters, replicas, bytes, clocks } = await inspectRedis(url, patience)
    const replication = `masters ${masters}, replicas ${replicas}`
    return { version: `Redis ${version}`, bytes, replication, caveats: [], clock: offsetOf(clocks) }
  },
}

/** How long the feed is given to be heard, in milliseconds. */
const LISTENING = 1_000

/** Opens it as a node does, where that changes nothing. */
async function lookInside(settings: StoreSettings, { migrations, caveats }: Looked): Promise<object> {
  if (migrations !== undefined && (migrations.pending.length > 0 || migrations.unknown > 0)) return {}
  const store = await openStore(settings, Date.now)
  const quiet = store.feed?.onNews(() => undefined)
  try {
    const nodes = await store.nodes?.list()
    const all = await store.caveats()
    return { nodes, caveats: [...new Set([...caveats, ...all])], heard: await isHeard(store.feed) }
  } finally {
    quiet?.()
    await store.close()
  }
}

async function isHeard(feed: { connected(): boolean } | undefined): Promise<boolean> {
  const until = performance.now() + LISTENING
  while (feed?.connected() === false && performance.now() < until)
    await new Promise((resolve) => setTimeout(resolve, 20))
  return feed?.connected() ?? false
}

interface ClockReading {
  readonly asked: number
  readonly said: number
  readonly answered: number
}

/** The median of some readings, and half of the round trip behind it: it cannot be further off than that. */
export function offsetOf(readings: readonly ClockReading[]): SharedFacts['clock'] {
  const each = readings
    .map(({ asked, said, answered }) => ({
      offset: said - (asked + answered) / 2,
      uncertainty: (answered - asked) / 2 + 1,
    }))
    .sort((one, other) => one.offset - other.offset)
  return each[Math.floor(each.length / 2)] ?? { offset: 0, uncertainty: Number.POSITIVE_INFINITY }
}
