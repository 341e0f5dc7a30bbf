/**
 * Small worlds for {@link explore}: one engine over one store, each call of which is a step of whoever makes it.
 *
 * @module
 */
import assert from 'node:assert/strict'
import type { RollcallEvent } from '../../src/core/events.ts'
import type { SessionStore } from '../../src/core/store.ts'
import { createSessions } from '../../src/engine/create-sessions.ts'
import type { SessionManager } from '../../src/engine/manager.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { sqliteStore } from '../../src/stores/sql/sqlite/store.ts'
import { FEW } from '../support/engine.ts'
import { openPostgres } from '../support/postgres-stores.ts'
import { openRedis } from '../support/redis-stores.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type TestEnv, testEnv } from '../support/test-env.ts'
import { isActor, pause } from './explore.ts'

/** What actors have at hand. Each world has a realm of its own. */
export interface Place {
  readonly realm: string
  readonly env: TestEnv
  readonly sessions: SessionManager

  /** The very store of the engine. */
  readonly store: SessionStore

  /** Throws if a token is still worth anything: at hand, asked for, or asked for past everything at hand. */
  refused(token: string): Promise<void>

  /** Whether a token is live; throws unless all ways to ask agree. */
  live(token: string): Promise<boolean>

  /** The single and mass endings that the journal tells of in this world. */
  endings(): Promise<readonly RollcallEvent[]>
}

/** Puts naive code where the store's was. */
export type Spoil = (store: SessionStore) => SessionStore

/** Makes places over one kind of store. */
export interface Ground {
  readonly name: string

  /** Whether many worlds take long on it. */
  readonly dear: boolean

  /** Orders that are tried of each meeting at the most, where all would take too long. */
  readonly most?: number
  place(spoil?: Spoil): Promise<Place>
  close(): Promise<void>
}

let places = 0

/** Each place has a memory store of its own. */
export function memoryGround(): Ground {
  return {
    name: 'memory',
    dear: false,
    async place(spoil) {
      const env = testEnv()
      return place(memoryStore({ clock: env.now }), env, spoil)
    },
    close: async () => undefined,
  }
}

/** All places are in one SQLite file. */
export async function sqliteGround(): Promise<Ground> {
  const env = testEnv()
  const store = await sqliteStore({ path: `${temporaryFolder()}/interleavings.db`, clock: env.now })
  return {
    name: 'sqlite',
    dear: true,
    place: (spoil) => place(store, env, spoil),
    close: () => store.close(),
  }
}

/** All places are on one Redis. */
export function redisGround(): Promise<Ground> {
  return sharedGround('redis', openRedis)
}

/** All places are in one schema of PostgreSQL. */
export function postgresGround(): Promise<Ground> {
  return sharedGround('postgres', openPostgres)
}

/** Places on one shared store, each with a machine of its own. No engine hears of another's news. */
async function sharedGround(
  name: string,
  open: (clock: () => number) => Promise<SessionStore>,
): Promise<Ground> {
  let env = testEnv()
  const { feed: _feed, ...store } = await open(() => env.now())
  return {
    name,
    dear: true,
    most: 40,
    place(spoil) {
      env = testEnv()
      return place(store, env, spoil)
    },
    close: () => store.close(),
  }
}

async function place(store: SessionStore, env: TestEnv, spoil: Spoil = (given) => given): Promise<Place> {
  places += 1
  const realm = `world-${places}`
  const kept = { ...store, close: async () => undefined }
  const stepped = inSteps(onlyForActors(kept, spoil(kept)))
  const { position: beginning } = await store.read(undefined, 1)
  const sessions = createSessions({ store: stepped, env, policy: { cached: FEW } })
  await env.advance(0)

  async function live(token: string): Promise<boolean> {
    const asked = await sessions.verify(token, { active: false })
    const fresh = await sessions.verify(token, { fresh: true, active: false })
    assert.equal(asked.ok, fresh.ok, 'what is at hand and what is kept differ')
    if (!fresh.ok) assert.equal(sessions.verifyCached(token), undefined, 'a refused token is still at hand')
    return fresh.ok
  }

  return {
    realm,
    env,
    sessions,
    store: stepped,
    live,

    async refused(token) {
      assert.equal(sessions.verifyCached(token), undefined, 'a token of an ended session is still at hand')
      assert.equal(await live(token), false, 'a token of an ended session is live')
    },

    async endings() {
      const { events } = await store.read(beginning, 1_000)
      return events.filter((event) => event.realm === realm && /^sessions?\.ended$/.test(event.type))
    },
  }
}

/** Writes naively where actors do, so that what they find is sound. */
function onlyForActors(sound: SessionStore, naive: SessionStore): SessionStore {
  const writes = (['insert', 'replace', 'rotate', 'touch', 'advanceEpoch'] as const).map((name) => {
    const call = (store: SessionStore) => store[name] as (...given: unknown[]) => Promise<unknown>
    return [name, (...given: unknown[]) => call(isActor() ? naive : sound)(...given)]
  })
  return { ...naive, ...Object.fromEntries(writes) }
}

/** What actors do to a store, step by step: asking is one, hearing the answer another. */
const STEPS = [
  'find',
  'list',
  'insert',
  'replace',
  'rotate',
  'touch',
  'end',
  'advanceEpoch',
  'updateUser',
] as const satisfies readonly (keyof SessionStore)[]

function inSteps(store: SessionStore): SessionStore {
  const stepped = STEPS.map((name) => {
    const call = store[name] as (...given: unknown[]) => Promise<unknown>
    return [
      name,
      async (...given: unknown[]) => {
        await pause()
        const answer = call(...given)
        await answer.catch(() => undefined)
        await pause('answer')
        return answer
      },
    ]
  })
  return { ...store, ...Object.fromEntries(stepped) }
}
