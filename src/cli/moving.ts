/**
 * What `rollcall export` and `rollcall import` have in common.
 *
 * @module
 */
import type { Counts } from '../server/moving/tally.ts'
import type { Sources } from '../server/settings.ts'
import type { Environment } from './command.ts'
import { CommandError, type Outcome } from './exit.ts'
import type { Flags } from './flags.ts'
import { counted } from './phrases.ts'
import { SETTING_FLAGS } from './setting-flags.ts'
import type { Terminal } from './terminal.ts'

const NAMED = ['store', 'store-patience', 'durability', 'replicas', 'config'] as const

/** The flags that say which store is meant, and how it is opened. */
export const STORE_FLAGS: Flags = Object.fromEntries(
  NAMED.flatMap((name) => {
    const flag = SETTING_FLAGS[name]
    return flag === undefined ? [] : [[name, flag]]
  }),
)

/** Where the settings of a store come from, for a command with {@link STORE_FLAGS}. */
export function storeSources(values: Readonly<Record<string, unknown>>, env: Environment): Sources {
  const argv = NAMED.flatMap((name) => {
    const value = values[name]
    return typeof value === 'string' ? [`--${name}=${value}`] : []
  })
  return { argv, env }
}

/** Says how much of each kind there is. */
export function inAll({ session, user, key, denial }: Counts): string {
  return [
    counted(session, 'session'),
    counted(user, 'user'),
    counted(key, 'access key'),
    counted(denial, 'denial'),
  ].join(', ')
}

/** Tells how far something of unknown length is: in place on a terminal, and not at all elsewhere. */
export function createCounter(
  { progress }: Pick<Terminal, 'progress'>,
  what: string,
): (done: number) => void {
  return (done) => progress?.(`${what} ${done.toLocaleString('en')}`)
}

/** Makes a fault of the store or the file that of a command. */
export function asCommandError(fault: unknown): unknown {
  if (!(fault instanceof Error && 'code' in fault)) return fault
  const outcome = OUTCOMES[String(fault.code)]
  return outcome === undefined ? fault : new CommandError(outcome, fault.message)
}

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  'bad-request': 'usage',
  'store-unavailable': 'unavailable',
  'outcome-unknown': 'unavailable',
  Z_DATA_ERROR: 'failed',
  Z_BUF_ERROR: 'failed',
}
