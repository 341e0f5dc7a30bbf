import { ALL_REALMS, SCOPES, type Scope } from '../../../src/core/access-key.ts'
import type { RollcallEvent } from '../../../src/core/events.ts'
import type { SessionManager } from '../../../src/engine/manager.ts'

/** Everything that a cell of the table is about: two realms that no other cell has, and who is in them. */
export interface Cast {
  readonly realm: string
  readonly otherRealm: string

  /** Sessions: the one that Ada asks with, another of hers, one of hers that is over, Bob's, and Zoe's. */
  readonly sessions: Readonly<
    Record<'hers' | 'adas' | 'over' | 'bobs' | 'zoes', { readonly id: string; readonly token: string }>
  >

  /** Ids of denials, where they are asked for. */
  readonly denials: Readonly<Record<string, string>>

  /** Ids of keys, where they are asked for. */
  readonly keys: Readonly<Record<string, string>>
}

/** Credentials by name: what each proves itself with, or nothing. */
export const CREDENTIALS: readonly string[] = [
  'none',
  'over',
  'ada',
  'bob',
  'zoe',
  'withdrawn',
  ...SCOPES,
  'there',
  'everywhere',
]

/** Brings a cast together, with denials and keys only for routes that are about them. */
export async function castFor(sessions: SessionManager, number: number, label: string): Promise<Cast> {
  const realm = `home-${number}.`
  const otherRealm = `away-${number}.`
  const issue = async (
    id: string,
    where: string,
  ): Promise<{ readonly id: string; readonly token: string }> => {
    const { session, token } = await sessions.issue({ user: { id }, realm: where })
    return { id: session.id, token }
  }
  const over = await issue('ada', realm)
  await sessions.end({ id: over.id, realm })
  return {
    realm,
    otherRealm,
    sessions: {
      over,
      adas: await issue('ada', realm),
      hers: await issue('ada', realm),
      bobs: await issue('bob', realm),
      zoes: await issue('zoe', otherRealm),
    },
    denials: label.includes('/denials') ? await denialsOf(sessions, realm, otherRealm) : {},
    keys: label.includes('/keys') ? await keysOf(sessions, realm, otherRealm) : {},
  }
}

let made = 0

/** Makes the credential of that name, as the value of an `Authorization` header; undefined for none. */
export async function credentialOf(
  sessions: SessionManager,
  name: string,
  cast: Cast,
): Promise<string | undefined> {
  if (name === 'none') return undefined
  const holder = HOLDERS[name]
  if (holder !== undefined) return `Bearer ${cast.sessions[holder].token}`
  const { key, secret } = await sessions.keys.create({
    name: `${name} ${++made}`,
    scopes: SCOPES.includes(name as Scope) ? [name as Scope] : ['admin'],
    realm: name === 'everywhere' ? ALL_REALMS : name === 'there' ? cast.otherRealm : cast.realm,
  })
  if (name === 'withdrawn') await sessions.keys.withdraw(key.id)
  return `Bearer ${secret}`
}

/** Whose session each of those credentials is that are tokens. */
const HOLDERS: Readonly<Record<string, keyof Cast['sessions']>> = {
  over: 'over',
  ada: 'hers',
  bob: 'bobs',
  zoe: 'zoes',
}

/** Says what happened, in the names of the cast; what is in none of their realms is `new`. */
export function told(event: RollcallEvent, cast: Cast): string {
  const named = (names: Readonly<Record<string, string>>, id: string): string =>
    Object.keys(names).find((name) => names[name] === id) ?? 'new'
  const ids = Object.fromEntries(Object.entries(cast.sessions).map(([name, { id }]) => [name, id]))
  if ('session' in event) return `${event.type} ${named(ids, event.session.id)}`
  if ('denial' in event) return `${event.type} ${named(cast.denials, event.denial.id)}`
  if ('key' in event) return `${event.type} ${named(cast.keys, event.key.id)}`
  if ('user' in event) return `${event.type} ${event.user.id}`
  if ('node' in event) return `${event.type} ${event.node.id}`
  return `${event.type} ${event.userId ?? 'everyone'}`
}

async function denialsOf(
  sessions: SessionManager,
  realm: string,
  otherRealm: string,
): Promise<Record<string, string>> {
  const deny = async (where: string): Promise<string> => {
    const { session } = await sessions.issue({ user: { id: 'dan' }, realm: where })
    await sessions.end({ id: session.id, realm: where }, { deny: { keys: ['user'], span: '1h' } })
    const [denial] = (await sessions.denials.list({ realm: where })).items
    return denial?.id ?? ''
  }
  return { one: await deny(realm), foreign: await deny(otherRealm) }
}

async function keysOf(
  sessions: SessionManager,
  realm: string,
  otherRealm: string,
): Promise<Record<string, string>> {
  const make = async (name: string, where: string): Promise<string> =>
    (await sessions.keys.create({ name: `${name} ${++made}`, scopes: ['sessions:read'], realm: where })).key
      .id
  const keys = {
    one: await make('one', realm),
    foreign: await make('foreign', otherRealm),
    withdrawn: await make('withdrawn', realm),
  }
  await sessions.keys.withdraw(keys.withdrawn)
  return keys
}
