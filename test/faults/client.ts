import { KEY } from '../support/server-process.ts'
import { type Asked, caller, whenOf } from './caller.ts'
import type { Issue, Operation } from './history.ts'

/** A session that the client was told of, and what it knows of it. */
export interface Known {
  readonly id: string
  readonly realm: string
  readonly user: string

  /** The latest token that the client was given. */
  token: string

  /** Whether the client has asked for its end. */
  doomed: boolean
}

/** Whose sessions are meant. */
export interface Owner {
  readonly realm: string
  readonly user: string
}

/** A client of many nodes that writes down, on one monotonic clock, when it asked for what and what came of it. */
export interface HistoryClient {
  /** Everything that was done so far. Unanswered issues have their session once a list has shown it. */
  history(): readonly Operation[]

  /** Every session that it was told of. */
  readonly known: readonly Known[]

  /** Answers that nobody should give, such as 500: how many of each. */
  readonly odd: ReadonlyMap<string, number>
  issue(node: number, owner: Owner, lifetime?: number): Promise<Known | undefined>
  verify(node: number, session: Known, fresh: boolean): Promise<void>

  /** Verifies many at once, by the store; one by one where the store no longer knows who asks. Says whether there was an answer. */
  verifyAll(node: number, sessions: readonly Known[]): Promise<boolean>
  refresh(node: number, session: Known): Promise<void>

  /** Each end answers with whether it was acknowledged. */
  end(node: number, session: Known): Promise<boolean>
  endAll(node: number, realm: string, user?: string, kept?: Known): Promise<boolean>
  ban(node: number, owner: Owner): Promise<boolean>
  list(node: number, owner: Owner): Promise<boolean>
}

/** What a client is made from. */
export interface ClientOptions {
  /** Where each node is. */
  readonly urls: readonly string[]

  /** Tells the sessions of this client from all others. */
  readonly name: string

  /** How long it waits for an answer, in milliseconds. */
  readonly patience?: number
}

/** Lifetime of a session unless told otherwise: far beyond any history, and far below an hour. */
export const LIFETIME = 1_800_000

/** Makes a client that has seen nothing yet. */
export function historyClient({ urls, name, patience = 5_000 }: ClientOptions): HistoryClient {
  const noted: Operation[] = []
  const known: Known[] = []
  const { ask, odd } = caller(urls, patience)

  /** Sessions that lists have shown, by label. */
  const shown = new Map<string, string>()

  /** Labels of the issues that were never answered. */
  const unanswered = new Map<Issue, string>()
  let issues = 0

  async function change(
    node: number,
    method: string,
    path: string,
    body: object | undefined,
    means: (asked: Asked) => Operation,
  ): Promise<Asked> {
    const asked = await ask(node, method, path, KEY, body)
    noted.push(means(asked))
    return asked
  }

  function look({ status, json, from, to }: Asked, session: Known, fresh: boolean): void {
    if (status !== 200 && status !== 401) return
    const live = status === 200 && json.live !== false
    noted.push({
      does: 'verify',
      session: session.id,
      fresh,
      live,
      from,
      to,
      outcome: 'done',
      ...(!live && saidOf({ json })),
    })
  }

  async function askForPages(node: number, { realm, user }: Owner): Promise<readonly Asked[]> {
    const pages: Asked[] = []
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      const path = `/v1/users/${user}/sessions?realm=${realm}&limit=200${cursor && `&cursor=${cursor}`}`
      const page = await ask(node, 'GET', path, KEY)
      pages.push(page)
      cursor = page.status === 200 ? (page.json.nextCursor ?? undefined) : undefined
    }
    return pages
  }

  return {
    known,
    odd,
    history: () =>
      noted.map((each) => {
        const session = each.does === 'issue' ? shown.get(unanswered.get(each) ?? '') : undefined
        return session === undefined ? each : ({ ...each, session } as Issue)
      }),

    async issue(node, { realm, user }, lifetime = LIFETIME) {
      const label = `${name}-${issues++}`
      const asked = await ask(node, 'POST', '/v1/sessions', KEY, {
        realm,
        user: { id: user },
        device: { label },
        lifetime,
      })
      const { session, token } = asked.json
      const issue: Issue = {
        does: 'issue',
        realm,
        user,
        ...whenOf(asked),
        ...(lifetime !== LIFETIME && { lifetime }),
        ...(session !== undefined && { session: session.id }),
      }
      noted.push(issue)
      if (session === undefined || token === undefined) {
        unanswered.set(issue, label)
        return undefined
      }
      const one: Known = { id: session.id, realm, user, token, doomed: false }
      known.push(one)
      return one
    },

    async verify(node, session, fresh) {
      const asked = await ask(node, 'GET', fresh ? '/v1/whoami?fresh=true' : '/v1/whoami', session.token)
      look(asked, session, fresh)
    },

    async verifyAll(node, sessions) {
      const tokens = sessions.map(({ token }) => token)
      const asked = await ask(node, 'POST', '/v1/verify', KEY, { tokens, fresh: true })
      if (asked.status === 401) {
        await Promise.all(sessions.map((session) => this.verify(node, session, true)))
        return true
      }
      if (asked.status !== 200) return false
      const items = (asked.json.items ?? []) as readonly { readonly live?: boolean }[]
      sessions.forEach((session, index) => {
        look({ ...asked, json: { live: items[index]?.live === true } }, session, true)
      })
      return true
    },

    async refresh(node, session) {
      const presented = session.token
      const asked = await ask(node, 'POST', '/v1/me/refresh', presented)
      const { status, json, from, to } = asked
      if (status !== 200 && status !== 401) return
      const gave = status === 200 ? (json.token ?? '') : undefined
      noted.push({
        does: 'refresh',
        session: session.id,
        presented,
        from,
        to,
        outcome: 'done',
        ...(gave === undefined ? saidOf(asked) : { gave }),
      })
      if (gave !== undefined && session.token === presented) session.token = gave
    },

    async end(node, session) {
      session.doomed = true
      const asked = await change(node, 'DELETE', `/v1/sessions/${session.id}`, undefined, (asked) => ({
        does: 'end',
        session: session.id,
        ...whenOf(asked),
      }))
      if (asked.status === 404) look({ ...asked, status: 401 }, session, true)
      return asked.status === 200
    },

    async endAll(node, realm, user, kept) {
      for (const each of known)
        if (each.realm === realm && (user === undefined || each.user === user) && each !== kept)
          each.doomed = true
      const selector = user === undefined ? { everyone: true } : { user, ...(kept && { except: kept.id }) }
      const asked = await change(
        node,
        'POST',
        '/v1/sessions/end',
        { selector: { realm, ...selector } },
        (asked) => ({
          does: 'end-all',
          realm,
          ...(user !== undefined && { user }),
          ...(kept !== undefined && { kept: kept.id }),
          ...whenOf(asked),
        }),
      )
      return asked.status === 200
    },

    async ban(node, { realm, user }) {
      for (const each of known) if (each.realm === realm && each.user === user) each.doomed = true
      const asked = await change(
        node,
        'PATCH',
        `/v1/users/${user}?realm=${realm}`,
        { banned: true },
        (asked) => ({
          does: 'ban',
          realm,
          user,
          ...whenOf(asked),
        }),
      )
      return asked.status === 200
    },

    async list(node, owner) {
      const pages = await askForPages(node, owner)
      const last = pages.at(-1)
      if (last?.status !== 200) return last?.status === 401
      const items = pages.flatMap(({ json }) => json.items ?? [])
      for (const { id, device } of items) if (device?.label !== undefined) shown.set(device.label, id)
      const saw = items.map(({ id }) => id)
      noted.push({
        does: 'list',
        ...owner,
        saw,
        from: pages[0]?.from ?? last.from,
        to: last.to,
        outcome: 'done',
      })
      return true
    },
  }
}

/** Why a session is over, in the words of an answer. */
function saidOf({ json: { code, reason } }: Pick<Asked, 'json'>): { readonly said?: string } {
  const words = [code, reason].filter(Boolean)
  return words.length === 0 ? {} : { said: words.join(' ') }
}
