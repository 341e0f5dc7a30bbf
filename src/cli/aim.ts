/**
 * What `sessions end` points at.
 *
 * @module
 */
import type { WireFilter } from '../protocol/queries.ts'
import type { WireSelector } from '../protocol/requests.ts'
import { misuse } from './exit.ts'
import type { Filter } from './filter.ts'
import { counted } from './phrases.ts'

/** What was typed to point. */
export interface Pointing {
  readonly ids: readonly string[]
  readonly filter: Filter
  readonly except: string | undefined
  readonly everyone: boolean
  readonly realm: string | undefined

  /** Whether more is to be kept out than a user: then each session is looked at. */
  readonly denies: boolean
}

/** One way to point at sessions. */
export interface Aim {
  /** What it is called on the command line. */
  readonly flag: string
  readonly selector: WireSelector

  /** What is meant, as part of a question. */
  readonly named: string

  /** Whether it takes a yes, said or typed. */
  readonly asks: boolean
}

/** Reads what is pointed at. @throws CommandError unless that is one thing. */
export function readAim(pointing: Pointing): Aim {
  const [aim, other] = AIMS.map((read) => read(pointing)).filter((each) => each !== undefined)
  if (aim === undefined)
    throw misuse('Say what to end: ids, --user, --resource or any other filter, or --everyone.')
  if (other !== undefined)
    throw misuse(`${aim.flag} and ${other.flag} contradict each other. Use one of them.`)
  const { except, realm, filter } = pointing
  if (except !== undefined && (filter.user === undefined || !isOnly(filter, 'user')))
    throw misuse('--except needs --user, and goes with no other filter.')
  if (realm === undefined) return aim
  return { ...aim, selector: { ...aim.selector, realm }, named: `${aim.named} in realm ${realm}` }
}

const AIMS: readonly ((pointing: Pointing) => Aim | undefined)[] = [
  ({ ids }) =>
    ids.length === 0
      ? undefined
      : { flag: 'ids', selector: { ids }, named: counted(ids.length, 'id'), asks: false },
  ({ filter, except, denies }) =>
    Object.keys(filter).length === 0
      ? undefined
      : ((denies && except === undefined ? undefined : single(filter, except)) ?? filtered(filter)),
  ({ everyone }) =>
    everyone
      ? { flag: '--everyone', selector: { everyone: true }, named: 'everyone', asks: true }
      : undefined,
]

/** The filters that the engine ends by without looking at one session after the other. */
function single(filter: Filter, except: string | undefined): Aim | undefined {
  const { user, parent, resource, name } = filter
  if (user !== undefined && isOnly(filter, 'user')) {
    const kept = except === undefined ? '' : ` but ${except}`
    return {
      flag: '--user',
      selector: { user, ...(except !== undefined && { except }) },
      named: `user ${user}${kept}`,
      asks: true,
    }
  }
  if (parent !== undefined && isOnly(filter, 'parent'))
    return { flag: '--parent', selector: { parent }, named: `login ${parent}`, asks: true }
  if (resource !== undefined && isOnly(filter, 'resource', 'name'))
    return {
      flag: '--resource',
      selector: { resource, ...(name !== undefined && { name }) },
      named: `resource ${resource}`,
      asks: name === undefined,
    }
  return undefined
}

function filtered(filter: Filter): Aim {
  const named = Object.entries(filter).map(([name, value]) => `${name} ${value}`)
  return {
    flag: 'a filter',
    selector: { filter: toWireFilter(filter) },
    named: named.join(', '),
    asks: true,
  }
}

/** Writes filters as JSON has them: the level is a number there. */
function toWireFilter({ level, ...filter }: Filter): WireFilter {
  return { ...filter, ...(level !== undefined && { level: Number(level) }) } as WireFilter
}

function isOnly(filter: Filter, ...names: readonly string[]): boolean {
  return Object.keys(filter).every((name) => names.includes(name))
}
