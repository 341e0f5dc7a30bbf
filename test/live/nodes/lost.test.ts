import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as pass } from 'node:timers/promises'
import type { Client } from '../../../src/client/index.ts'
import { MEMBERSHIP } from '../../../src/core/node.ts'
import { postgres } from '../../faults/places-postgres.ts'
import { redis } from '../../faults/places-redis.ts'
import { gather } from '../../support/gather.ts'
import { until } from '../../support/until.ts'
import { allOver, type Holder, holdLines, idsUnder, isWhole, liveFleet } from './fleet.ts'

/** When the lines of a node that is not heard of are over: with its membership, once the others have looked. */
const LOST_WITHIN = MEMBERSHIP + MEMBERSHIP / 6 + 5_000

describe('a node that is gone', { concurrency: true }, () => {
  for (const kind of [postgres, redis])
    test(`takes its lines with it, and nothing else; one that was stopped closes what was ended for it (${kind.name})`, {
      skip: kind.missing,
    }, async () => {
      await using fleet = await liveFleet(kind, { nodes: 3 })
      const [staying, killed, stopped] = [fleet.node(0), fleet.node(1), fleet.node(2)]
      const safe = await holdLines(staying, staying, 'safe')
      const orphaned = await holdLines(staying, killed, 'orphaned')
      const asleep = await holdLines(staying, stopped, 'asleep')
      const ended = await holdLines(staying, stopped, 'ended')
      const gone = performance.now()
      await killed.kill()
      stopped.pause()
      await staying.client.sessions.end(ended.loginId)

      for (const holder of [orphaned, asleep]) {
        await until(
          `the lines of ${holder.userId} have left the list`,
          async () => (await idsUnder(staying.client, holder.loginId)).length === 0,
          LOST_WITHIN - (performance.now() - gone),
        )
        assert.deepEqual(await reasonsUnder(staying.client, holder), ['node-lost'])
      }
      assert.ok(performance.now() - gone > MEMBERSHIP - 3_000, 'nobody gave it up before its time')
      for (const holder of [safe, orphaned, asleep])
        assert.equal((await staying.client.verify(holder.token)).live, true, holder.userId)
      assert.equal((await idsUnder(staying.client, safe.loginId)).length, safe.lines.size)
      assert.ok(isWhole(safe))

      await pass(Math.max(0, 20_000 - (performance.now() - gone)))
      stopped.resume()
      await allOver(asleep, ['reconnect'], 5_000)
      await allOver(ended, ['revoked', 'reconnect'], 5_000)
      const again = await holdLines(staying, stopped, 'asleep')
      assert.equal((await idsUnder(staying.client, again.loginId)).length, again.lines.size)
      assert.ok(isWhole(safe) && isWhole(again))
    })
})

/** Why the lines under a login are over, each reason once. */
async function reasonsUnder(client: Client, { loginId }: Holder): Promise<readonly unknown[]> {
  const sessions = await gather(client.sessions.list({ parent: loginId, status: 'ended' }))
  return [...new Set(sessions.map(({ ending }) => ending?.reason))]
}
