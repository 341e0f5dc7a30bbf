/**
 * Looking at a Redis from outside, without changing it.
 *
 * @module
 */
import { readClock } from './access.ts'
import { readAddress } from './address.ts'
import { survey } from './caveats.ts'
import { redisClient } from './client.ts'
import { DEFAULT_PREFIX, FIXED_PARTITION } from './keys.ts'

/** What a Redis tells of itself. */
export interface RedisFacts {
  /** Versions of its masters, each once. */
  readonly version: string
  readonly masters: number
  readonly replicas: number

  /** Memory that all masters use, for whatever they keep. */
  readonly bytes: number

  /** Its clock, read some times, each beside this machine's before and after. */
  readonly clocks: readonly {
    readonly asked: number
    readonly said: number
    readonly answered: number
  }[]
}

/** How many times the clock is read. */
const READINGS = 9

/** Looks at one. @throws whatever connecting throws. */
export async function inspectRedis(url: string, patience: number): Promise<RedisFacts> {
  const client = redisClient({ address: readAddress(url), patience })
  try {
    const { servers } = await survey(client)
    const sum = (field: string): number =>
      servers.reduce((total, { info }) => total + Number(info[field] ?? 0), 0)
    const clocks: RedisFacts['clocks'][number][] = []
    for (let count = 0; count < READINGS; count++) {
      const asked = Date.now()
      const said = await readClock({ client, prefix: DEFAULT_PREFIX }, FIXED_PARTITION)
      clocks.push({ asked, said, answered: Date.now() })
    }
    return {
      version: [...new Set(servers.map(({ info }) => info.redis_version ?? 'unknown'))].join(', '),
      masters: servers.length,
      replicas: sum('connected_slaves'),
      bytes: sum('used_memory'),
      clocks,
    }
  } finally {
    client.close()
  }
}
