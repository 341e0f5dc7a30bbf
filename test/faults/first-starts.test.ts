import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSessions } from '../../src/engine/create-sessions.ts'
import { nodeEnv } from '../../src/env.ts'
import { openStore } from '../../src/server/open-store.ts'
import { policyOf } from '../../src/server/policy.ts'
import { readSettings } from '../../src/server/settings.ts'
import type { FaultProxy } from '../support/fault-proxy.ts'
import { call, freePort, KEY, startServerProcess } from '../support/server-process.ts'
import { until } from '../support/until.ts'
import type { Place } from './place.ts'
import { SHARED_PLACES } from './places.ts'

/** How many nodes start at once. */
const NODES = 10

for (const kind of SHARED_PLACES) {
  const options = { skip: kind.missing }

  test(
    `${NODES} nodes that start at once on an empty ${kind.name} all come up, and know each other's sessions`,
    options,
    async () => {
      await using place = await kind.start('as promised', false)
      const nodes = await Promise.all(Array.from({ length: NODES }, () => startNode(place.store)))
      try {
        const issued = await Promise.all(
          nodes.map((node, index) => node.issue({ user: { id: `user-${index}` } })),
        )
        for (const node of nodes) {
          const verdicts = await Promise.all(issued.map(({ token }) => node.verify(token)))
          assert.ok(verdicts.every(({ ok }) => ok))
        }
        assert.equal(new Set(issued.map(({ session }) => session.serial)).size, NODES)
        const live = (await nodes[0]?.keys.list())?.filter(({ withdrawnAt }) => withdrawnAt === undefined)
        assert.equal(live?.length, 1, 'all of them made the one configured key')
      } finally {
        await Promise.all(nodes.map((node) => node.close()))
      }
    },
  )

  test(
    `a node whose ${kind.name} is down when it starts says that it waits, and is ready when it comes`,
    options,
    async (context) => {
      await using place = await kind.start('as promised', false)
      if (place.way === undefined) return context.skip('there is no one way to it that could be closed')
      await startLate(place, place.way)
    },
  )
}

async function startNode(store: string): Promise<ReturnType<typeof createSessions>> {
  const settings = readSettings({ argv: ['--store', store, '--store-patience', '10s'], env: {} })
  const env = nodeEnv()
  const sessions = createSessions({
    store: await openStore(settings, env.now),
    env,
    policy: policyOf(settings),
  })
  await sessions.keys.ensure({ name: 'configured', scopes: ['admin'], secret: KEY })
  return sessions
}

async function startLate({ store, flags }: Place, way: FaultProxy): Promise<void> {
  way.begin({ is: 'refuse' })
  const port = await freePort()
  const starting = startServerProcess({
    store,
    port,
    flags: [...flags, '--log-level', 'info'],
    within: 60_000,
  })
  await until('it is alive and not ready', async () => (await statusOf(port, '/readyz')) === 503, 60_000)
  assert.equal(await statusOf(port, '/healthz'), 200)
  way.heal()
  const server = await starting
  try {
    const { status } = await call(server.url, 'POST', '/v1/sessions', KEY, { user: { id: 'ada' } })
    assert.equal(status, 201)
    assert.match(server.output(), /Waiting for the store/)
  } finally {
    await server.kill()
  }
}

function statusOf(port: number, path: string): Promise<number> {
  return fetch(`http://127.0.0.1:${port}${path}`).then(
    ({ status }) => status,
    () => 0,
  )
}
