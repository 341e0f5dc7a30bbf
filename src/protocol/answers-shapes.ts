/**
 * Schemas of the things that answers show: sessions, users, access keys, denials.
 *
 * @module
 */
import Type, { type TUnsafe } from 'typebox'
import { ALL_REALMS, SCOPES, type Scope } from '../core/access-key.ts'
import { DENY_KEYS } from '../core/denial.ts'
import {
  type Actor,
  type Authentication,
  type Device,
  END_REASONS,
  type EndReason,
  SESSION_KINDS,
  type SessionData,
} from '../core/session.ts'
import { ROLES } from '../core/user.ts'
import {
  flag,
  listOf,
  maybe,
  moment,
  number,
  oneOf,
  REALM,
  sessionId,
  shared,
  text,
  thing,
} from './answers-words.ts'
import type { WireDenial, WireEnding, WireKey, WireSession, WireUser } from './shapes.ts'

/** A session as its holder lists it. */
export interface WireOwnSession extends WireSession {
  readonly current: boolean
}

/** A user as their sessions show them. */
export type WireHolder = Pick<WireUser, 'id' | 'displayName' | 'role'>

/** The things that answers show, by the names of their schemas. */
export interface WireShapes {
  readonly Session: WireSession
  readonly OwnSession: WireOwnSession
  readonly Device: Device
  readonly Authentication: Authentication
  readonly Ending: WireEnding
  readonly Actor: Actor
  readonly Holder: WireHolder
  readonly User: WireUser
  readonly AccessKey: WireKey
  readonly Denial: WireDenial
}

/** Why a session is over. */
export const REASON: TUnsafe<EndReason> = oneOf(END_REASONS, 'Why it is over.', 'revoked')

const SESSION = {
  id: sessionId(
    'Its public name: safe to list, to log and to put in a URL. Never a credential.',
    'ses_7Hq2vXcT9mRkWb4NpZsLfE',
  ),
  serial: number('Unique in the realm; grows, with gaps.', 153),
  stamp: number('A whole second, unique among the sessions of its user.', 1_795_176_000),
  realm: REALM,
  kind: oneOf(
    SESSION_KINDS,
    'What is held: a login, an open connection, or the playback of a stream.',
    'login',
  ),
  userId: maybe(text("Whose it is, in the application's words. Absent where a playback is nobody's.", 'u1')),
  parentId: maybe(sessionId('The login that it lives under, and ends with.')),
  resource: maybe(text('What a connection or playback is attached to, a path.')),
  name: maybe(text('A name that only one live session of its kind and resource may hold.')),
  node: maybe(
    text(
      'The node that holds the line it stands for; absent where it is no line.',
      'node_8sJk2mQvR4tYxW9aBcDeFg',
    ),
  ),
  issuedAt: moment('When it began.'),
  authenticatedAt: moment('When its holder last proved who they are.'),
  lastActiveAt: moment('When it was last used, as far as that is written down.', '2026-11-20T12:04:30.000Z'),
  expiresAt: moment('When it ends at the latest. This never moves.', '2026-12-20T12:00:00.000Z'),
  idleExpiresAt: maybe(moment('When it ends unless it is used before.', '2026-11-27T12:04:30.000Z')),
  device: shared<Device>('Device'),
  authentication: maybe(shared<Authentication>('Authentication', { methods: ['pwd', 'otp'], level: 2 })),
  data: maybe(
    Type.Unsafe<SessionData>({
      type: 'object',
      additionalProperties: true,
      description: 'What the application keeps beside it: 4 KiB of JSON at most.',
      examples: [{ plan: 'pro' }],
    }),
  ),
  ending: maybe(shared<WireEnding>('Ending')),
}

const HOLDER = {
  id: text("The user's id, in the application's words.", 'u1'),
  displayName: maybe(text('What people call them.', 'Ada')),
  role: oneOf(ROLES, 'What they may do; each role includes the ones before it.', 'member'),
}

/** The schemas of the things that answers show. */
export const SHAPES: { readonly [Name in keyof WireShapes]: TUnsafe<WireShapes[Name]> } = {
  Session: thing('Somebody holding something: a login, a connection, a playback.', SESSION),

  OwnSession: thing("One of the holder's own sessions.", {
    ...SESSION,
    current: flag('Whether this is the session that asks.', true),
  }),

  Device: thing('What a session is held with, as far as it is known.', {
    ip: maybe(text('Address of the holder.', '203.0.113.7')),
    userAgent: maybe(
      text('The `User-Agent` header.', 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Firefox/128.0'),
    ),
    label: maybe(text('What its owner calls it.', "Ada's laptop")),
    browser: maybe(text('Browser and major version, parsed from the user agent.', 'Firefox 128')),
    os: maybe(text('Operating system, parsed from the user agent.', 'Linux')),
    type: maybe(text('`desktop`, `mobile`, `tablet`, `tv` or `bot`, parsed from the user agent.', 'desktop')),
  }),

  Authentication: thing('How the holder proved who they are.', {
    methods: Type.Array(Type.String(), {
      description: 'By what, in the values of RFC 8176.',
      examples: [['pwd', 'otp']],
    }),
    level: Type.Unsafe<1 | 2 | 3>({
      type: 'integer',
      enum: [1, 2, 3],
      description: 'How strongly: 1 with one factor, 2 with two, 3 bound to hardware.',
      examples: [2],
    }),
  }),

  Ending: thing('How a session came to be over.', {
    at: moment('Since when it is over.'),
    reason: REASON,
    by: shared<Actor>('Actor'),
  }),

  Actor: thing('Who did something.', {
    kind: oneOf(['user', 'key', 'system'] as const, 'A user, an access key, or Rollcall itself.', 'key'),
    id: text('Its id; of Rollcall itself, what it was doing.', 'key_5Tn8wQzR2cVbXkLm3JhYpS'),
  }),

  Holder: thing('Whose session it is.', HOLDER),

  User: thing('A user, as far as sessions are concerned.', {
    ...HOLDER,
    realm: REALM,
    banned: flag('Whether they are kept out for good.', false),
    banReason: maybe(text('Why they are banned, in the words of whoever did it.')),
  }),

  AccessKey: thing('What a backend or operator calls the API with, without its secret.', {
    id: text('Its public name. Never a credential.', 'key_5Tn8wQzR2cVbXkLm3JhYpS'),
    name: text('What it is called.', 'backend'),
    realm: text(`The one realm that it is for, or \`${ALL_REALMS}\` for all of them.`, ALL_REALMS),
    scopes: listOf<Scope>(
      oneOf(SCOPES, 'One of them.'),
      'What it may do. `admin` includes every other scope.',
      ['sessions:issue', 'sessions:read'],
    ),
    createdAt: moment('When it was made.'),
    withdrawnAt: maybe(moment('Since when it is worth nothing.')),
  }),

  Denial: thing('Somebody or something that is kept out for a time.', {
    id: text('Names it, to lift it.', '7'),
    realm: REALM,
    key: oneOf(DENY_KEYS, 'What is compared.', 'address'),
    value: text(
      "With what: a user's id, a login's id, an address; of a name: kind, resource and name.",
      '203.0.113.7',
    ),
    at: moment('When it began.'),
    until: moment('Until when it holds.', '2026-11-20T12:15:00.000Z'),
    by: shared<Actor>('Actor'),
  }),
}
