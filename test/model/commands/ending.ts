import assert from 'node:assert/strict'
import fc from 'fast-check'
import { DENY_KEYS } from '../../../src/core/denial.ts'
import { hasPassed } from '../../../src/core/position.ts'
import type { SessionSelector } from '../../../src/core/selector.ts'
import type { EndRequest } from '../../../src/engine/manager.ts'
import {
  attempt,
  given,
  index,
  type Kind,
  kind,
  maybe,
  node,
  pick,
  realm,
  resource,
  sessionName,
  userId,
} from '../command.ts'
import { asksForActivity, filters, meant, toFilter } from '../meaning.ts'
import { BY, endAll, endEach, flush, type Kept, lives, type Model } from '../model.ts'
import type { Scene } from '../scene.ts'

/** What is pointed at; sessions are told by index. */
const selector = fc.oneof(
  fc.record({ by: fc.constant('id' as const), index }),
  fc.record({ by: fc.constant('id' as const), index }),
  fc.record({ by: fc.constant('ids' as const), indices: fc.array(index, { maxLength: 4 }) }),
  fc.record({ by: fc.constant('user' as const), userId, except: maybe(index) }),
  fc.record({ by: fc.constant('parent' as const), index }),
  fc.record({ by: fc.constant('resource' as const), resource, name: maybe(sessionName) }),
  fc.record({ by: fc.constant('filter' as const), filter: filters }),
  fc.record({ by: fc.constant('everyone' as const) }),
)

const ending = fc.record({
  node,
  realm,
  selector,
  reason: fc.constantFrom('revoked' as const, 'logout' as const, 'closed' as const),
  deny: maybe(
    fc.record(
      {
        keys: fc.uniqueArray(fc.constantFrom(...DENY_KEYS), { minLength: 1 }),
        span: fc.constantFrom(5_000, 3_600_000),
      },
      { noNullPrototype: true },
    ),
    3,
  ),
  dryRun: maybe(fc.constant(true), 5),
})

type Asked = typeof selector extends fc.Arbitrary<infer Value> ? Value : never

/** Commands that end. */
export const ends: readonly Kind[] = [
  kind('end', 6, ending, async (scene, asked) => {
    const { model, world, tally } = scene
    const { reason, deny, dryRun } = asked
    const request: EndRequest = given({ reason, by: BY, deny, dryRun })
    const selector = { ...toSelector(scene, asked.selector), realm: asked.realm }
    const from = model.head
    const answer = await attempt(world.nodes[asked.node].sessions.end(selector, request))
    if (!canBeMeant(selector, request)) {
      assert.equal('code' in answer && answer.code, 'bad-request')
      tally.add('ends', 'refused')
      return asked.node
    }
    assert.ok(!('code' in answer), 'it is not refused')
    if ('filter' in selector && asksForActivity(selector.filter)) flush(model, asked.node)
    const expected = dryRun ? rehearse(model, selector) : carryOut(model, selector, request)
    tally.add('ends', dryRun ? 'dry run' : asked.selector.by)
    const { ended, descendants, matched, exact, receipt } = answer
    assert.deepEqual(
      { ended, descendants, matched, exact },
      { matched: expected.ended, exact: true, ...expected },
    )
    const head = await world.nodes[asked.node].sessions.events(undefined)
    assert.ok(hasPassed(head.position, receipt.position), 'the journal tells of the end')
    const position = Number(receipt.position)
    const isCount = Number.isInteger(Number(head.position))
    assert.ok(!isCount || (position >= from && position <= model.head), 'the receipt is where it does')
    return asked.node
  }),
]

/** An empty filter is not, nor is a denial of what an end at once does not look at. */
function canBeMeant(selector: SessionSelector, { deny }: EndRequest): boolean {
  if ('filter' in selector) return Object.keys(selector.filter).length > 0
  if (deny === undefined || !('everyone' in selector || 'userId' in selector)) return true
  return 'userId' in selector && deny.keys.every((key) => key === 'user')
}

function toSelector({ model }: Scene, asked: Asked): SessionSelector {
  const all = [...model.sessions.keys()]
  const id = (at: number | undefined): string | undefined => (at === undefined ? undefined : pick(all, at))
  switch (asked.by) {
    case 'id':
      return { id: id(asked.index) ?? 'ses_1111111111111111111111' }
    case 'ids':
      return { ids: asked.indices.flatMap((at) => id(at) ?? []) }
    case 'user':
      return given({ userId: asked.userId, except: id(asked.except) })
    case 'parent':
      return { parentId: id(asked.index) ?? 'ses_1111111111111111111111' }
    case 'resource':
      return given({ resource: asked.resource, name: asked.name })
    case 'filter': {
      const { status: _status, realm: _realm, ...filter } = toFilter(model, asked.filter)
      return { filter }
    }
    case 'everyone':
      return { everyone: true }
  }
}

function carryOut(model: Model, selector: SessionSelector, request: EndRequest) {
  const { realm = 'default' } = selector
  if (!('everyone' in selector || 'userId' in selector))
    return endEach(model, pointedAt(model, selector), request, over(model, selector))
  const scope =
    'everyone' in selector ? { realm } : given({ realm, userId: selector.userId, except: selector.except })
  const span = request.deny?.keys.includes('user') ? Number(request.deny.span) : undefined
  return endAll(model, scope, request.reason ?? 'revoked', span)
}

/** What would be answered, on a copy of the model that is thrown away. */
function rehearse(model: Model, selector: SessionSelector) {
  const copy = structuredClone(model)
  const { ended } = carryOut(copy, selector, {})
  return { ended: 0, descendants: 0, matched: ended }
}

function pointedAt(model: Model, selector: SessionSelector): Kept[] {
  const { realm = 'default' } = selector
  if ('filter' in selector) return meant(model, { ...selector.filter, realm, status: 'live' })
  if ('resource' in selector)
    return meant(model, given({ realm, resource: selector.resource, name: selector.name }))
  if ('parentId' in selector) return meant(model, { realm, parentId: selector.parentId })
  return byIds(model, selector).filter((kept) => lives(model, kept))
}

/** What ids point at and is over already. */
function over(model: Model, selector: SessionSelector): Kept[] {
  return byIds(model, selector).filter((kept) => !lives(model, kept))
}

function byIds(model: Model, selector: SessionSelector): Kept[] {
  const { realm = 'default' } = selector
  const ids = 'id' in selector ? [selector.id] : 'ids' in selector ? selector.ids : []
  return [...new Set(ids)]
    .flatMap((id) => model.sessions.get(id) ?? [])
    .filter(({ session }) => session.realm === realm)
}
