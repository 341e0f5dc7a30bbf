/**
 * What is given before an exchange: sessions, keys, ends, bans, time that has passed.
 *
 * @module
 */

import type { Scope } from '../../src/core/access-key.ts'
import { RollcallError } from '../../src/core/errors.ts'
import type { EndReason } from '../../src/core/session.ts'
import type { SessionStore } from '../../src/core/store.ts'
import type { Role } from '../../src/core/user.ts'
import { createSessions } from '../../src/engine/create-sessions.ts'
import type { IssueRequest, SessionManager } from '../../src/engine/manager.ts'
import { FEW } from '../support/engine.ts'
import type { TestEnv } from '../support/test-env.ts'

/** One thing that happens beforehand. */
export type Step =
  | { readonly as: string; readonly issue: IssueRequest }
  | {
      readonly as: string
      readonly key: { readonly scopes: readonly Scope[]; readonly realm?: string; readonly secret?: string }
    }
  | { readonly end: string; readonly reason?: EndReason }
  | { readonly ban: string }
  | { readonly role: Role; readonly of: string }
  | { readonly verify: string }

  /** Milliseconds. */
  | { readonly wait: number }

  /** From here on, every call of the store fails. */
  | { readonly store: 'away' }

const VERBS = ['issue', 'key', 'end', 'ban', 'role', 'verify', 'wait', 'store'] as const

type Verb = (typeof VERBS)[number]

/** What each verb does with what stands behind it, and with the rest of its step. */
type Plays = {
  readonly [Each in Verb]: (
    what: Extract<Step, Readonly<Record<Each, unknown>>>[Each],
    step: Extract<Step, Readonly<Record<Each, unknown>>>,
  ) => Promise<void>
}

/** A world for one exchange, in a realm of its own. */
export interface Scene extends AsyncDisposable {
  readonly sessions: SessionManager
  readonly realm: string
  play(step: Step): Promise<void>

  /** What stands for `{{name.field}}`: fields of a session that was issued, its `token`, the `secret` of a key. */
  lookUp(path: string): string
}

let scenes = 0

/** Makes one over a store, which it leaves open. */
export async function makeScene(env: TestEnv, store: SessionStore): Promise<Scene> {
  scenes += 1
  const realm = `scene-${scenes}`
  const names = new Map<string, Readonly<Record<string, unknown>>>()
  let away = false
  const sessions = createSessions({
    store: breakable(store, () => away),
    env,
    policy: { cached: FEW, maxStaleness: 0 },
  })

  function named(name: string): Readonly<Record<string, unknown>> {
    const found = names.get(name)
    if (found === undefined) throw new Error(`nothing is given as "${name}"`)
    return found
  }

  const plays: Plays = {
    async issue(issue, { as }) {
      const { session, token } = await sessions.issue({ realm, ...withNames(issue, lookUp) })
      names.set(as, { ...session, token, short: session.id.slice(4) })
    },
    async key(key, { as }) {
      const request = { name: as, realm, ...key }
      const { secret } = key
      const made = secret === undefined ? await sessions.keys.create(request) : { secret }
      if (secret !== undefined) await sessions.keys.ensure({ ...request, secret })
      names.set(as, made)
    },
    end: async (name, { reason }) =>
      void (await sessions.end({ realm, id: String(named(name).id) }, reason ? { reason } : {})),
    ban: async (user) => void (await sessions.users.update(user, { banned: true }, { realm })),
    role: async (role, { of }) => void (await sessions.users.update(of, { role }, { realm })),
    verify: async (name) => void (await sessions.verify(String(named(name).token))),
    wait: (milliseconds) => env.advance(milliseconds),
    async store() {
      away = true
    },
  }

  async function play(step: Step): Promise<void> {
    for (const verb of VERBS) {
      const what = (step as Partial<Record<Verb, never>>)[verb]
      if (what !== undefined) return plays[verb](what, step as never)
    }
    throw new Error(`nobody knows the step ${JSON.stringify(step)}`)
  }

  function lookUp(path: string): string {
    const basic = path.startsWith('basic ')
    const [name = '', field = ''] = (basic ? path.slice(6) : path).split('.')
    const value = String(named(name)[field] ?? `no field "${field}" of "${name}"`)
    return basic ? btoa(value) : value
  }

  return { sessions, realm, play, lookUp, [Symbol.asyncDispose]: () => sessions.close() }
}

/** Fills `{{name.field}}` in any text of a request. */
function withNames(request: IssueRequest, lookUp: (path: string) => string): IssueRequest {
  return JSON.parse(
    JSON.stringify(request).replaceAll(/\{\{(.+?)\}\}/g, (_all, path: string) => lookUp(path)),
  ) as IssueRequest
}

/** A store that can be taken away, and that is left open. */
export function breakable(store: SessionStore, away: () => boolean): SessionStore {
  const calls = Object.entries(store).map(([name, call]) => [
    name,
    typeof call !== 'function' || name === 'close'
      ? call
      : (...given: never[]) =>
          away()
            ? Promise.reject(new RollcallError('store-unavailable'))
            : (call as (...all: never[]) => unknown)(...given),
  ])
  return { ...(Object.fromEntries(calls) as SessionStore), close: async () => undefined }
}
