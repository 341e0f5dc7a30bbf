/**
 * What an examination finds.
 *
 * @module
 */

/** How something is. Only what is `wrong` keeps a server from doing what it promises. */
export type State = 'well' | 'doubtful' | 'wrong'

/** What is examined. */
export type Subject =
  | 'runtime'
  | 'settings'
  | 'dialects'
  | 'store'
  | 'migrations'
  | 'journal'
  | 'disk'
  | 'sync'
  | 'clock'
  | 'server'
  | 'nodes'
  | 'feed'

/** One thing that was looked at. */
export interface Finding {
  readonly about: Subject
  readonly state: State

  /** What was found, in a sentence. */
  readonly says: string

  /** What to do about it; there wherever something is to be done. */
  readonly advice?: string
}

/** Says that something is as it should be. */
export function well(about: Subject, says: string): Finding {
  return { about, state: 'well', says }
}

/** Says that something works, and may not be what was meant. */
export function doubtful(about: Subject, says: string, advice: string): Finding {
  return { about, state: 'doubtful', says, advice }
}

/** Says that something keeps a server from doing what it promises. */
export function wrong(about: Subject, says: string, advice: string): Finding {
  return { about, state: 'wrong', says, advice }
}
