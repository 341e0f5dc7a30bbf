import { faultProxy } from '../support/fault-proxy.ts'
import { type RedisServer, redisServer, WITHOUT_REDIS } from '../support/redis-server.ts'
import { until } from '../support/until.ts'
import type { Place, PlaceKind, Protection } from './place.ts'

/** One Redis; with a standby, nodes wait for that. */
export const redis: PlaceKind = {
  name: 'Redis',
  missing: WITHOUT_REDIS,
  standby: true,
  wavers: true,
  start: (protection, standby) => (standby ? replicated(protection) : alone(protection)),
}

async function alone(protection: Protection): Promise<Place> {
  const server = await redisServer({
    config: protection === 'forgetful' ? { appendonly: 'no' } : { appendfsync: 'always' },
  })
  const way = await faultProxy(server)
  const feedWay = await faultProxy(server)
  return {
    store: urlOf(way.port),
    flags: ['--feed', urlOf(feedWay.port)],
    nodes: 3,
    way,
    feedWay,
    server,
    async [Symbol.asyncDispose]() {
      await dispose(way, feedWay, server)
    },
  }
}

/** A primary and its replica, and one address for whichever of them is the primary. */
async function replicated(protection: Protection): Promise<Place> {
  let primary = await redisServer()
  let replica = await redisServer()
  let broken = false
  const way = await faultProxy(primary)
  const feedWay = await faultProxy(primary)
  const link = await faultProxy(primary)

  async function mend(): Promise<void> {
    link.heal()
    link.aim(primary)
    link.cut()
    await replica.ask('replicaof', '127.0.0.1', link.port)
    await until('the replica is up with its primary', () => isUpToDate(primary, replica), 20_000)
  }
  await mend()

  return {
    store: urlOf(way.port),
    flags: [
      ...['--feed', urlOf(feedWay.port)],
      ...(protection === 'as promised' ? ['--durability', 'replicated', '--replicas', '1'] : []),
    ],
    nodes: 3,
    way,
    feedWay,
    cutReplication: async () => link.begin({ is: 'black-hole' }),
    async failOver() {
      await primary.kill()
      await replica.ask('replicaof', 'no', 'one')
      for (const path of [way, feedWay]) {
        path.aim(replica)
        path.cut()
      }
      ;[primary, replica] = [replica, primary]
      broken = true
    },
    async mend() {
      if (broken) await replica.restart()
      broken = false
      await mend()
    },
    async [Symbol.asyncDispose]() {
      await dispose(way, feedWay, link, primary, replica)
    },
  }
}

async function isUpToDate(primary: RedisServer, replica: RedisServer): Promise<boolean> {
  const [role, , , state, offset] = (await replica.ask('role')) as readonly unknown[]
  const [, ahead] = (await primary.ask('role')) as readonly unknown[]
  return role === 'slave' && state === 'connected' && offset === ahead
}

function urlOf(port: number): string {
  return `redis://127.0.0.1:${port}`
}

async function dispose(...all: readonly AsyncDisposable[]): Promise<void> {
  for (const each of all) await each[Symbol.asyncDispose]()
}
