/**
 * Right and wrong credentials, by what a route needs. Each wrong one has one thing wrong with it.
 *
 * @module
 */
import { SCOPES, type Scope } from '../../core/access-key.ts'
import { CHECKSUM_LENGTH, checksum } from '../../core/checksum.ts'
import { ID_LENGTH } from '../../core/id.ts'
import { TOKEN_PREFIX } from '../../core/token.ts'
import { ROLES, type Role } from '../../core/user.ts'
import type { Need } from './described.ts'
import { CALLER, STREAM, type Stage } from './stage.ts'

/** A credential. Undefined is none at all. */
export interface Credential {
  readonly name: string
  readonly make: (stage: Stage) => Promise<string | undefined>
}

/** What can be wrong with one. */
export type Wrong = 'kind' | 'realm' | 'rank' | 'unproven' | 'over'

/** What a route with this need lets in. */
export function rightFor(need: Need): readonly Credential[] {
  if (need.is === 'nothing') return [{ name: 'nothing', make: async () => undefined }]
  if (need.is === 'key')
    return [
      key('a key of that scope', [need.scope]),
      key('a key of every scope', ['admin']),
      key('a key of all realms', [need.scope], '*'),
    ]
  return [{ name: `the token of a login of role ${need.role}`, make: async ({ cast }) => cast.callerToken }]
}

/** The role that a caller must have. */
export function roleFor(need: Need): Role {
  return need.is === 'login' ? need.role : 'operator'
}

/** What it must not, by what is wrong. */
export function wrongFor(need: Need, wrong: Wrong): readonly Credential[] {
  if (need.is === 'nothing') return []
  return need.is === 'login' ? WRONG_LOGINS[wrong](need.role) : WRONG_KEYS[wrong](need.scope)
}

const WRONG_LOGINS: Readonly<Record<Wrong, (role: Role) => readonly Credential[]>> = {
  kind: () => [
    session('the token of a playback', { kind: 'playback', resource: STREAM }),
    session('the token of a connection', { kind: 'connection', resource: 'chat' }),
    key('an access key', ['admin']),
  ],
  realm: (role) => [session('a token of another realm', { realm: 'elsewhere', user: { id: CALLER, role } })],
  rank: (role) =>
    ROLES.slice(0, ROLES.indexOf(role)).map((lower) =>
      session(`the token of a ${lower}`, { user: { id: '000000000000000000000003', role: lower } }),
    ),
  unproven: () => [
    none,
    ...NONSENSE,
    altered('a token with the secret of another', (token, other) =>
      sealed(token.slice(0, SECRET_START) + other.slice(SECRET_START, -CHECKSUM_LENGTH)),
    ),
    altered('a token with more behind it', (token) => `${token}x`),
    { name: 'the id of a session', make: async ({ cast }) => cast.caller.id },
  ],
  over: (role) => [
    {
      name: 'the token of a session that was ended',
      async make({ issue, sessions, realm }) {
        const { token, id } = await issue({ user: { id: CALLER, role } })
        await sessions.end({ realm, id })
        return token
      },
    },
    {
      name: 'the token of a user who is banned',
      async make({ issue, sessions, realm }) {
        const { token } = await issue({ user: { id: '000000000000000000000004', role } })
        await sessions.users.update('000000000000000000000004', { banned: true }, { realm })
        return token
      },
    },
  ],
}

const WRONG_KEYS: Readonly<Record<Wrong, (scope: Scope) => readonly Credential[]>> = {
  kind: () => [
    { name: 'the token of a login', make: async ({ cast }) => cast.callerToken },
    session('the token of a playback', { kind: 'playback', resource: STREAM }),
  ],
  realm: (scope) => [
    key('a key of another realm', [scope], 'elsewhere'),
    key('a key of every scope in another realm', ['admin'], 'elsewhere'),
  ],
  rank: (scope) =>
    SCOPES.filter((each) => each !== scope && each !== 'admin').map((each) =>
      key(`a key of the scope ${each}`, [each]),
    ),
  unproven: () => [
    none,
    ...NONSENSE,
    {
      name: 'the beginning of a key',
      make: async ({ key: make }) => (await make({ scopes: ['admin'] })).secret.slice(0, -1),
    },
  ],
  over: (scope) => [
    {
      name: 'a key that was withdrawn',
      async make({ key: make, sessions }) {
        const { secret, id } = await make({ scopes: [scope] })
        await sessions.keys.withdraw(id)
        return secret
      },
    },
  ],
}

const NONSENSE: readonly Credential[] = [
  text('a word', 'nonsense'),
  text('an empty credential', ''),
  text('a credential of 7,000 characters', 'x'.repeat(7_000)),
  text('a credential of signs', `=;,"%'\\ ${String.fromCharCode(0xe9)}`),
]

const none: Credential = { name: 'no credential', make: async () => undefined }

function text(name: string, secret: string): Credential {
  return { name, make: async () => secret }
}

function key(name: string, scopes: readonly Scope[], realm?: string): Credential {
  const request = { scopes, ...(realm !== undefined && { realm }) }
  return { name, make: async (stage) => (await stage.key(request)).secret }
}

function session(name: string, request: Parameters<Stage['issue']>[0]): Credential {
  return { name, make: async ({ issue }) => (await issue(request)).token }
}

function altered(name: string, alter: (token: string, other: string) => string): Credential {
  return { name, make: async ({ cast, issue }) => alter(cast.callerToken, (await issue()).token) }
}

const SECRET_START = TOKEN_PREFIX.length + ID_LENGTH

function sealed(body: string): string {
  return body + checksum(body)
}
