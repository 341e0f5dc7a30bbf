import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as pass } from 'node:timers/promises'
import { isProblem } from '../../../src/client/index.ts'
import { postgres } from '../../faults/places-postgres.ts'
import { redis } from '../../faults/places-redis.ts'
import { until } from '../../support/until.ts'
import { allOver, type Holder, holdLines, idsUnder, isWhole, type LiveFleet, liveFleet } from './fleet.ts'

/** What a node may vouch for without asking, in milliseconds: the default. */
const MAX_STALENESS = 1_000

/** What a machine with other work may take on top, in milliseconds. */
const BUSY = 3_000

/** What may go wrong between two nodes, and what becomes of lines then. */
const FAULTS: Readonly<Record<string, (fleet: LiveFleet) => Promise<void>>> = {
  'nodes that do not hear each other close lines within the staleness allowed': async ({ place, node }) => {
    const holder = await holdLines(node(0), node(1), 'unheard')
    assert.ok((place.feedWay?.connections() ?? 0) > 0, 'they do hear each other by that way')
    place.feedWay?.begin({ is: 'refuse' })
    place.feedWay?.cut()
    await node(0).client.sessions.end(holder.loginId)
    await allOver(holder, ['revoked'], MAX_STALENESS + BUSY)
    place.feedWay?.heal()
  },

  'lines that a stopped node was not told to close are counted, and closed when it goes on': async ({
    node,
  }) => {
    const meant = await holdLines(node(0), node(1), 'meant')
    const other = await holdLines(node(0), node(1), 'other')
    const count = meant.lines.size
    node(1).pause()
    const { receipt } = await node(0)
      .client.sessions.endMany({ user: 'meant' }, { wait: 'all', waitFor: '500ms' })
      .finally(() => node(1).resume())
    assert.deepEqual(receipt.lines, { matched: count, ended: 0, notReached: count })
    assert.equal(receipt.nodes.filter(({ passed }) => !passed).length, 1)
    await allOver(meant, ['revoked'], MAX_STALENESS + BUSY)
    assert.ok(isWhole(other))
  },

  'lines outlive a store that is away, no end is acknowledged meanwhile, and none is lost': async ({
    place,
    node,
  }) => {
    const holder = await holdLines(node(0), node(1), 'outliving')
    const leaving = await holdLines(node(0), node(1), 'leaving')
    place.way?.begin({ is: 'refuse' })
    place.way?.cut()
    await until('the store is away', () => isRefused(node(0).client.sessions.end(holder.loginId)))
    for (const line of leaving.lines.values()) line[Symbol.dispose]()
    await pass(2 * MAX_STALENESS)
    assert.ok(await isRefused(node(0).client.sessions.end(holder.loginId)))
    assert.ok(isWhole(holder))
    place.way?.heal()
    await until('the store is back', () => reachable(node(0), holder))
    assert.equal((await idsUnder(node(0).client, holder.loginId)).length, holder.lines.size)
    await until('what was closed has left the list', async () => {
      return (await idsUnder(node(0).client, leaving.loginId)).length === 0
    })
    assert.ok(isWhole(holder))
    await node(0).client.sessions.end(holder.loginId)
    await allOver(holder, ['revoked'], MAX_STALENESS + BUSY)
  },
}

describe('between two nodes', { concurrency: true }, () => {
  for (const kind of [postgres, redis])
    test(kind.name, { skip: kind.missing }, async (context) => {
      await using fleet = await liveFleet(kind, { nodes: 2 })
      for (const [name, happens] of Object.entries(FAULTS)) await context.test(name, () => happens(fleet))
    })
})

/** Tells whether a call is refused as it must be while the store is away. */
async function isRefused(call: Promise<unknown>): Promise<boolean> {
  return call.then(
    () => assert.fail('It was acknowledged'),
    (fault: unknown) => isProblem(fault) && fault.status === 503,
  )
}

function reachable({ client }: ReturnType<LiveFleet['node']>, { loginId }: Holder): Promise<boolean> {
  return client.sessions.get(loginId).then(
    () => true,
    () => false,
  )
}
