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

/** Fills a new SQLite file with live logins, so many a user, and keeps at most `most` of their tokens. */
export async function fill(
  path: string,
  sessions: number,
  { most = 100_000, perUser = SESSIONS_PER_USER }: { readonly most?: number; readonly perUser?: number } = {},
): Promise<Filled> {
  removeStore(path)
  const store = await sqliteStore({ path, clock: env.now })
  const tokens: string[] = []
  const every = Math.max(1, Math.floor(sessions / most))
  for (let start = 0; start < sessions; start += AT_ONCE) {
    const batch = Array.from({ length: Math.min(AT_ONCE, sessions - start) }, (_, index) => {
      const { draft, token } = draftOf(userOf(start + index, perUser), start + index)
      if ((start + index) % every === 0) tokens.push(token)
      return store.insert(draft, { by: { kind: 'system', id: 'bench' } })
    })
    await Promise.all(batch)
  }
  return { store, path, tokens }
}

/** Removes a SQLite file and what lies beside it. */
export function removeStore(path: string): void {
  for (const ending of ['', '-wal', '-shm', '-lock', '-owner']) rmSync(path + ending, { force: true })
}

/** A login as an application would ask for it, and its token. */
export function draftOf(
  userId: string,
  number: number,
): { readonly draft: SessionDraft; readonly token: string } {
  const id = newSessionId(env, { realm: 'default', userId })
  const token = newToken(env, id)
  const draft: SessionDraft = {
    id,
    realm: 'default',
    kind: 'login',
    userId,
    tokenHash: hashSecret(env, token),
    lifetime: 30 * 86_400_000,
    idle: 7 * 86_400_000,
    device: { ip: originOf(number).ip, ...DEVICES[number % BROWSERS] },
    authentication: { methods: ['pwd', 'otp'], level: 2 },
  }
  return { draft, token }
}
