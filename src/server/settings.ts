/**
 * The settings, as one table; and reading them from flags, environment and file, in this order of strength.
 *
 * @module
 */
import { faultOfKeySecret } from '../core/access-key.ts'
import { RollcallError } from '../core/errors.ts'
import type { AtLimit } from '../core/store.ts'
import { toMilliseconds } from '../core/time.ts'

/** Everything that can be set. Spans are milliseconds. */
export interface Settings {
  readonly host: string
  readonly port: number
  readonly store: StoreSetting
  readonly key: string | undefined
  readonly allowOrigins: readonly string[]
  readonly maxStaleness: number
  readonly lifetime: number
  readonly idle: number
  readonly sessionsPerUser: number | undefined
  readonly atLimit: AtLimit
  readonly logLevel: string
}

/** Where sessions are kept. */
export type StoreSetting = { readonly kind: 'memory' } | { readonly kind: 'sqlite'; readonly path: string }

/** One row of the table. */
export interface Setting {
  /** The flag without its dashes; also the field of the file. */
  readonly flag: string
  readonly variable: string
  readonly fallback: string | undefined
  readonly help: string

  /** Reads a text. Throws an error whose message says what is allowed. */
  readonly read: (text: string) => unknown

  /** The field of {@link Settings} that it fills. */
  readonly field: keyof Settings
}

/** The table. `rollcall serve --help` is printed from it. */
export const SETTINGS: readonly Setting[] = [
  row('port', 'port', '4780', 'TCP port to listen on; 0 takes a free one', wholeNumber(0, 65_535)),
  row('host', 'host', '127.0.0.1', 'address to listen on', text),
  row(
    'store',
    'store',
    'sqlite:./data/rollcall.db',
    'sqlite:PATH, or memory: to forget everything at the end',
    readStore,
  ),
  row('key', 'key', undefined, 'access key to accept for everything, 16 or more visible characters', readKey),
  row(
    'allow-origin',
    'allowOrigins',
    '',
    'origins whose pages may use the session cookie, with commas between',
    readOrigins,
  ),
  row(
    'max-staleness',
    'maxStaleness',
    '1s',
    'how long a session may be vouched for without asking the store; 0 asks each time',
    span,
  ),
  row('lifetime', 'lifetime', '30d', 'longest life of a session', span),
  row('idle', 'idle', '7d', 'longest silence of a session', span),
  row(
    'sessions-per-user',
    'sessionsPerUser',
    undefined,
    'most live logins of a user; unlimited unless set',
    wholeNumber(1, 1_000_000),
  ),
  row(
    'at-limit',
    'atLimit',
    'evict-oldest',
    'then: evict-oldest, evict-idlest or refuse',
    oneOf('evict-oldest', 'evict-idlest', 'refuse'),
  ),
  row(
    'log-level',
    'logLevel',
    'info',
    'fatal, error, warn, info, debug or silent',
    oneOf('fatal', 'error', 'warn', 'info', 'debug', 'silent'),
  ),
]

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
  const entries = SETTINGS.map((setting) => [setting.field, settle(setting, flags, sources, mistakes)])
  if (mistakes.length > 0) throw new RollcallError('bad-request', mistakes.join('\n'))
  return Object.fromEntries(entries) as Settings
}

/** The path that `--config` names, if it is given. */
export function configPath({ argv, env }: Sources): string | undefined {
  const index = argv.findIndex((word) => word === '--config' || word.startsWith('--config='))
  const word = index < 0 ? undefined : argv[index]
  if (word === undefined) return env.ROLLCALL_CONFIG
  return word.includes('=') ? word.slice(word.indexOf('=') + 1) : argv[index + 1]
}

function row(
  flag: string,
  field: keyof Settings,
  fallback: string | undefined,
  help: string,
  read: Setting['read'],
): Setting {
  return {
    flag,
    field,
    fallback,
    help,
    read,
    variable: `ROLLCALL_${flag.toUpperCase().replaceAll('-', '_')}`,
  }
}

function readFlags(argv: readonly string[], mistakes: string[]): ReadonlyMap<string, string> {
  const flags = new Map<string, string>()
  for (let index = 0; index < argv.length; index++) {
    const [, flag, attached] = /^--([a-z-]+)(?:=(.*))?$/s.exec(argv[index] ?? '') ?? []
    if (flag === undefined) {
      mistakes.push(`"${argv[index]}" is no flag. Flags look like --port 4780.`)
      continue
    }
    const value = attached ?? argv[++index]
    if (flag === 'config') continue
    if (!SETTINGS.some((setting) => setting.flag === flag))
      mistakes.push(`There is no flag --${flag}.${suggest(flag)}`)
    else if (value === undefined) mistakes.push(`--${flag} needs a value.`)
    else flags.set(flag, value)
  }
  return flags
}

function settle(
  setting: Setting,
  flags: ReadonlyMap<string, string>,
  { env, file }: Sources,
  mistakes: string[],
): unknown {
  const { flag, variable, fallback, read } = setting
  const inFile = file?.[flag]
  const sources: readonly (readonly [string, string | undefined])[] = [
    [`--${flag}`, flags.get(flag)],
    [variable, env[variable]],
    [`"${flag}" in the configuration file`, inFile === undefined ? undefined : [inFile].flat().join(',')],
    ['the default', fallback],
  ]
  const [origin, given] = sources.find(([, value]) => value !== undefined && value !== '') ?? ['', fallback]
  if (given === undefined) return undefined
  try {
    return read(given)
  } catch (fault) {
    const shown = flag === 'key' ? '' : ` is "${given.slice(0, 80)}"`
    mistakes.push(`${origin}${shown}: ${fault instanceof Error ? fault.message : 'it cannot be read.'}`)
    return undefined
  }
}

function text(value: string): string {
  return value
}

function span(value: string): number {
  return toMilliseconds(/^\d+$/.test(value) ? Number(value) : value, 'value')
}

function wholeNumber(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN
    if (number >= least && number <= most) return number
    throw new RollcallError('bad-request', `give a whole number from ${least} to ${most}.`)
  }
}

function oneOf(...values: readonly string[]): (value: string) => string {
  return (value) => {
    if (values.includes(value)) return value
    throw new RollcallError('bad-request', `give one of ${values.join(', ')}.`)
  }
}

function readStore(value: string): StoreSetting {
  if (value === 'memory:' || value === 'memory') return { kind: 'memory' }
  const path = /^sqlite:(?:\/\/)?(.+)$/.exec(value)?.[1]
  if (path !== undefined) return { kind: 'sqlite', path }
  throw new RollcallError('bad-request', 'this version keeps sessions in sqlite:PATH or memory:.')
}

function readKey(value: string): string {
  const fault = faultOfKeySecret(value)
  if (fault === undefined) return value
  throw new RollcallError('bad-request', `this access key cannot be used: ${fault}.`)
}

function readOrigins(value: string): readonly string[] {
  const origins = value
    .split(',')
    .map((origin) => origin.trim())
    .filter((origin) => origin !== '')
  for (const origin of origins) {
    if (URL.canParse(origin) && new URL(origin).origin === origin) continue
    throw new RollcallError(
      'bad-request',
      `"${origin}" is no origin. One looks like https://app.example.com, without a path.`,
    )
  }
  return origins
}

function suggest(name: string): string {
  const near = SETTINGS.find(
    ({ flag }) => flag.startsWith(name.slice(0, 3)) || flag.includes(name) || name.includes(flag),
  )
  return near ? ` Did you mean --${near.flag}?` : ' See rollcall serve --help.'
}
