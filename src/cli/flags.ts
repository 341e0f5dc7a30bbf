/**
 * Flags, as a table: what parses a command line is also what explains it.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import { suggestion } from '../core/nearest.ts'
import { misuse } from './exit.ts'

/** One flag. Without `value` it is a switch. */
export interface Flag {
  /** What it does, in a line. */
  readonly help: string

  /** What its value is, such as `ID`. */
  readonly value?: string

  /** May be given more than once; where it is `listed`, also with values separated by commas. */
  readonly many?: 'listed' | 'repeated'

  /** The command makes no sense without it. */
  readonly required?: true

  /** The only values it takes. */
  readonly choices?: readonly string[]
}

/** A flag with one value that may be left out. */
export type TextFlag = Flag & { readonly value: string }

/** A flag with any number of values. */
export type ManyFlag = TextFlag & { readonly many: 'listed' | 'repeated' }

/** A flag that is there or not. */
export type Switch = Flag & { readonly value?: never }

/** Flags by name, without dashes. */
export type Flags = Readonly<Record<string, Flag>>

/** What a flag becomes when it is read. */
type ValueOf<One extends Flag> = One extends { readonly value: string }
  ? One extends { readonly many: string }
    ? readonly TextOf<One>[]
    : One extends { readonly required: true }
      ? TextOf<One>
      : TextOf<One> | undefined
  : boolean

type TextOf<One extends Flag> = One extends { readonly choices: readonly (infer Choice)[] } ? Choice : string

/** What a table of flags becomes when it is read. */
export type ValuesOf<Table extends Flags> = { readonly [Name in keyof Table]: ValueOf<Table[Name]> }

/** A command line that was read. */
export interface Parsed {
  readonly values: Readonly<Record<string, string | boolean | readonly string[] | undefined>>
  readonly operands: readonly string[]
}

/** Reads a command line. @throws CommandError naming the first flag that makes no sense, and the nearest that does. */
export function parseFlags(argv: readonly string[], flags: Flags): Parsed {
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      Object.entries(flags).map(([name, flag]) => [
        name,
        { type: flag.value === undefined ? ('boolean' as const) : ('string' as const) },
      ]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const given = new Map<string, string[]>()
  const operands: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value)
    if (token.kind !== 'option') continue
    const values = read(token, flags)
    const earlier = given.get(token.name)
    if (earlier !== undefined && !flags[token.name]?.many)
      throw misuse(`${token.rawName} is given more than once.`)
    given.set(token.name, [...(earlier ?? []), ...values])
  }
  return {
    values: Object.fromEntries(
      Object.entries(flags).map(([name, flag]) => [name, settle(flag, given.get(name))]),
    ),
    operands,
  }
}

/** @throws CommandError naming the first required flag that is missing. */
export function demandFlags(flags: Flags, { values }: Parsed): void {
  for (const [name, flag] of Object.entries(flags)) {
    const value = values[name]
    if (flag.required && (value === undefined || (Array.isArray(value) && value.length === 0)))
      throw misuse(`--${name} ${flag.value ?? ''} is needed: ${flag.help}`)
  }
}

interface OptionToken {
  readonly name: string
  readonly rawName: string
  readonly value?: string | undefined
  readonly inlineValue?: boolean | undefined
}

function read({ name, rawName, value, inlineValue }: OptionToken, flags: Flags): readonly string[] {
  const flag = Object.hasOwn(flags, name) ? flags[name] : undefined
  if (flag === undefined) {
    const known = Object.keys(flags).map((each) => `--${each}`)
    throw misuse(`There is no flag ${rawName}.${suggestion(rawName, known)}`)
  }
  if (flag.value === undefined) {
    if (value === undefined) return []
    throw misuse(`${rawName} takes no value.`)
  }
  if (value === undefined || value === '' || (inlineValue === false && value.startsWith('-')))
    throw misuse(
      `${rawName} needs a value: ${flag.value}. Write ${rawName}=VALUE for one that begins with a dash.`,
    )
  const values = flag.many === 'listed' ? value.split(',').map((each) => each.trim()) : [value]
  for (const each of values) checkChoice(rawName, each, flag)
  return values
}

/** @throws CommandError unless a value is one of those that a flag takes. */
export function checkChoice(rawName: string, value: string, { choices }: Flag): void {
  if (choices === undefined || choices.includes(value)) return
  throw misuse(`${rawName} takes ${listed(choices)}, not "${value}".${suggestion(value, choices)}`)
}

function listed(choices: readonly string[]): string {
  return choices.length === 1 ? String(choices[0]) : `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`
}

function settle(
  flag: Flag,
  given: readonly string[] | undefined,
): string | boolean | readonly string[] | undefined {
  if (flag.value === undefined) return given !== undefined
  return flag.many ? (given ?? []) : given?.[0]
}
