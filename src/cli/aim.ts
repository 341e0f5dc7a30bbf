/**
 * What `sessions end` points at.
 *
 * @module
 */
import type { WireSelector } from '../protocol/requests.ts'
import { misuse } from './exit.ts'
import { counted } from './phrases.ts'

/** The flags that point. */
export interface AimFlags {
  readonly user?: string | undefined
  readonly except?: string | undefined
  readonly resource?: string | undefined
  readonly name?: string | undefined
  readonly parent?: string | undefined
  readonly everyone: boolean
  readonly realm?: string | undefined
}

/** One way to point at sessions. */
export interface Aim {
  /** What it is called on the command line. */
  readonly flag: string
  readonly selector: WireSelector

  /** What is meant, as part of a question. */
  readonly named: string

  /** Whether it reaches so far that a person is asked first. */
  readonly asks: boolean
}

/** Reads what is pointed at. @throws CommandError unless that is one thing. */
export function readAim(flags: AimFlags, ids: readonly string[]): Aim {
  const [aim, other] = AIMS.map((read) => read(flags, ids)).filter((each) => each !== undefined)
  if (aim === undefined) throw misuse('Say what to end: ids, --user, --resource, --parent or --everyone.')
  if (other !== undefined)
    throw misuse(`${aim.flag} and ${other.flag} contradict each other. Use one of them.`)
  if (flags.except !== undefined && flags.user === undefined) throw misuse('--except needs --user.')
  if (flags.name !== undefined && flags.resource === undefined) throw misuse('--name needs --resource.')
  if (flags.realm === undefined) return aim
  return {
    ...aim,
    selector: { ...aim.selector, realm: flags.realm },
    named: `${aim.named} in realm ${flags.realm}`,
  }
}

const AIMS: readonly ((flags: AimFlags, ids: readonly string[]) => Aim | undefined)[] = [
  (_, ids) =>
    ids.length === 0
      ? undefined
      : { flag: 'ids', selector: { ids }, named: counted(ids.length, 'id'), asks: false },
  ({ user, except }) =>
    user === undefined
      ? undefined
      : {
          flag: '--user',
          selector: { user, ...(except !== undefined && { except }) },
          named: `user ${user}${except === undefined ? '' : ` but ${except}`}`,
          asks: true,
        },
  ({ resource, name }) =>
    resource === undefined
      ? undefined
      : {
          flag: '--resource',
          selector: { resource, ...(name !== undefined && { name }) },
          named: `resource ${resource}`,
          asks: false,
        },
  ({ parent }) =>
    parent === undefined
      ? undefined
      : { flag: '--parent', selector: { parent }, named: `login ${parent}`, asks: false },
  ({ everyone }) =>
    everyone
      ? { flag: '--everyone', selector: { everyone: true }, named: 'everyone', asks: true }
      : undefined,
]
