import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { SessionPatch } from '../../../src/engine/manager.ts'
import {
  attempt,
  given,
  index,
  type Kind,
  kind,
  label,
  level,
  maybe,
  node,
  pick,
  realm,
  userId,
} from '../command.ts'
import { BY, lift, lives, update, updateUser } from '../model.ts'
import { change } from '../scene.ts'

const patch = fc.record({
  label: maybe(fc.option(label)),
  data: maybe(fc.constantFrom({ plan: 'pro' }, null)),
  authentication: maybe(
    fc.record({ methods: fc.constantFrom(['pwd'], ['pwd', 'otp']), level }, { noNullPrototype: true }),
  ),
})

const userPatch = fc.record({
  role: maybe(fc.constantFrom('member' as const, 'staff' as const, 'operator' as const)),
  displayName: maybe(fc.constantFrom('Ada L.', 'Zoë')),
  banned: fc.constantFrom(undefined, undefined, true, false, false),
  banReason: maybe(fc.constant('spam'), 3),
})

/** Commands that change sessions and users, and let in again. */
export const changing: readonly Kind[] = [
  kind('update', 4, fc.record({ node, index, patch }), async (scene, asked) => {
    const { model, world, tally } = scene
    const kept = pick([...model.sessions.values()], asked.index)
    if (kept === undefined) return undefined
    const { id } = kept.session
    const patch: SessionPatch = given(asked.patch)
    const before = kept.session.authentication?.level
    const answer = await attempt(world.nodes[asked.node].sessions.update(id, patch))
    if (!lives(model, kept)) {
      assert.deepEqual(answer, { code: 'not-found', details: {} })
      tally.add('refused', 'not-found')
      return asked.node
    }
    assert.ok('session' in answer, `it is updated, and not refused: ${JSON.stringify(answer)}`)
    const isNew = patch.authentication !== undefined && patch.authentication.level !== before
    assert.equal(
      answer.token !== undefined,
      isNew,
      'another level takes another token, and nothing else does',
    )
    update(model, kept, patch, answer.token)
    if (answer.token !== undefined) scene.given.push(answer.token)
    assert.deepEqual(answer.session, kept.session)
    change(scene, id, asked.node)
    return asked.node
  }),

  kind('change a user', 4, fc.record({ node, userId, realm, patch: userPatch }), async (scene, asked) => {
    const { model, world, tally } = scene
    const patch = given(asked.patch)
    const call = world.nodes[asked.node].sessions.users.update(asked.userId, patch, {
      realm: asked.realm,
      by: BY,
    })
    const answer = await attempt(call)
    const expected = updateUser(model, asked.realm, asked.userId, patch)
    if (expected === undefined) {
      assert.deepEqual(answer, { code: 'not-found', details: {} })
      return asked.node
    }
    assert.ok('user' in answer)
    if (patch.banned) tally.add('users', 'banned')
    const { user, ended, descendants } = answer
    assert.deepEqual(user, model.users.get(`${asked.realm} ${asked.userId}`)?.user)
    assert.deepEqual({ ended, descendants }, expected)
    change(scene, `${asked.realm} ${asked.userId}`, asked.node)
    return asked.node
  }),

  kind('lift a denial', 2, fc.record({ node, index, realm }), async (scene, asked) => {
    const { model, world, tally } = scene
    const { denials } = world.nodes[asked.node].sessions
    const { items } = await denials.list({ realm: asked.realm, limit: 200 })
    const holding = model.denials.filter((denial) => denial.realm === asked.realm && denial.until > model.now)
    holding.sort((a, b) => Number(a.id) - Number(b.id))
    assert.deepEqual(items, holding)
    const id = pick(asked.index % 2 ? model.denials : holding, asked.index)?.id ?? '7'
    const answer = await attempt(denials.lift(id, { realm: asked.realm, by: BY }))
    const expected = lift(model, asked.realm, id)
    tally.add('denials', expected ? 'lifted' : 'not there')
    assert.deepEqual(answer, expected ?? { code: 'not-found', details: {} })
    return asked.node
  }),
]
