/**
 * A request and its answer, whatever the framework.
 *
 * @module
 */

/** A request, as far as it is looked at. */
export interface Incoming {
  readonly method: string

  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>

  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[]

  /** Whether it came over TLS, as far as the framework can tell. */
  readonly secure: boolean

  /** What the browser calls this host, with its port. */
  readonly host: string | undefined

  /** Where the connection comes from. */
  readonly peer: string | undefined

  /** Where the holder is, as far as the framework can tell. */
  readonly address: string | undefined
}

/** Headers to add to an answer. A `set-cookie` goes beside those that are there. */
export type HeaderList = readonly (readonly [name: string, value: string])[]

/** Headers of every answer that is for one holder alone. */
export const PRIVATE: HeaderList = [['cache-control', 'no-store']]
