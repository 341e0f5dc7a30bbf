/**
 * What `--help` says, made from the very tables that parse.
 *
 * @module
 */
import type { Command } from './command.ts'
import type { Flag, Flags } from './flags.ts'

/** Explains one command. */
export function helpOf(command: Command): string {
  const { words, summary, flags, operands, examples = [] } = command
  const rows = Object.entries(flags).map(
    ([name, flag]) => [writtenFlag(name, flag), describedFlag(flag)] as const,
  )
  const operandRow = operands === undefined ? [] : [[operands.name, operands.help] as const]
  return sections([
    summary,
    `Usage: ${usageOf(words, flags, operands)}`,
    aligned([...operandRow, ...rows]),
    ...(examples.length === 0
      ? []
      : [`For example:\n${indented(examples.map((each) => `rollcall ${each}`))}`]),
  ])
}

/** Explains several commands in a line each. */
export function helpOfMany(commands: readonly Command[], more = 'rollcall COMMAND --help'): string {
  return sections([
    'Know every session. End any of them, everywhere, now.',
    `Commands:\n${aligned(commands.map(({ words, summary }) => [`rollcall ${words}`, summary]))}`,
    `More about one: ${more}`,
  ])
}

function usageOf(words: string, flags: Flags, operands: Command['operands']): string {
  const required = Object.entries(flags)
    .filter(([, flag]) => flag.required)
    .map(([name, flag]) => writtenFlag(name, flag))
  const operand =
    operands &&
    `${operands.least === 0 ? `[${operands.name}` : operands.name}${
      operands.most > 1 ? '…' : ''
    }${operands.least === 0 ? ']' : ''}`
  return ['rollcall', words, operand, ...required, '[flags]'].filter(Boolean).join(' ')
}

function writtenFlag(name: string, { value, many }: Flag): string {
  return `--${name}${value === undefined ? '' : ` ${value}`}${many ? '…' : ''}`
}

function describedFlag({ help, choices }: Flag): string {
  return choices === undefined ? help : `${help} One of ${choices.join(', ')}.`
}

function aligned(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length))
  return indented(rows.map(([left, right]) => `${left.padEnd(width)}  ${right}`))
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n')
}

function sections(parts: readonly string[]): string {
  return `${parts.join('\n\n')}\n`
}
