/**
 * From a command line to an exit code.
 *
 * @module
 */

import { suggestion } from '../core/nearest.ts'
import { VERSION } from '../server/version.ts'
import { type Call, type Command, checkOperands, type Environment } from './command.ts'
import { COMMANDS } from './commands.ts'
import { CommandError, EXIT, misuse } from './exit.ts'
import { demandFlags, parseFlags } from './flags.ts'
import { helpOf, helpOfMany } from './help.ts'
import { harmless } from './table.ts'
import type { Terminal } from './terminal.ts'

/** Does what a command line says. Never throws: what goes wrong becomes a sentence and an exit code. */
export async function run(argv: readonly string[], env: Environment, terminal: Terminal): Promise<number> {
  try {
    return await (general(argv, terminal) ?? perform(argv, env, terminal))
  } catch (error) {
    terminal.err(`rollcall: ${withoutSecrets(sentenceOf(error), env)}\n`)
    return error instanceof CommandError ? error.exitCode : EXIT.failed
  }
}

/** Answers what concerns no single command; undefined if the line names one. */
function general([first, second]: readonly string[], terminal: Terminal): number | undefined {
  if (first === undefined) {
    terminal.err(helpOfMany(COMMANDS))
    return EXIT.usage
  }
  if (['--help', '-h'].includes(first) || (first === 'help' && second === undefined)) {
    terminal.out(helpOfMany(COMMANDS))
    return EXIT.ok
  }
  if (['--version', '-v'].includes(first)) {
    terminal.out(`${VERSION}\n`)
    return EXIT.ok
  }
  return undefined
}

async function perform(argv: readonly string[], env: Environment, terminal: Terminal): Promise<number> {
  const asksHelp = argv[0] === 'help'
  const line = asksHelp ? argv.slice(1) : argv
  const { command, rest } = findCommand(line, terminal)
  if (command === undefined) return asksHelp || rest.some(isHelp) ? EXIT.ok : EXIT.usage
  if (asksHelp || beforeDashes(rest).some(isHelp)) {
    terminal.out(helpOf(command))
    return EXIT.ok
  }
  if (command.unparsed) return command.run({ values: {}, operands: rest, env, terminal })
  const parsed = parseFlags(rest, command.flags)
  checkOperands(command, parsed.operands)
  demandFlags(command.flags, parsed)
  return command.run({ ...parsed, env, terminal } as Call)
}

interface Found {
  readonly command?: Command
  readonly rest: readonly string[]
}

/** Finds the command that a line begins with. A group without a verb is the one that leads it, or shows what there is. */
function findCommand(line: readonly string[], terminal: Terminal): Found {
  const [group = '', verb] = line
  for (const command of COMMANDS) {
    const words = command.words.split(' ')
    if (words.every((word, index) => word === line[index])) return { command, rest: line.slice(words.length) }
  }
  const verbs = COMMANDS.filter(({ words }) => words.startsWith(`${group} `))
  if (verbs.length === 0) throw unknownCommand(group, firstWords())
  if (verb !== undefined && !verb.startsWith('-'))
    throw unknownCommand(
      `${group} ${verb}`,
      verbs.map(({ words }) => words),
    )
  const rest = line.slice(1)
  const leading = COMMANDS.find(({ words, leads }) => leads && words.startsWith(`${group} `))
  if (leading !== undefined && !rest.some(isHelp)) return { command: leading, rest }
  const show = rest.some(isHelp) ? terminal.out : terminal.err
  show(helpOfMany(verbs, `rollcall ${group} COMMAND --help`))
  return { rest }
}

function firstWords(): readonly string[] {
  return [...new Set(COMMANDS.map(({ words }) => words.split(' ')[0] ?? ''))]
}

function unknownCommand(typed: string, known: readonly string[]): CommandError {
  if (typed.startsWith('-'))
    return misuse(`Begin with a command, and put flags behind it. "rollcall --help" lists the commands.`)
  const hint = suggestion(typed, known) || ' "rollcall --help" lists the commands.'
  return misuse(`There is no command ${typed}.${hint}`)
}

function isHelp(argument: string): boolean {
  return argument === '--help' || argument === '-h'
}

function beforeDashes(argv: readonly string[]): readonly string[] {
  const dashes = argv.indexOf('--')
  return dashes === -1 ? argv : argv.slice(0, dashes)
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Takes tokens and keys out of a sentence, wherever they came from. */
function withoutSecrets(sentence: string, env: Environment): string {
  const key = env.ROLLCALL_KEY
  const safe = key === undefined || key === '' ? sentence : sentence.replaceAll(key, '[key]')
  return harmless(safe.replace(/\b(rc[kt]_)\w+/g, '$1…')).replaceAll('\ufffd', ' ')
}
