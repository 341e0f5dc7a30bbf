import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { type Answer, KEY } from '../support/server-process.ts'
import type { Operation } from './history.ts'

/** A client that writes down what it is about to do, and what came of it, before it believes it. */
export interface LedgerClient {
  readonly history: Operation[]

  /** The tokens of every session that was issued, by session id. */
  readonly tokens: Map<string, string>

  /** Does one thing or another, at random, and notes it. */
  act(random: () => number): Promise<void>
  verify(session: string): Promise<void>
  list(): Promise<void>
  close(): void
}

/** Makes a client that speaks for one user. */
export function ledgerClient(user: string, ledgerPath: string, urlNow: () => string): LedgerClient {
  const ledger = openSync(ledgerPath, 'a')
  const history: Operation[] = []
  const tokens = new Map<string, string>()
  const alive = new Set<string>()

  /** Where in the history the issues stand that were never answered, by the label they gave. */
  const unanswered = new Map<string, number>()

  function record(line: object): void {
    writeSync(ledger, `${JSON.stringify(line)}\n`)
    fsyncSync(ledger)
  }

  async function note(about: About, ask: () => Promise<Asked>): Promise<Asked | undefined> {
    record({ about })
    const from = performance.now()
    const asked = await ask().catch(() => undefined)
    const outcome = outcomeOf(about.does, asked?.status ?? 0)
    const to = outcome === 'unknown' ? Number.POSITIVE_INFINITY : performance.now()
    const issued = about.does === 'issue' && asked?.json.session ? { session: asked.json.session.id } : {}
    const saw = about.does === 'verify' ? { saw: asked?.status === 200 } : {}
    const operation: Operation = { ...about, user, ...issued, from, to, outcome, ...saw }
    record(operation)
    history.push(operation)
    return asked
  }

  async function ask(method: string, path: string, credential: string, body?: unknown): Promise<Asked> {
    const response = await fetch(urlNow() + path, {
      method,
      headers: {
        authorization: `Bearer ${credential}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    })
    return { status: response.status, json: (await response.json()) as Answer }
  }

  async function issue(): Promise<void> {
    const label = `attempt ${history.length}`
    const body = { user: { id: user }, device: { label } }
    const place = history.length
    const asked = await note({ does: 'issue' }, () => ask('POST', '/v1/sessions', KEY, body))
    const { session, token } = asked?.json ?? {}
    if (session === undefined || token === undefined) {
      unanswered.set(label, place)
      return
    }
    tokens.set(session.id, token)
    alive.add(session.id)
  }

  /** A session that nobody told this client of may be one that it asked for and never had an answer about. */
  function recognise({ id, device }: Listed): void {
    const place = unanswered.get(device?.label ?? '')
    const attempt = place === undefined ? undefined : history[place]
    if (place !== undefined && attempt !== undefined) history[place] = { ...attempt, session: id }
  }

  async function verify(session: string): Promise<void> {
    await note({ does: 'verify', session }, () => ask('GET', '/v1/whoami', tokens.get(session) ?? ''))
  }

  async function end(session: string): Promise<void> {
    alive.delete(session)
    await note({ does: 'end', session }, () => ask('DELETE', `/v1/sessions/${session}`, KEY))
  }

  async function endOthers(kept: string): Promise<void> {
    for (const session of alive) if (session !== kept) alive.delete(session)
    await note({ does: 'end-all', session: kept }, () =>
      ask('POST', '/v1/sessions/end', KEY, { selector: { user, except: kept } }),
    )
  }

  async function list(): Promise<void> {
    const from = performance.now()
    const saw: string[] = []
    let cursor: string | null = null
    do {
      const next: string = cursor === null ? '' : `&cursor=${cursor}`
      const asked = await ask('GET', `/v1/sessions?user=${user}&limit=200${next}`, KEY).catch(() => undefined)
      if (asked?.status !== 200) return
      for (const item of asked.json.items ?? []) {
        recognise(item)
        saw.push(item.id)
      }
      cursor = asked.json.nextCursor ?? null
    } while (cursor !== null)
    const to = performance.now()
    history.push({ does: 'list', user, from, to, outcome: 'done', saw })
  }

  return {
    history,
    tokens,
    verify,
    list,
    async act(random) {
      const any = pick([...tokens.keys()], random)
      const live = pick([...alive], random)
      const dice = random()
      if (any === undefined || dice < 0.45) return issue()
      if (dice < 0.65) return verify(any)
      if (dice < 0.9) return end(live ?? any)
      return dice < 0.97 ? endOthers(live ?? any) : list()
    },
    close: () => closeSync(ledger),
  }
}

type About = Pick<Operation, 'does' | 'session'>

type Listed = NonNullable<Answer['items']>[number]

function outcomeOf(does: Operation['does'], status: number): Operation['outcome'] {
  if (status >= 200 && status < 300) return 'done'
  if (does === 'verify' && status === 401) return 'done'
  return status >= 400 && status < 500 ? 'refused' : 'unknown'
}

interface Asked {
  readonly status: number
  readonly json: Answer
}

function pick<Item>(items: readonly Item[], random: () => number): Item | undefined {
  return items[Math.floor(random() * items.length)]
}
