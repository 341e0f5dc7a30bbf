/**
 * Where calls are made: a cast, an engine, a dialect, and an eye on all that was changed or told.
 *
 * @module
 */
import type { RollcallEvent } from '../../core/events.ts'
import type { Role } from '../../core/user.ts'
import type { IssueRequest } from '../../engine/manager.ts'
import type { Answer, Exchange } from '../../http/dialects/contract.ts'
import type { Cast, DialectBench, DialectRequest, MakeDialectBench } from './described.ts'

/** Users of every check. */
export const CALLER = '000000000000000000000001'
export const OTHER = '000000000000000000000002'

/** The stream that the other user watches. */
export const STREAM = 'default/app/stream'

/** One bench, set. */
export interface Stage extends AsyncDisposable, Omit<DialectBench, typeof Symbol.asyncDispose> {
  readonly cast: Cast

  /** Every token and key that was given out so far. */
  readonly secrets: readonly string[]

  /** Issues a session, in this realm and to the caller unless told otherwise, and answers with its token. */
  issue(request?: IssueRequest): Promise<{ readonly token: string; readonly id: string }>

  /** Makes a key, for this realm unless told otherwise. */
  key(
    request: Pick<Parameters<DialectBench['sessions']['keys']['create']>[0], 'scopes' | 'realm'>,
  ): Promise<{ readonly secret: string; readonly id: string }>
  send(request: DialectRequest): Promise<Answer>

  /** Everything that was changed since the stage was set. */
  history(): Promise<readonly RollcallEvent[]>
}

/** Sets one, with a caller of that role. */
export async function setStage(makeBench: MakeDialectBench, role: Role): Promise<Stage> {
  const bench = await makeBench()
  const { sessions, realm, dialect } = bench
  const secrets: string[] = []

  async function begin(request: IssueRequest = {}) {
    const issued = await sessions.issue({ realm, user: { id: CALLER }, ...request })
    secrets.push(issued.token)
    return issued
  }

  const called = await begin({ user: { id: CALLER, displayName: 'Ada', role } })
  const own = await begin()
  const other = await begin({ user: { id: OTHER, displayName: 'Bob' } })
  const playback = await begin({
    user: { id: OTHER },
    kind: 'playback',
    resource: STREAM,
    name: 'viewer',
    parentId: other.session.id,
  })

  const { position } = await sessions.events(undefined)

  return {
    dialect,
    sessions,
    realm,
    loseStore: () => bench.loseStore(),
    secrets,
    cast: {
      caller: called.session,
      callerToken: called.token,
      own: own.session,
      other: other.session,
      playback: playback.session,
    },
    async issue(request) {
      const { token, session } = await begin(request)
      return { token, id: session.id }
    },
    async key(request) {
      const { secret, key } = await sessions.keys.create({ name: 'contract', realm, ...request })
      secrets.push(secret)
      return { secret, id: key.id }
    },
    send: (request) => dialect.speak(toExchange(request)),
    async history() {
      const { events } = await sessions.events(position, 200)
      return events
    },
    [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
  }
}

/** Bytes that a body may have. */
const LARGEST = 65_536

/** The exchange that a request makes. */
export function toExchange({ method, target, headers = {}, body = '' }: DialectRequest): Exchange {
  const mark = target.indexOf('?')
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
  const oversized = bytes.length > LARGEST
  return {
    method,
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? '' : target.slice(mark + 1),
    headers: { host: 'localhost', ...headers },
    body: oversized ? new Uint8Array() : bytes,
    oversized,
    address: '127.0.0.1',
    secure: true,
    prefix: '',
  }
}
