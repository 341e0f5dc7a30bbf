/**
 * Which sessions are meant: a flag for each filter, and `--filter` for several of them in one word.
 *
 * @module
 */

import { suggestion } from '../core/nearest.ts'
import { SESSION_KINDS } from '../core/session.ts'
import { misuse } from './exit.ts'
import { checkChoice, type Flags, type ManyFlag, type TextFlag, type ValuesOf } from './flags.ts'

const MOMENT = 'a moment (RFC 3339), or a span such as 15m for that long ago'

/** The flags of {@link FILTER_FLAGS}. */
export type FilterFlags = Readonly<Record<FilterName, TextFlag>> & { readonly filter: ManyFlag }

/** The flags of {@link LIST_FILTER_FLAGS}. */
export type ListFilterFlags = FilterFlags & Readonly<Record<'status' | 'reason', TextFlag>>

type FilterName =
  | 'user'
  | 'kind'
  | 'type'
  | 'browser'
  | 'os'
  | 'address'
  | 'parent'
  | 'resource'
  | 'resource-prefix'
  | 'name'
  | 'label'
  | 'level'
  | 'issued-after'
  | 'issued-before'
  | 'active-after'
  | 'active-before'
  | 'text'

/** Filters of sessions that live. */
export const FILTER_FLAGS: FilterFlags = {
  user: { value: 'ID', help: 'Only those of this user.' },
  kind: { value: 'KIND', choices: SESSION_KINDS, help: 'Only those of this kind.' },
  type: {
    value: 'TYPE',
    choices: ['desktop', 'mobile', 'tablet', 'tv', 'bot'],
    help: 'Only those on such a device.',
  },
  browser: { value: 'NAME', help: 'Only those in this browser, such as Chrome or "Chrome 120".' },
  os: { value: 'NAME', help: 'Only those on this operating system.' },
  address: { value: 'ADDRESS', help: 'Only those from this address, or from a network such as 10.0.0.0/8.' },
  parent: { value: 'ID', help: 'Only those under this login.' },
  resource: { value: 'PATH', help: 'Only those attached to this resource.' },
  'resource-prefix': { value: 'PATH', help: 'Only those whose resource begins so.' },
  name: { value: 'NAME', help: 'Only those of this name.' },
  label: { value: 'TEXT', help: 'Only those whose device is called exactly this.' },
  level: { value: 'LEVEL', choices: ['1', '2', '3'], help: 'Only those proven this strongly.' },
  'issued-after': { value: 'WHEN', help: `Only those begun since: ${MOMENT}.` },
  'issued-before': { value: 'WHEN', help: 'Only those begun before.' },
  'active-after': { value: 'WHEN', help: 'Only those used since.' },
  'active-before': { value: 'WHEN', help: 'Only those not used since.' },
  text: { value: 'TEXT', help: 'Only those with this in user, name, address, label, browser or system.' },
  filter: {
    value: 'NAME=VALUE,…',
    many: 'repeated',
    help: "Several of these in one, such as 'browser=Chrome,active-after=15m'.",
  },
}

/** Filters of sessions, over or not. */
export const LIST_FILTER_FLAGS: ListFilterFlags = {
  ...FILTER_FLAGS,
  status: {
    value: 'STATUS',
    choices: ['live', 'ended', 'any'],
    help: 'Live ones, unless told otherwise; ended ones with --reason.',
  },
  reason: { value: 'REASON', help: 'Only those that are over for this reason.' },
}

/** Filters as flags gave them. */
export type FilterValues = ValuesOf<FilterFlags>

/** Filters by their names on the wire. */
export type Filter = Readonly<Record<string, string>>

/** Reads filters out of flags, of which `table` says which there are. @throws CommandError for those that make no sense. */
export function readFilter(values: FilterValues, table: Flags): Filter {
  const fields = Object.keys(table).filter((name) => name !== 'filter')
  const flags: Readonly<Record<string, unknown>> = values
  const filter = new Map<string, string>()
  for (const name of fields) {
    const value = flags[name]
    if (typeof value === 'string') filter.set(name, value)
  }
  for (const [name, value] of values.filter.flatMap((each) => [...pairsOf(each, fields)])) {
    checkChoice(name, value, table[name] ?? { help: '' })
    const earlier = filter.get(name)
    if (earlier !== undefined && earlier !== value)
      throw misuse(`"${name}" is asked to be two things at once. Use one of them.`)
    filter.set(name, value)
  }
  return Object.fromEntries([...filter].map(([name, value]) => [camelCase(name), value]))
}

/** Reads `name=value,name=value`. A comma that begins no new name belongs to the value. */
function* pairsOf(shorthand: string, fields: readonly string[]): Generator<readonly [string, string]> {
  for (const pair of shorthand.split(/,(?=\s*[A-Za-z-]+=)/)) {
    const [, typed, value] = /^\s*([A-Za-z-]+)=(.*)$/s.exec(pair) ?? []
    if (typed === undefined || value === undefined || value.trim() === '')
      throw misuse("--filter takes names and values, such as 'browser=Chrome,active-after=15m'.")
    const name = kebabCase(typed)
    if (!fields.includes(name))
      throw misuse(
        `There is no filter "${typed}" here.${suggestion(name, fields) || ` There are ${fields.join(', ')}.`}`,
      )
    yield [name, value.trim()]
  }
}

function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
}

function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
