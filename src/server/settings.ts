/**
 * Reading settings from flags, environment and file, in this order of strength.
 *
 * @module
 */
import { RollcallError } from '../core/errors.ts'
import { suggestion } from '../core/nearest.ts'
import { masked } from './masking.ts'
import { SETTINGS, type Setting, type Settings } from './setting-table.ts'

/** Where settings come from. */
export interface Sources {
  /** Words behind `serve`. */
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>

  /** Fields of the configuration file. */
  readonly file?: Readonly<Record<string, unknown>>
}

/**
 * Reads every setting.
 *
 * @throws RollcallError `bad-request`, naming every mistake and its fix, a line each.
 */
export function readSettings(sources: Sources): Settings {
  const mistakes: string[] = []
  const flags = readFlags(sources.argv, mistakes)
  for (const field of Object.keys(sources.file ?? {})) {
    if (!SETTINGS.some(({ flag }) => flag === field))
      mistakes.push(`The configuration file has the unknown setting "${field}".${suggest(field)}`)
  }
  const traced = SETTINGS.map((setting) => trace(setting, flags, sources))
  mistakes.push(...traced.flatMap(({ mistake }) => mistake ?? []))
  if (mistakes.length > 0) throw new RollcallError('bad-request', mistakes.join('\n'))
  return Object.fromEntries(traced.map(({ setting, value }) => [setting.field, value])) as unknown as Settings
}

/** A setting as it was found. */
export interface Traced {
  readonly setting: Setting
  readonly origin: 'flag' | 'environment' | 'file' | 'default'

  /** What was given, in the words it was given in. It may be a secret. */
  readonly given: string | undefined

  /** What it was read as; absent where it is a mistake. */
  readonly value?: unknown

  /** What is wrong with it and what to do, without the secret. */
  readonly mistake?: string
}

/** Finds where every setting comes from, mistakes included. Flags that do not exist are passed over. */
export function traceSettings(sources: Sources): readonly Traced[] {
  const flags = readFlags(sources.argv, [])
  return SETTINGS.map((setting) => trace(setting, flags, sources))
}

/** The path that `--config` names, if it is given. */
export function configPath({ argv, env }: Sources): string | undefined {
  const index = argv.findIndex((word) => word === '--config' || word.startsWith('--config='))
  const word = index < 0 ? undefined : argv[index]
  if (word === undefined) return env.ROLLCALL_CONFIG
  return word.includes('=') ? word.slice(word.indexOf('=') + 1) : argv[index + 1]
}

function readFlags(argv: readonly string[], mistakes: string[]): ReadonlyMap<string, string> {
  const flags = new Map<string, string>()
  let last: string | undefined
  for (let index = 0; index < argv.length; index++) {
    const [, flag, attached] = /^--([a-z-]+)(?:=(.*))?$/s.exec(argv[index] ?? '') ?? []
    if (flag === undefined) {
      mistakes.push(`${misplaced(last)} is no flag. Flags look like --port 4780.`)
      continue
    }
    last = flag
    const value = attached ?? argv[++index]
    if (flag === 'config') continue
    if (!SETTINGS.some((setting) => setting.flag === flag))
      mistakes.push(`There is no flag --${flag}.${suggest(flag, '--')}`)
    else if (value === undefined) mistakes.push(`--${flag} needs a value.`)
    else flags.set(flag, value)
  }
  return flags
}

/** Says where a word stands, and not the word: it may be a secret that lost its flag. */
function misplaced(last: string | undefined): string {
  return last === undefined ? 'The first word' : `A word behind --${last} and its value`
}

function trace(setting: Setting, flags: ReadonlyMap<string, string>, { env, file }: Sources): Traced {
  const { flag, variable, fallback, read } = setting
  const inFile = file?.[flag]
  const sources: readonly (readonly [Traced['origin'], string, string | undefined])[] = [
    ['flag', `--${flag}`, flags.get(flag)],
    ['environment', variable, env[variable]],
    ['file', `"${flag}" in the configuration file`, inFile === undefined ? undefined : textOf(inFile)],
  ]
  const [origin, called, given] = sources.find(([, , value]) => value !== undefined && value !== '') ?? [
    'default' as const,
    'the default',
    fallback,
  ]
  if (given === undefined) return { setting, origin, given }
  try {
    return { setting, origin, given, value: read(given) }
  } catch (fault) {
    const why = fault instanceof Error ? fault.message : 'it cannot be read.'
    return { setting, origin, given, mistake: `${called} is "${masked(flag, given).slice(0, 80)}": ${why}` }
  }
}

/** A field of the file, as the same setting is written elsewhere. */
function textOf(field: unknown): string {
  if (Array.isArray(field)) return field.join(',')
  if (typeof field !== 'object' || field === null) return String(field)
  return Object.entries(field)
    .map(([name, value]) => `${name}=${value}`)
    .join(',')
}

function suggest(name: string, dashes = ''): string {
  const known = SETTINGS.map(({ flag }) => `${dashes}${flag}`)
  return suggestion(`${dashes}${name}`, known) || ' See rollcall serve --help.'
}
