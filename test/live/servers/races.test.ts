import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSessions } from '../../../src/engine/create-sessions.ts'
import type { SessionManager } from '../../../src/engine/manager.ts'
import { nodeEnv } from '../../../src/env.ts'
import type { MediaServer, Viewer } from '../../../src/live/servers/contract.ts'
import { type Followed, follow } from '../../../src/live/servers/reconcile.ts'
import { memoryStore } from '../../../src/stores/memory/store.ts'
import { until } from '../../support/until.ts'
import { REVOKED } from '../support.ts'

const RESOURCE = 'house/stage/1'
const ADA: Viewer = { key: 'a', name: 'ada', resource: RESOURCE, device: {} }

interface Bench extends AsyncDisposable {
  readonly sessions: SessionManager
  readonly followed: Followed

  /** Who watches. */
  readonly viewers: Map<string, Viewer>

  /** How many lists were begun. */
  lists(): number
}

interface Twists {
  readonly every: number

  /** What passes between the server's looking and its answer. */
  readonly answering?: () => Promise<unknown>

  /** What the one who follows asks instead of the engine. */
  readonly alter?: (engine: SessionManager) => SessionManager
}

/** A media server that tells names only, where ada watches. */
function bench({ every, answering, alter = (engine) => engine }: Twists): Bench {
  const env = nodeEnv()
  const sessions = createSessions({ store: memoryStore({ clock: env.now }), env })
  const viewers = new Map([[ADA.key, ADA]])
  let lists = 0
  const server: MediaServer = {
    name: 'stage',
    settling: 0,
    async list() {
      lists += 1
      const seen = [...viewers.values()]
      await answering?.()
      return seen
    },
    cut: async ({ key }) => void viewers.delete(key),
  }
  const followed = follow({ server, sessions: alter(sessions), env, realm: 'default', every })
  return {
    sessions,
    followed,
    viewers,
    lists: () => lists,
    async [Symbol.asyncDispose]() {
      await followed.close()
      await sessions.close()
    },
  }
}

test('who is cut while the server still tells who watched is given no session for it', async () => {
  let gate = Promise.withResolvers<void>()
  gate.resolve()
  await using server = bench({ every: 20, answering: () => gate.promise })
  const { sessions, followed, viewers, lists } = server
  await until('she is known', () => followed.stats().viewers === 1)
  gate = Promise.withResolvers()
  const before = lists()
  await until('it was asked', () => lists() > before)
  await sessions.end({ resource: RESOURCE }, REVOKED)
  await until('she is cut', () => followed.stats().cuts === 1)
  gate.resolve()
  await until('it was looked at', () => lists() > before + 3)
  const all = await sessions.list({ resource: RESOURCE, status: 'any' })
  assert.equal(all.items.length, 1, 'the one that was ended')
  viewers.set(ADA.key, ADA)
  await until('who comes back is known', () => followed.stats().viewers === 1)
})

test('whose session is over before its issue was answered is cut all the same', async () => {
  await using server = bench({
    every: 60_000,
    alter: (engine) => ({
      ...engine,
      async issue(request) {
        const issued = await engine.issue(request)
        let heard = false
        const stop = engine.on('session.ended', () => {
          heard = true
        })
        await engine.end({ id: issued.session.id }, REVOKED)
        await until('the end is heard', () => heard)
        stop()
        return issued
      },
    }),
  })
  const { sessions, followed, viewers } = server
  await until('she is cut', () => viewers.size === 0)
  await until('that is counted', () => followed.stats().cuts === 1)
  assert.equal((await sessions.list({ resource: RESOURCE, status: 'any' })).items.length, 1)
})

test('who comes under a name that a backend issued is that session: an end of it cuts them, and they stay out', async () => {
  await using server = bench({ every: 20 })
  const { sessions, followed, viewers, lists } = server
  await until('ada is known', () => followed.stats().viewers === 1)
  const request = { kind: 'playback', resource: RESOURCE, name: 'bob', user: { id: 'bob' } } as const
  const { session } = await sessions.issue({ ...request, data: { seat: 7 } })
  const bob: Viewer = { ...ADA, key: 'b', name: 'bob' }
  viewers.set('b', bob)
  await until('bob is known', () => followed.stats().viewers === 2)
  const { items } = await sessions.list({ resource: RESOURCE, name: 'bob' })
  assert.deepEqual([items.length, items[0]?.id, items[0]?.data?.seat], [1, session.id, 7])
  await sessions.end({ id: session.id }, REVOKED)
  await until('he is cut', () => !viewers.has('b'))
  const before = lists()
  await until('it was looked at', () => lists() > before + 2)
  assert.equal((await sessions.list({ resource: RESOURCE, name: 'bob', status: 'any' })).items.length, 1)
})

test('who comes under the name of a line that a node holds is cut, and the line stays', async () => {
  await using server = bench({ every: 20 })
  const { sessions, viewers } = server
  const { session } = await sessions.open({ kind: 'playback', resource: RESOURCE, name: 'bob' })
  viewers.set('b', { ...ADA, key: 'b', name: 'bob' })
  await until('he is cut', () => !viewers.has('b'))
  assert.equal((await sessions.get(session.id))?.ending, undefined)
})
