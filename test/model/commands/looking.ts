import assert from 'node:assert/strict'
import fc from 'fast-check'
import { cursorOf } from '../../../src/core/events.ts'
import type { Page } from '../../../src/core/page.ts'
import type { Session } from '../../../src/core/session.ts'
import { attempt, index, type Kind, kind, node } from '../command.ts'
import { asksForActivity, filters, latestFirst, meant, toFilter } from '../meaning.ts'
import { flush } from '../model.ts'
import type { Scene } from '../scene.ts'

/** Commands that look. */
export const looking: readonly Kind[] = [
  kind(
    'list and count',
    5,
    fc.record({
      node,
      filters,
      sort: fc.constantFrom('issued' as const, 'active' as const),
      limit: fc.constantFrom(1, 2, 3, 50),
    }),
    async (scene, asked) => {
      const { sessions } = scene.world.nodes[asked.node]
      const filter = toFilter(scene.model, asked.filters)
      const { sort } = asked
      if (asksForActivity(filter)) flush(scene.model, asked.node)
      const expected = meant(scene.model, filter)
      scene.tally.add('lists', expected.length === 0 ? 'empty' : expected.length === 1 ? 'one' : 'more')
      assert.deepEqual(await sessions.count(filter), { count: expected.length, exact: true })
      if (sort === 'active') flush(scene.model, asked.node)
      const found: Session[] = []
      let cursor: string | undefined
      do {
        const page: Page<Session> = await sessions.list({
          ...filter,
          sort,
          limit: asked.limit,
          ...(cursor && { cursor }),
        })
        found.push(...page.items)
        cursor = page.nextCursor
      } while (cursor !== undefined)
      const order = sort === 'issued' ? 'issuedAt' : 'lastActiveAt'
      assert.deepEqual(found, latestFirst(expected, order))
      return undefined
    },
  ),

  kind('look at everything', 1, fc.record({ node }), async (scene, asked) => {
    await compareAll(scene, asked.node)
    return undefined
  }),

  kind(
    'read events',
    2,
    fc.record({ node, index, limit: fc.constantFrom(1, 5, 999) }),
    async (scene, asked) => {
      const { model, world, history, tally } = scene
      const start = Math.max(0, history.length - asked.index)
      const before = history[start - 1]
      const from = before === undefined ? String(start) : cursorOf(before)
      const answer = await attempt(world.nodes[asked.node].sessions.events(from, asked.limit))
      tally.add('reads', start < model.floor ? 'forgotten' : 'kept')
      if (start < model.floor) assert.deepEqual('code' in answer && answer.code, 'position-forgotten')
      else assert.deepEqual('events' in answer && answer.events, history.slice(start, start + asked.limit))
      return undefined
    },
  ),
]

/** Compares every session and user, and what is at rest of their tokens. */
export async function compareAll({ model, world, given }: Scene, node: 0 | 1): Promise<void> {
  const { sessions } = world.nodes[node]
  for (const { session, tokens } of model.sessions.values()) {
    assert.deepEqual(await sessions.get(session.id), session)
    const found = await world.store().find(session.id)
    const { predecessors = [], tokenHash } = found?.record ?? {}
    assert.deepEqual(
      predecessors.map(({ salt, until }) => [salt !== undefined, until]),
      tokens.slice(1).map(({ salted, until }) => [salted, until]),
      'a salt is at rest for as long as its grace, and no longer',
    )
    const atRest = JSON.stringify(found)
    assert.ok(tokenHash && !tokens.some(({ text }) => atRest.includes(text)), 'no token is at rest')
  }
  for (const id of new Set(given.map((text) => `ses_${text.slice(4, 26)}`)))
    if (!model.sessions.has(id)) assert.equal(await sessions.get(id), undefined, 'what is swept is forgotten')
  for (const { user } of model.users.values())
    assert.deepEqual(await sessions.users.get(user.id, user.realm), user)
}
