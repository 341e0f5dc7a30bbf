import {
  QUICK_TO_REPLACE,
  type RedisCluster,
  type RedisServer,
  redisCluster,
  WITHOUT_REDIS,
} from '../support/redis-server.ts'
import { until } from '../support/until.ts'
import type { PlaceKind } from './place.ts'

/** Six Redis servers, three of them masters. It takes another master for one that is gone by itself. */
export const redisClusterPlace: PlaceKind = {
  name: 'Redis Cluster',
  missing: WITHOUT_REDIS,
  standby: true,
  wavers: true,

  async start(protection) {
    const cluster = await redisCluster({
      ...QUICK_TO_REPLACE,
      ...(protection === 'forgetful' && { appendonly: 'no' }),
    })
    const waits = protection !== 'asynchronous'
    let master = await cluster.masterOf(STRUCK)
    let gone: RedisServer | undefined

    return {
      store: cluster.url,
      flags: waits ? ['--durability', 'replicated', '--replicas', '1'] : [],
      nodes: 3,
      server: {
        kill: () => master.kill(),
        restart: () => master.restart(),
        pause: () => master.pause(),
        resume: () => master.resume(),
      },
      async cutReplication() {
        const others = cluster.servers.filter((server) => server !== master)
        await Promise.all(others.map((replica) => cutOff(replica, master)))
      },
      async failOver() {
        gone = master
        await master.kill()
        await until(
          'another master is chosen',
          async () => {
            const now = await cluster.masterOf(STRUCK).catch(() => gone)
            if (now !== undefined && now !== gone) master = now
            return master !== gone
          },
          20_000,
        )
      },
      async mend() {
        await gone?.restart()
        gone = undefined
        for (const server of cluster.servers) await server.ask('config', 'set', 'masterauth', '')
        await until('the cluster is whole again', () => isWhole(cluster), 30_000)
        master = await cluster.masterOf(STRUCK)
      },
      [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
    }
  },
}

/** The partition whose master is struck. */
const STRUCK = '1'

/** Has a replica introduce itself in a way that no master understands, and has its master hang up. */
async function cutOff(replica: RedisServer, master: RedisServer): Promise<void> {
  const role = (await replica.ask('role')) as readonly unknown[]
  if (role[0] !== 'slave' || role[2] !== master.port) return
  await replica.ask('config', 'set', 'masterauth', 'cut-off')
  await master.ask('client', 'kill', 'type', 'replica')
}

async function isWhole({ servers }: RedisCluster): Promise<boolean> {
  const states = await Promise.all(
    servers.map(async (server) => {
      const information = String(await server.ask('cluster', 'info').catch(() => ''))
      const role = (await server.ask('role').catch(() => [])) as readonly unknown[]
      const followed = Array.isArray(role[2]) && role[2].length === 1
      return (
        information.includes('cluster_state:ok') && (role[0] === 'slave' ? role[3] === 'connected' : followed)
      )
    }),
  )
  return states.every(Boolean)
}
