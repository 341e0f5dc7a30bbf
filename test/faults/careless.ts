import { setTimeout as sleep } from 'node:timers/promises'
import type { Env } from '../../src/core/env.ts'
import type { JournalPage, SessionStore } from '../../src/core/store.ts'
import type { SessionPolicy } from '../../src/engine/settled.ts'

/** What a node may be careless about. Each is what a fault must bring to light, or its proof proves nothing. */
export type Carelessness =
  /** Says that an end is done, and writes it later. */
  | 'early'

  /** Answers from memory where the store is silent, and says that an end is done although nobody wrote it. */
  | 'bold'

  /** Vouches for what it has at hand, however long it has not read the journal. */
  | 'unleased'

  /** Reads the journal only when the feed says that there is news. */
  | 'deaf'

  /** Judges by its own clock whether a session is due. */
  | 'own-clock'

/** What a node is made from. */
export interface NodeParts {
  readonly store: SessionStore
  readonly env: Env
  readonly policy: SessionPolicy
}

/** How to spoil a node. */
export const SPOILERS: Readonly<Record<Carelessness, (parts: NodeParts) => NodeParts>> = {
  early: (parts) =>
    withEnds(parts, (end) => {
      setTimeout(() => end().catch(() => undefined), LATE)
      return Promise.resolve()
    }),
  bold: (parts) =>
    remembering(withEnds(parts, async (end) => void (await soon(end()).catch(() => undefined)))),
  unleased: (parts) => ({ ...parts, policy: { ...parts.policy, maxStaleness: '1h' } }),
  deaf: ({ store, ...parts }) => ({ ...parts, store: { ...store, read: readOnNews(store) } }),
  'own-clock': ({ store, env, ...parts }) => ({
    ...parts,
    env,
    store: {
      ...store,
      async find(id) {
        const found = await store.find(id)
        return found && { ...found, at: env.now() }
      },
    },
  }),
}

/** How long a node that answers too early takes its time to write, in milliseconds. */
const LATE = 40

function withEnds(
  { store, ...parts }: NodeParts,
  spoil: (end: () => Promise<unknown>) => Promise<void>,
): NodeParts {
  return {
    ...parts,
    store: {
      ...store,
      async end(...call) {
        await spoil(() => store.end(...call))
        return { ended: [], descendants: [], position: '0' }
      },
      async advanceEpoch(...call) {
        await spoil(() => store.advanceEpoch(...call))
        return { ended: 0, descendants: 0, position: '0' }
      },
    },
  }
}

function readOnNews(store: SessionStore): SessionStore['read'] {
  let news = true
  store.feed?.onNews(() => (news = true))
  return async (after, limit) => {
    if (after !== undefined && !news)
      return { events: [], position: after, forgotten: false, at: await store.now() }
    news = false
    return store.read(after, limit)
  }
}

/** Falls back on what the store said last, so soon that nobody notices how it is. */
function remembering({ store, env, ...parts }: NodeParts): NodeParts {
  const { nodes } = store
  const nothingNew = (after = '0'): JournalPage => ({
    events: [],
    position: after,
    forgotten: false,
    at: env.now(),
  })
  return {
    ...parts,
    env,
    store: {
      ...store,
      find: remember(store.find),
      findKey: remember(store.findKey),
      now: () => soon(store.now()).catch(() => env.now()),
      read: (after, limit) => soon(store.read(after, limit)).catch(() => nothingNew(after)),
      ...(nodes && {
        nodes: { ...nodes, renew: (report) => soon(nodes.renew(report)).catch(() => undefined) },
      }),
    },
  }
}

function remember<Of, Found>(ask: (of: Of) => Promise<Found>): (of: Of) => Promise<Found> {
  const known = new Map<Of, Found>()
  return async (of) => {
    try {
      const found = await soon(ask(of))
      known.set(of, found)
      return found
    } catch (fault) {
      const last = known.get(of)
      if (last === undefined) throw fault
      return last
    }
  }
}

/** Waits for a store no longer than a careless node does. */
function soon<Answer>(asked: Promise<Answer>): Promise<Answer> {
  return Promise.race([asked, sleep(SOON).then(() => Promise.reject(new Error('The store takes its time.')))])
}

/** How long a node that answers from memory waits for its store, in milliseconds. */
const SOON = 120
