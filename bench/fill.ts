import { rmSync } from 'node:fs'
import { newSessionId } from '../src/core/id.ts'
import type { SessionDraft, SessionStore } from '../src/core/store.ts'
import { hashSecret, newToken } from '../src/core/token.ts'
import { describeDevice } from '../src/engine/device.ts'
import { nodeEnv } from '../src/env.ts'
import { sqliteStore } from '../src/stores/sql/sqlite/store.ts'

/** A believable population. */
export interface Filled {
  readonly store: SessionStore
  readonly path: string

  /** Tokens of some of the sessions, spread over all of them. */
  readonly tokens: readonly string[]
}

const env = nodeEnv()
const AGENTS = Array.from({ length: 200 }, (_, index) =>
  describeDevice({
    userAgent: `Mozilla/5.0 (X11; Linux x86_64; rv:${100 + index}.0) Gecko/20100101 Firefox/${100 + index}.0`,
  }),
)
const SESSIONS_PER_USER = 5
const AT_ONCE = 512

/** Fills a new SQLite file with live logins, five a user, and keeps at most `most` of their tokens. */
export async function fill(path: string, sessions: number, most = 100_000): Promise<Filled> {
  for (const ending of ['', '-wal', '-shm', '-lock', '-owner']) rmSync(path + ending, { force: true })
  const store = await sqliteStore({ path, clock: env.now })
  const tokens: string[] = []
  const every = Math.max(1, Math.floor(sessions / most))
  for (let start = 0; start < sessions; start += AT_ONCE) {
    const batch = Array.from({ length: Math.min(AT_ONCE, sessions - start) }, (_, index) => {
      const { draft, token } = draftOf(userOf(start + index), start + index)
      if ((start + index) % every === 0) tokens.push(token)
      return store.insert(draft, { by: { kind: 'system', id: 'bench' } })
    })
    await Promise.all(batch)
  }
  return { store, path, tokens }
}

/** The user of the session of that number. */
export function userOf(number: number): string {
  return `user-${String(Math.floor(number / SESSIONS_PER_USER)).padStart(7, '0')}`
}

/** A login as an application would ask for it, and its token. */
export function draftOf(
  userId: string,
  number: number,
): { readonly draft: SessionDraft; readonly token: string } {
  const id = newSessionId(env, { realm: 'default', userId })
  const token = newToken(env, id)
  const ip = `203.0.${number % 250}.${(number >> 8) % 250}`
  const draft: SessionDraft = {
    id,
    realm: 'default',
    kind: 'login',
    userId,
    tokenHash: hashSecret(env, token),
    lifetime: 30 * 86_400_000,
    idle: 7 * 86_400_000,
    device: { ip, ...AGENTS[number % AGENTS.length] },
    authentication: { methods: ['pwd', 'otp'], level: 2 },
  }
  return { draft, token }
}
