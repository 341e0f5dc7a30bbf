import { rmSync } from 'node:fs'
import { newSessionId } from '../src/core/id.ts'
import type { SessionDraft, SessionStore } from '../src/core/store.ts'
import { hashSecret, newToken } from '../src/core/token.ts'
import { describeDevice } from '../src/engine/device.ts'
import { nodeEnv } from '../src/env.ts'
import { sqliteStore } from '../src/stores/sql/sqlite/store.ts'
import { BROWSERS, originOf, SESSIONS_PER_USER, userAgentOf, userOf } from './people.ts'

/** A believable population. */
export interface Filled {
  readonly store: SessionStore
  readonly path: string

  /** Tokens of some of the sessions, spread over all of them. */
  readonly tokens: readonly string[]
}

const env = nodeEnv()
const DEVICES = Array.from({ length: BROWSERS }, (_, browser) =>
  describeDevice({ userAgent: userAgentOf(browser) }),
)
const AT_ONCE = 512

/** A session to be inserted, and its token. */
export interface Drawn {
  readonly draft: SessionDraft
  readonly token: string
}

/** What to fill a store with. */
export interface FillOptions {
  /** Tokens to keep at the most. 100,000. */
  readonly most?: number
  readonly perUser?: number

  /** Draws the session of a number, in order; a login of the next user unless told otherwise. */
  readonly draw?: (number: number) => Drawn
}

/** Fills a new SQLite file with live sessions. */
export async function fill(path: string, sessions: number, options: FillOptions = {}): Promise<Filled> {
  removeStore(path)
  const store = await sqliteStore({ path, clock: env.now })
  return { store, path, tokens: await add(store, sessions, options) }
}

/** Adds live sessions to a store. Returns the tokens of some, spread over all of them. */
export async function add(
  store: SessionStore,
  sessions: number,
  { most = 100_000, perUser = SESSIONS_PER_USER, draw }: FillOptions = {},
): Promise<readonly string[]> {
  const tokens: string[] = []
  const every = Math.max(1, Math.floor(sessions / most))
  for (let start = 0; start < sessions; start += AT_ONCE) {
    const batch = Array.from({ length: Math.min(AT_ONCE, sessions - start) }, (_, index) => {
      const number = start + index
      const { draft, token } = draw?.(number) ?? draftOf(userOf(number, perUser), number)
      if (number % every === 0) tokens.push(token)
      return store.insert(draft, { by: { kind: 'system', id: 'bench' } })
    })
    for (const inserted of await Promise.all(batch))
      if (!inserted.ok)
        throw new Error(`A session of the population was refused: ${JSON.stringify(inserted)}`)
  }
  return tokens
}

/** Removes a SQLite file and what lies beside it. */
export function removeStore(path: string): void {
  for (const ending of ['', '-wal', '-shm', '-lock', '-owner']) rmSync(path + ending, { force: true })
}

/** A login as an application would ask for it, unless told otherwise, and its token. */
export function draftOf(userId: string, number: number, other: Partial<SessionDraft> = {}): Drawn {
  const realm = other.realm ?? 'default'
  const id = newSessionId(env, { realm, userId })
  const token = newToken(env, id)
  const draft: SessionDraft = {
    id,
    realm,
    kind: 'login',
    userId,
    tokenHash: hashSecret(env, token),
    lifetime: 30 * 86_400_000,
    idle: 7 * 86_400_000,
    device: { ip: originOf(number).ip, ...DEVICES[number % BROWSERS] },
    authentication: { methods: ['pwd', 'otp'], level: 2 },
    ...other,
  }
  return { draft, token }
}
