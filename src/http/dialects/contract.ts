/**
 * What a dialect is: one foreign API, spoken over the engine.
 *
 * A dialect is data: routes, who may call, and its own ways to say no. It gets plain exchanges and returns plain
 * answers, and knows nothing of what carries them.
 *
 * @module
 */

/** One request, as a dialect sees it. */
export interface Exchange {
  /** In upper case. `HEAD` comes as it is, and is answered as `GET`; the body is left out on the way. */
  readonly method: string

  /** As it was sent, percent-encodings and all; without query, and without the prefix of the mount. */
  readonly path: string

  /** As it was sent, without its question mark; empty where there is none. */
  readonly query: string

  /** Names in lower case; values of one that was sent several times joined by `, ` (RFC 9110 5.3), cookies by `; `. */
  readonly headers: Readonly<Record<string, string | undefined>>

  /** The bytes of the body; none where there is none, or where {@link Exchange.oversized}. */
  readonly body: Uint8Array

  /** Whether the body was larger than any may be, and was not read. */
  readonly oversized: boolean

  /** Address of the client, as far as proxies are trusted to tell. */
  readonly address: string

  /** Whether it came over TLS, as far as proxies are trusted to tell, or never left this machine. */
  readonly secure: boolean

  /** What stands before every path of this mount, such as `/old`; empty without one. */
  readonly prefix: string
}

/** What a dialect answers. A body without a content type of its own is JSON. */
export interface Answer {
  readonly status: number

  /** A list is sent as several headers of one name. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string
}

/** A call of a route: who calls, what for, and the parts of the path that the route leaves open. */
export interface Call<Caller> {
  readonly exchange: Exchange
  readonly caller: Caller

  /** As they were sent: undecoded. */
  readonly params: Readonly<Record<string, string>>
}

/** A path that a dialect answers. */
export interface DialectRoute<Caller> {
  /** `ANY` is every method. `HEAD` is answered by `GET`. */
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'ANY'

  /** Segments with a colon are open: `/sessions/:uid`. They stand for one segment each, which may be empty. */
  readonly path: string
  readonly answer: (call: Call<Caller>) => Promise<Answer>
}

/** Why a request was not understood before any route could look at it. */
export type Unreadable = 'too-large' | 'too-many-headers'

/** How a dialect says no. What it says changes nothing, and tells nothing but that. */
export interface WaysToSayNo {
  /** There is nothing at this path. */
  missing(exchange: Exchange): Answer

  /** This path answers other methods. */
  method(exchange: Exchange, allowed: readonly string[]): Answer
  unreadable(exchange: Exchange, why: Unreadable): Answer

  /** Something went wrong on this side; the fault is a `RollcallError` where the engine knows what. */
  failed(exchange: Exchange, fault: unknown): Answer
}

/** Whether a request goes on to its route. */
export type Admitted<Caller> =
  | { readonly ok: true; readonly caller: Caller }
  | { readonly ok: false; readonly answer: Answer }

/** Everything that makes a dialect. */
export interface DialectTable<Caller> {
  readonly name: string

  /** Paths that are its own with all that is under them. */
  readonly roots: readonly string[]

  /** Paths that are its own without what is under them. */
  readonly exact?: readonly string[]
  readonly routes: readonly DialectRoute<Caller>[]

  /** Decides before a route is looked for. */
  readonly admit: (exchange: Exchange) => Promise<Admitted<Caller>>
  readonly no: WaysToSayNo

  /** Adds what every answer has, refusals included. */
  readonly finish?: (answer: Answer, exchange: Exchange) => Answer
}

/** A dialect, ready to be spoken. */
export interface Dialect {
  readonly name: string
  readonly roots: readonly string[]
  readonly exact: readonly string[]

  /** The routes, as method and path, for whoever lists them. */
  readonly routes: readonly { readonly method: string; readonly path: string }[]

  /** The route that a request meets, as the dialect writes it: `/sessions/:uid`; undefined where it meets none. */
  routeOf(method: string, path: string): string | undefined

  /** Answers an exchange, whatever happens. Never rejects; what went wrong on this side is reported. */
  speak(exchange: Exchange, report?: (fault: unknown) => void): Promise<Answer>

  /** Answers a request that could not be read. */
  refuse(exchange: Exchange, why: Unreadable): Answer
}
