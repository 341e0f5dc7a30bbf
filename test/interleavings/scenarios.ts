/**
 * What may fall together, and what must hold however it falls.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { isRollcallError } from '../../src/core/errors.ts'
import type { AtLimit } from '../../src/core/store.ts'
import type { Issued, Refreshed, Updated } from '../../src/engine/manager.ts'
import type { World } from './explore.ts'
import {
  endAllEndsWhatItListed,
  keptOutAskedFirst,
  limitCountsFirst,
  refreshWritesBack,
  reuseGivesUp,
  touchWritesBack,
  updateWritesBack,
} from './naive.ts'
import type { Place, Spoil } from './worlds.ts'

/** One meeting. */
export interface Scenario {
  readonly name: string

  /** Too many orders for a store that writes to a disk: there, answers arrive as soon as they were asked for. */
  readonly many?: true
  meet(place: Place): Promise<World>

  /** Code that gets it wrong in some order. */
  readonly naive: Spoil
}

/** All of them. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'an end against the writing of activity',
    naive: touchWritesBack,
    async meet(place) {
      const { token, id, sessions } = await signedIn(place)
      return {
        actors: [() => sessions.end({ id, realm: place.realm }), () => place.store.touch([{ id, ago: 0 }])],
        judge: () => overOnce(place, token),
      }
    },
  },
  {
    name: 'an end against a verification and the writing of its activity',
    naive: touchWritesBack,
    async meet(place) {
      const { token, id, sessions } = await signedIn(place)
      return {
        actors: [
          () => sessions.end({ id, realm: place.realm }),
          async () => {
            await sessions.verify(token, { fresh: true })
            await place.store.touch([{ id, ago: 0 }])
          },
        ],
        judge: () => overOnce(place, token),
      }
    },
  },
  {
    name: 'an end against an update',
    naive: updateWritesBack,
    async meet(place) {
      const { token, id, sessions } = await signedIn(place)
      return {
        actors: [
          () => sessions.end({ id, realm: place.realm }),
          () => sessions.update(id, { label: 'changed' }),
        ],
        async judge([, updated]) {
          await overOnce(place, token)
          const label = (await sessions.get(id))?.device.label
          assert.equal(label, updated?.status === 'fulfilled' ? 'changed' : undefined)
        },
      }
    },
  },
  {
    name: 'an end against a refresh',
    naive: refreshWritesBack,
    async meet(place) {
      const { token, id, sessions } = await signedIn(place)
      return {
        actors: [() => sessions.end({ id, realm: place.realm }), () => sessions.refresh(token)],
        async judge([, refreshed]) {
          await overOnce(place, token)
          const outcome = heldBy<Refreshed>(refreshed)
          if (outcome.ok) await place.refused(outcome.token)
          else assert.equal(outcome.reason, 'ended')
        },
      }
    },
  },
  {
    name: 'a refresh against a refresh of the same token',
    naive: refreshWritesBack,
    async meet(place) {
      const { token, sessions } = await signedIn(place)
      return {
        actors: [() => sessions.refresh(token), () => sessions.refresh(token)],
        async judge(outcomes) {
          const successors = outcomes.map((outcome) => {
            const refreshed = heldBy<Refreshed>(outcome)
            assert.ok(refreshed.ok, 'the loser of the race is signed out')
            return refreshed.token
          })
          assert.equal(new Set(successors).size, 1, 'there are two successors')
          for (const each of [token, ...successors]) assert.ok(await place.live(each))
          assert.deepEqual(await place.endings(), [])
        },
      }
    },
  },
  {
    name: 'a refresh against a change of privileges',
    many: true,
    naive: updateWritesBack,
    async meet(place) {
      const { token, id, sessions } = await signedIn(place)
      return {
        actors: [
          () => sessions.refresh(token),
          () => sessions.update(id, { authentication: { methods: ['pwd', 'otp'], level: 2 } }),
        ],
        async judge([refreshed, updated]) {
          const raised = heldBy<Updated>(updated).token ?? assert.fail('no new token came of the change')
          assert.ok(await place.live(raised))
          await place.refused(token)
          const outcome = heldBy<Refreshed>(refreshed)
          if (outcome.ok) await place.refused(outcome.token)
          else assert.equal(outcome.reason, 'superseded')
          assert.deepEqual(await place.endings(), [])
        },
      }
    },
  },
  {
    name: 'a refresh against a token that comes back after its grace',
    naive: reuseGivesUp,
    async meet(place) {
      const { token: stolen, id, sessions } = await signedIn(place)
      const { token } = heldBy<Refreshed & { readonly ok: true }>({
        status: 'fulfilled',
        value: await sessions.refresh(stolen),
      })
      place.env.jump(11_000)
      return {
        steps: 'asked',
        actors: [() => sessions.refresh(token), () => sessions.refresh(stolen)],
        async judge([refreshed]) {
          assert.equal((await sessions.get(id))?.ending?.reason, 'reused')
          const outcome = heldBy<Refreshed>(refreshed)
          for (const each of [token, stolen, ...(outcome.ok ? [outcome.token] : [])])
            await place.refused(each)
          assert.equal((await place.endings()).length, 1)
        },
      }
    },
  },
  endAll('a user', ({ realm }) => ({ realm, userId: 'ada' })),
  endAll('everyone', ({ realm }) => ({ realm, everyone: true })),
  limited('refuse', ['limit-reached']),
  limited('evict-oldest', []),
  limited('evict-idlest', []),
  {
    name: 'a ban against an issue',
    naive: keptOutAskedFirst,
    async meet(place) {
      await signedIn(place)
      const { sessions, realm } = place
      return {
        actors: [
          () => sessions.users.update('ada', { banned: true }, { realm }),
          () => sessions.issue({ realm, user: { id: 'ada' } }),
        ],
        judge: ([, issued]) => keptOut(place, issued, 'user-banned'),
      }
    },
  },
  {
    name: 'an end that keeps a user out against an issue',
    naive: keptOutAskedFirst,
    async meet(place) {
      await signedIn(place)
      const { sessions, realm } = place
      return {
        actors: [
          () => sessions.end({ realm, userId: 'ada' }, { deny: { keys: ['user'], span: '1h' } }),
          () => sessions.issue({ realm, user: { id: 'ada' } }),
        ],
        judge: ([, issued]) => keptOut(place, issued, 'denied'),
      }
    },
  },
]

/** An end of all, and an issue that another session gives way to: which came first shows in how that one ended. */
function endAll(
  whose: string,
  selector: (place: Place) => Parameters<Place['sessions']['end']>[0],
): Scenario {
  return {
    name: `an end of all of ${whose} against an issue`,
    naive: endAllEndsWhatItListed,
    async meet(place) {
      const { token, id, sessions } = await signedIn(place)
      const { realm } = place
      return {
        actors: [
          () => sessions.end(selector(place)),
          () =>
            sessions.issue({
              realm,
              user: { id: 'ada' },
              limit: { sessions: 1, atLimit: 'evict-oldest' },
            }),
        ],
        async judge([ended, issued]) {
          await place.refused(token)
          const later = heldBy<Issued>(issued)
          const issuedFirst = (await sessions.get(id))?.ending?.reason === 'evicted'
          assert.equal(
            await place.live(later.token),
            !issuedFirst,
            'the end came after the issue, and left it',
          )
          assert.equal(heldBy<{ readonly ended: number }>(ended).ended, 1)
        },
      }
    },
  }
}

/** Three issues at once where only one more session may be. */
function limited(atLimit: AtLimit, refusals: readonly string[]): Scenario {
  return {
    name: `issues against a limit that says ${atLimit}`,
    naive: limitCountsFirst,
    async meet(place) {
      await signedIn(place)
      const { sessions, realm } = place
      const issue = () => sessions.issue({ realm, user: { id: 'ada' }, limit: { sessions: 2, atLimit } })
      return {
        actors: [issue, issue, issue],
        steps: 'asked',
        async judge(outcomes) {
          assert.equal((await sessions.count({ realm, userId: 'ada' })).count, 2, 'the limit does not hold')
          const refused = outcomes.filter(({ status }) => status === 'rejected')
          assert.equal(refused.length, refusals.length * 2)
          for (const outcome of refused)
            assert.ok(outcome.status === 'rejected' && isRollcallError(outcome.reason, 'limit-reached'))
          const won = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome] : []))
          const gaveWay = won.flatMap((outcome) => heldBy<Issued>(outcome).gaveWay)
          assert.equal(gaveWay.length, won.length - 1)
          assert.equal(new Set(gaveWay).size, gaveWay.length, 'one session gave way twice')
        },
      }
    },
  }
}

async function signedIn(place: Place) {
  const { sessions, realm } = place
  const { token, session } = await sessions.issue({ realm, user: { id: 'ada' } })
  await sessions.verify(token)
  return { token, id: session.id, sessions }
}

/** The session is refused every way it can be asked for, and its end was told once. */
async function overOnce(place: Place, token: string): Promise<void> {
  await place.refused(token)
  assert.equal((await place.endings()).length, 1)
}

/** Either the issue was refused, or what it began is over. */
async function keptOut(
  place: Place,
  issued: PromiseSettledResult<unknown> | undefined,
  code: 'user-banned' | 'denied',
): Promise<void> {
  if (issued?.status === 'rejected') assert.ok(isRollcallError(issued.reason, code))
  else await place.refused(heldBy<Issued>(issued).token)
  assert.equal((await place.sessions.count({ realm: place.realm, userId: 'ada' })).count, 0)
}

function heldBy<Value>(outcome: PromiseSettledResult<unknown> | undefined): Value {
  if (outcome?.status !== 'fulfilled') throw outcome?.reason ?? new Error('nothing came of it')
  return outcome.value as Value
}
