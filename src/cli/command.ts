/**
 * A command: one row of the table that `run` reads.
 *
 * @module
 */
import { misuse } from './exit.ts'
import type { Flags, Switch, TextFlag, ValuesOf } from './flags.ts'
import type { Terminal } from './terminal.ts'

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Everything a command gets. */
export interface Call<Table extends Flags = Flags> {
  readonly values: ValuesOf<Table>

  /** What stands on the command line beside flags. */
  readonly operands: readonly string[]
  readonly env: Environment
  readonly terminal: Terminal
}

/** What stands on a command line beside flags. */
export interface Operands {
  /** What each is, such as `ID`. */
  readonly name: string
  readonly help: string
  readonly least: number
  readonly most: number
}

/** One thing to do. */
export interface Command<Table extends Flags = Flags> {
  /** The words that call it, such as `sessions list`. */
  readonly words: string

  /** What it does, in a line. */
  readonly summary: string

  /** Its group alone calls it too. */
  readonly leads?: true
  readonly flags: Table
  readonly operands?: Operands

  /** Command lines worth copying, without the leading `rollcall`. */
  readonly examples?: readonly string[]

  /** Hands flags on unread, as they came, to `run`; they are another layer's. */
  readonly unparsed?: true

  /** Does it, and answers the exit code. */
  run(call: Call<Table>): Promise<number>
}

/** Flags of every command. */
export type GeneralFlags = { readonly help: Switch }

/** Flags of every command. */
export const GENERAL_FLAGS: GeneralFlags = {
  help: { help: 'Show this.' },
}

/** Flags of every command that asks a server. */
export type ClientFlags = GeneralFlags & {
  readonly url: TextFlag
  readonly key: TextFlag
  readonly json: Switch
}

/** Flags of every command that asks a server. */
export const CLIENT_FLAGS: ClientFlags = {
  url: { value: 'URL', help: 'Where the server is. ROLLCALL_URL, else http://127.0.0.1:4780.' },
  key: { value: 'KEY', help: 'Access key. Better kept in ROLLCALL_KEY, out of the list of processes.' },
  json: { help: "Print the API's JSON, one object." },
  ...GENERAL_FLAGS,
}

/** Types a command's flags from its table. */
export function defineCommand<const Table extends Flags>(command: Command<Table>): Command<Table> {
  return command
}

/** @throws CommandError unless there are as many operands as the command takes, none of them a secret. */
export function checkOperands({ words, operands }: Command, given: readonly string[]): void {
  const { name = '', least = 0, most = 0 } = operands ?? {}
  if (given.some((each) => /^rc[kt]_/.test(each)))
    throw misuse(
      'That is a secret, not an id. Sessions are named by ids that begin with ses_, keys with key_.',
    )
  if (given.length < least) throw misuse(`rollcall ${words} needs ${name}.`)
  if (given.length <= most) return
  throw misuse(
    most === 0
      ? `rollcall ${words} takes flags and nothing else. Each begins with two dashes.`
      : `rollcall ${words} takes ${most} ${name}, not ${given.length}.`,
  )
}
