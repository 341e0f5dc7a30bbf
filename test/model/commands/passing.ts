import fc from 'fast-check'
import { index, type Kind, kind, node, pick } from '../command.ts'
import { boot, diesAt, flush } from '../model.ts'
import { elapse, type Scene } from '../scene.ts'

const MINUTE = 60_000

/** Both clocks, the store's alone, the nodes' alone. */
const spans = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(1, 100, 300, 1_000, 5_000, 9_999, 10_001).map((span) => [span, span] as const),
  },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(MINUTE / 2, 2 * MINUTE, 60 * MINUTE, 2_900 * MINUTE)
      .map((span) => [span, span] as const),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(-60 * MINUTE, -1_000, 1_000, 11_000, 60 * MINUTE)
      .map((span) => [span, 0] as const),
  },
  { weight: 1, arbitrary: fc.constantFrom(300, 1_000, MINUTE / 2).map((span) => [0, span] as const) },
)

/** Commands that let time pass, and nodes come and go. */
export const passing: readonly Kind[] = [
  kind('move the clocks', 7, spans, async (scene, [store, monotonic]) => {
    scene.tally.add(
      'clocks',
      store === monotonic ? 'both' : store === 0 ? 'nodes' : store < 0 ? 'store, back' : 'store',
    )
    await elapse(scene, store, monotonic)
    return undefined
  }),

  kind(
    'wait for a moment that matters',
    4,
    fc.record({
      index,
      of: fc.constantFrom('session' as const, 'grace' as const),
      by: fc.constantFrom(-1, 0, 1),
    }),
    async (scene, asked) => {
      const moment = momentOf(scene, asked.index, asked.of)
      const span = (moment ?? 0) + asked.by - scene.model.now
      if (moment !== undefined && span >= 0) await elapse(scene, span, span)
      return undefined
    },
  ),

  kind('cut a node off, or not', 1, fc.boolean(), async ({ world }, cut) => {
    world.nodes[1].cut = cut
    return undefined
  }),

  kind(
    'restart a node',
    1,
    fc.record({ node, how: fc.constantFrom('killed' as const, 'closed' as const) }),
    async (scene, { node, how }) => {
      await scene.world.restart(node, how)
      if (how === 'closed') flush(scene.model, node)
      boot(scene.model, node)
      scene.tally.add('restarts', how)
      return undefined
    },
  ),

  kind('crash', 1, fc.constant(undefined), async (scene) => {
    await scene.world.crash()
    for (const node of [0, 1]) boot(scene.model, node)
    scene.changed.clear()
    return undefined
  }),
]

function momentOf({ model }: Scene, at: number, of: 'session' | 'grace'): number | undefined {
  const kept = pick(
    [...model.sessions.values()].filter(({ session }) => !session.ending),
    at,
  )
  return of === 'session' ? kept && diesAt(kept) : kept?.tokens[1]?.until
}
