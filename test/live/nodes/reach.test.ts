import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { EndReason } from '../../../src/core/session.ts'
import { postgres } from '../../faults/places-postgres.ts'
import { redis } from '../../faults/places-redis.ts'
import {
  allOver,
  type Holder,
  holdLines,
  idsUnder,
  isWhole,
  type LiveFleet,
  type LiveNode,
  liveFleet,
} from './fleet.ts'

/** Milliseconds within which a line is closed after its end was acknowledged elsewhere, on a machine with other work. */
const WITHIN = 1_000

/** Every way to end a line from a node that does not hold it, and what the line is told. */
const WAYS: Readonly<Record<string, Way>> = {
  'an end by its own id': {
    reason: 'revoked',
    end: async ({ client }, { loginId }) => {
      const ids = await idsUnder(client, loginId)
      await client.sessions.endMany({ ids })
    },
  },
  'an end of its login': {
    reason: 'revoked',
    end: ({ client }, { loginId }) => client.sessions.end(loginId),
  },
  'an end of everything of its user': {
    reason: 'logout',
    end: ({ client }, { userId }) => client.sessions.endMany({ user: userId }, { reason: 'logout' }),
  },
  'a ban of its user': {
    reason: 'banned',
    end: ({ client }, { userId }) => client.users.update(userId, { banned: true }),
  },
}

interface Way {
  readonly reason: EndReason
  readonly end: (node: LiveNode, holder: Holder) => Promise<unknown>
}

for (const kind of [postgres, redis])
  describe(`two nodes on ${kind.name}`, { skip: kind.missing }, () => {
    let fleet: LiveFleet
    let one: LiveNode
    let other: LiveNode
    let bystander: Holder

    before(async () => {
      fleet = await liveFleet(kind, { nodes: 2, streams: true })
      one = fleet.node(0)
      other = fleet.node(1)
      bystander = await holdLines(one, other, 'bystander')
    })
    after(() => fleet?.[Symbol.asyncDispose]())

    for (const [name, { reason, end }] of Object.entries(WAYS))
      test(`${name} on one node closes every kind of line that the other holds, and tells it why`, async (context) => {
        const holder = await holdLines(one, other, name)
        await end(one, holder)
        const took = await allOver(holder, [reason], WITHIN)
        context.diagnostic(`milliseconds after the acknowledgement: ${JSON.stringify(took)}`)
        assert.ok(isWhole(bystander))
      })

    test('an end that waits says how many lines it closed, and which node held them', async () => {
      const here = await holdLines(one, one, 'both')
      const there = await holdLines(one, other, 'both')
      const { receipt } = await one.client.sessions.endMany({ user: 'both' }, { wait: 'all' })
      const count = here.lines.size
      assert.deepEqual(receipt.lines, { matched: 2 * count, ended: 2 * count, notReached: 0 })
      assert.deepEqual(
        receipt.nodes.map(({ lines }) => lines),
        [count, count],
      )
      for (const holder of [here, there]) await allOver(holder, ['revoked'], WITHIN)
    })

    test('whoever is kept out by an end and comes back at once is refused by the other node', async () => {
      const holder = await holdLines(one, other, 'denied')
      const ids = await idsUnder(one.client, holder.loginId)
      const returning = [...holder.lines].map(async ([name, line]) => {
        await line.gone
        await assert.rejects(one.open(name, holder.token), /denied/, name)
      })
      await one.client.sessions.endMany({ ids }, { deny: { keys: ['login'], for: '1m' } })
      await Promise.all(returning)
      assert.deepEqual(await idsUnder(one.client, holder.loginId), [])
    })

    test('an end of everyone on one node closes every line of the other', async () => {
      await one.client.sessions.endMany({ everyone: true })
      await allOver(bystander, ['revoked'], WITHIN)
    })
  })
