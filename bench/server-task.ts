/** The access key of every server of the benchmarks. */
export const KEY = 'an-access-key-of-the-benchmarks'

/** A realm that holds few users, whose dialects stand under a path of that name. */
export const FEW = 'few'

/** Flags of a server of the benchmarks, so that no dialect refuses what all the load sends. */
export const FLAGS: readonly string[] = [
  `--dialects=all,weplanx;prefix=/${FEW};realm=${FEW}`,
  '--weplanx-unsafe-any-user=yes',
  '--cumulonimbus-limit=999999999/1d',
]

/** What `http-server.ts` is told. */
export interface ServerTask {
  /**
   * `bare` answers the same bytes and does nothing else. `cached` has everything at hand, `cold` nothing; `whole` is
   * what the command line starts, with metrics, limits and dialects; `silent` has everything at hand and notes no activity.
   */
  readonly kind: 'bare' | 'cached' | 'cold' | 'silent' | 'whole'
  readonly port: number

  /** Where the sessions are: a SQLite file, or the URL of a database; the file of the answer where it is bare. */
  readonly path: string

  /** A file of the tokens to have at hand, one a line. */
  readonly tokens: string

  /** How far its clock is ahead, in milliseconds. */
  readonly ahead?: number

  /** How long it may vouch for a session without asking the store, in milliseconds; 1 s unless told otherwise. */
  readonly maxStaleness?: number

  /** Where `whole` hears of news, if not where the sessions are. */
  readonly feed?: string
}
