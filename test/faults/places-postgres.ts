import { postgresStore } from '../../src/stores/sql/postgres/store.ts'
import { type FaultProxy, faultProxy } from '../support/fault-proxy.ts'
import { type PostgresServer, startPostgres, WITHOUT_POSTGRES } from '../support/postgres-server.ts'
import { until } from '../support/until.ts'
import { type Place, type PlaceKind, type Protection, together } from './place.ts'

/** One PostgreSQL; with a standby, one that commits wait for. */
export const postgres: PlaceKind = {
  name: 'PostgreSQL',
  missing: WITHOUT_POSTGRES,
  standby: true,
  start: (protection, standby) => (standby ? replicated(protection) : alone(protection)),
}

async function alone(protection: Protection): Promise<Place> {
  const server = await startPostgres({ fsync: true })
  const way = await faultProxy(server)
  const feedWay = await faultProxy(server)
  if (protection === 'forgetful') await forget(server)
  return {
    store: urlOf(way),
    flags: ['--feed', urlOf(feedWay)],
    nodes: 3,
    way,
    feedWay,
    server: handOn(() => server),
    async [Symbol.asyncDispose]() {
      for (const each of [way, feedWay, server]) await each[Symbol.asyncDispose]()
    },
  }
}

/** A primary and its standby. The nodes are told of both, and find out which is which. */
async function replicated(protection: Protection): Promise<Place> {
  const how = protection === 'asynchronous' ? 'asynchronous' : 'synchronous'
  let primary = await startPostgres({ fsync: true })
  let standby = await follow()
  let broken = false
  const ways = [await faultProxy(primary), await faultProxy(standby)] as const
  const feedWays = [await faultProxy(primary), await faultProxy(standby)] as const
  const link = await faultProxy(primary)
  await leadThroughLink()

  function follow(): Promise<PostgresServer> {
    return primary.standby(how)
  }

  async function replaceStandby(): Promise<void> {
    const gone = standby
    standby = await follow()
    for (const each of [...ways, ...feedWays]) if (each.target().port === gone.port) each.aim(standby)
    await gone[Symbol.asyncDispose]()
    broken = false
  }

  /** Has the standby follow by a way that can be cut. */
  async function leadThroughLink(): Promise<void> {
    link.heal()
    link.aim(primary)
    await standby.run(
      `alter system set primary_conninfo = 'host=127.0.0.1 port=${link.port} user=rollcall application_name=standby'`,
    )
    await standby.run('select pg_reload_conf()')
    await until('the standby is up with its primary', async () => {
      const [row] = await primary.run<{ readonly sync_state: string; readonly state: string }>(
        'select sync_state, state from pg_stat_replication',
      )
      const wanted = how === 'synchronous' ? 'sync' : 'async'
      return link.connections() > 0 && row?.state === 'streaming' && row.sync_state === wanted
    })
  }

  return {
    store: urlOf(...ways),
    flags: ['--feed', urlOf(...feedWays)],
    nodes: 3,
    way: together(ways),
    feedWay: together(feedWays),
    server: handOn(() => primary),
    cutReplication: async () => link.begin({ is: 'black-hole' }),
    async failOver() {
      await primary.stop('killed')
      await standby.promote()
      ;[primary, standby] = [standby, primary]
      broken = true
    },
    async mend() {
      if (broken) await replaceStandby()
      await leadThroughLink()
    },
    async [Symbol.asyncDispose]() {
      for (const each of [...ways, ...feedWays, link, standby, primary]) await each[Symbol.asyncDispose]()
    },
  }
}

function handOn(server: () => PostgresServer): NonNullable<Place['server']> {
  return {
    kill: () => server().stop('killed'),
    restart: () => server().start(),
    pause: () => server().pause(),
    resume: () => server().resume(),
  }
}

/** Takes the sessions out of what is logged before it is acknowledged: a crash empties their table. */
async function forget(server: PostgresServer): Promise<void> {
  const store = await postgresStore({ url: server.url() })
  await store.close()
  await server.run('alter table rollcall.sessions set unlogged')
}

function urlOf(...ways: readonly FaultProxy[]): string {
  return `postgres://rollcall@${ways.map(({ port }) => `127.0.0.1:${port}`).join(',')}/postgres`
}
