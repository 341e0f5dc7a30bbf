/**
 * How a command ends: exit codes, and the error that carries one.
 *
 * @module
 */

/** Exit codes, by what a script would want to tell apart. */
export const EXIT = {
  /** It was done. */
  ok: 0,

  /** The server refused it, or it failed. */
  failed: 1,

  /** The command line makes no sense. */
  usage: 2,

  /** The server, or its store, cannot be reached. */
  unavailable: 3,

  /** The access key may not do that, or is none. */
  forbidden: 4,
} as const

/** The name of an outcome. */
export type Outcome = keyof typeof EXIT

/** Ends a command with a sentence for people and an exit code for programs. */
export class CommandError extends Error {
  override readonly name = 'CommandError'

  /** What the process exits with. */
  readonly exitCode: number

  /** The API's name for what it refused; absent where something else is wrong. */
  readonly code?: string

  constructor(outcome: Outcome, message: string, code?: string) {
    super(message)
    this.exitCode = EXIT[outcome]
    if (code !== undefined) this.code = code
  }
}

/** Makes the error of a command line that makes no sense. */
export function misuse(message: string): CommandError {
  return new CommandError('usage', message)
}
