/** The access key of every server of the benchmarks. */
export const KEY = 'an-access-key-of-the-benchmarks'

/** What `http-server.ts` is told. */
export interface ServerTask {
  /**
   * `bare` answers the same bytes and does nothing else. `cached` has everything at hand, `cold` nothing; `whole` is
   * what the command line starts, with metrics and limits; `silent` has everything at hand and notes no activity.
   */
  readonly kind: 'bare' | 'cached' | 'cold' | 'silent' | 'whole'
  readonly port: number

  /** The store's file; the file of the answer where it is bare. */
  readonly path: string

  /** A file of the tokens to have at hand, one a line. */
  readonly tokens: string

  /** How far its clock is ahead, in milliseconds. */
  readonly ahead?: number
}
