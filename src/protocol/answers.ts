/**
 * What the native API answers: schemas from which its description comes, and by which tests judge every answer.
 *
 * @module
 */
import Type, { type TUnsafe } from 'typebox'
import { FAILURES, type FailureCode } from '../core/errors.ts'
import type { Count } from '../core/page.ts'
import { END_REASONS, type EndReason, type SessionKind } from '../core/session.ts'
import { EVENT } from './answers-events.ts'
import {
  MAYBE_READINESS,
  NODES,
  READINESS,
  STALE,
  type WireNodes,
  type WireReadiness,
  type WireReceipt,
} from './answers-nodes.ts'
import { REASON, SHAPES, type WireHolder, type WireOwnSession, type WireShapes } from './answers-shapes.ts'
import {
  exactly,
  flag,
  listOf,
  maybe,
  moment,
  number,
  oneOf,
  REALM,
  sessionId,
  shared,
  TOKEN,
  text,
  thing,
} from './answers-words.ts'
import type { Problem } from './problems.ts'
import type {
  WireDenial,
  WireEvent,
  WireKey,
  WirePage,
  WirePresence,
  WireSession,
  WireUser,
} from './shapes.ts'

/** What an end did. */
export interface WireEnded {
  readonly ended: number
  readonly descendants: number
  readonly receipt: WireReceipt
}

/** What of a device may differ. */
export type WireDifference = 'ip' | 'browser' | 'os' | 'type'

/** What a token stands for. */
export type WireVerdict =
  | {
      readonly live: true
      readonly session: WireSession
      readonly user?: WireHolder
      readonly stale?: true
      readonly differs?: readonly WireDifference[]
    }
  | { readonly live: false; readonly reason: EndReason | 'unknown' | 'superseded' | 'not-fresh' }

/** Everything that answers are made of, by the names of their schemas. */
export interface WireAnswers extends WireShapes, WireNodes {
  readonly Event: WireEvent
  readonly Problem: Problem
  readonly WhoAmI: { readonly session: WireSession; readonly user?: WireHolder }
  readonly Issued: {
    readonly session: WireSession
    readonly token: string
    readonly gaveWay?: readonly string[]
  }
  readonly Renewed: { readonly session: WireSession; readonly token?: string }
  readonly OneSession: { readonly session: WireSession }
  readonly OneUser: { readonly user: WireUser }
  readonly OneKey: { readonly key: WireKey }
  readonly OneDenial: { readonly denial: WireDenial }
  readonly Verdict: WireVerdict
  readonly Verdicts: { readonly items: readonly WireVerdict[] }
  readonly SessionPage: WirePage<WireSession>
  readonly OwnSessionPage: WirePage<WireOwnSession>
  readonly UserPage: WirePage<WireUser>
  readonly KeyPage: WirePage<WireKey>
  readonly EventPage: WirePage<WireEvent>
  readonly DenialPage: WirePage<WireDenial>
  readonly Ended: WireEnded
  readonly WouldEnd: { readonly matched: number; readonly exact: boolean; readonly ended: 0 }
  readonly Count: Count
  readonly ChangedUser: WireEnded & { readonly user: WireUser }
  readonly MadeKey: { readonly key: WireKey; readonly secret: string }
  readonly Overview: { readonly realm: string; readonly live: Readonly<Record<SessionKind, Count>> }
  readonly Presence: WirePresence
  readonly PresenceList: { readonly items: readonly WirePresence[] }
  readonly Health: { readonly status: 'ok' }
  readonly Ready: WireReadiness & { readonly status: 'ready' }
  readonly NotReady: Partial<WireReadiness> & { readonly status: 'not-ready'; readonly code: FailureCode }
  readonly About: { readonly name: 'rollcall'; readonly version: string }
}

const CODES = Object.keys(FAILURES) as FailureCode[]
const session = shared<WireSession>('Session')

const ENDED = {
  ended: number('Sessions that were pointed at and ended; 0 where they were over already.', 2),
  descendants: number('Sessions that lived under them, and ended with them.', 0),
  receipt: shared<WireReceipt>('Receipt'),
}

/** Their schemas. */
export const ANSWERS: { readonly [Name in keyof WireAnswers]: TUnsafe<WireAnswers[Name]> } = {
  ...SHAPES,
  ...NODES,
  Event: EVENT,

  Problem: thing('A failure (RFC 9457): `code` is for programs, `detail` for people.', {
    type: text('Names the failure, as a path made of its code.', '/problems/session-ended'),
    title: text('Says it to people.', FAILURES['session-ended'].title),
    status: number('The status of the answer.', FAILURES['session-ended'].status),
    code: oneOf(CODES, 'Names the failure for programs. It never changes.', 'session-ended'),
    detail: maybe(text('What went wrong this time, and what to do next.')),
    reason: maybe(
      Type.Unsafe<EndReason>({ ...REASON, description: 'With `session-ended`: why it is over.' }),
    ),
    endedAt: maybe(moment('With `session-ended`: since when.', '2026-11-20T12:00:00.000Z')),
    until: maybe(moment('With `denied`: until when.')),
    retryAfter: maybe(number('With `store-unavailable`: seconds after which it is worth trying again.')),
    position: maybe(text('With `position-forgotten`: where the journal stands now.')),
    sessions: maybe(
      listOf(session, 'With `limit-reached`: sessions that could give way, first in line first, 50 at most.'),
    ),
  }),

  WhoAmI: thing('A live session, and whose it is.', {
    session,
    user: maybe(shared<WireHolder>('Holder', { id: 'u1', displayName: 'Ada', role: 'member' })),
  }),

  Issued: thing('A new session, and the only copy of its token.', {
    session,
    token: TOKEN,
    gaveWay: maybe(listOf(sessionId('One of them.'), 'Sessions that ended because this one began.')),
  }),

  Renewed: thing('A session, and its new token where it got one.', { session, token: maybe(TOKEN) }),
  OneSession: thing('A session.', { session }),
  OneUser: thing('A user.', { user: shared<WireUser>('User') }),
  OneKey: thing('An access key.', { key: shared<WireKey>('AccessKey') }),
  OneDenial: thing('A denial.', { denial: shared<WireDenial>('Denial') }),

  Verdict: Type.Unsafe({
    description: 'What a token stands for.',
    oneOf: [
      thing('A live session.', {
        live: exactly(true, 'It lives.'),
        session,
        user: maybe(shared<WireHolder>('Holder', { id: 'u1', displayName: 'Ada', role: 'member' })),
        stale: maybe(STALE),
        differs: maybe(
          listOf(
            oneOf(['ip', 'browser', 'os', 'type'] as const, 'One of them.'),
            'Where `seen` was sent: what is not as it was when the session was issued.',
          ),
        ),
      }),
      thing('No live session, or not one that is fresh enough.', {
        live: exactly(false, 'It does not count.'),
        reason: oneOf(
          [...END_REASONS, 'unknown', 'superseded', 'not-fresh'] as const,
          'Why not: why the session is over, `unknown` where there never was one, `superseded` where a change of privileges took its place, or `not-fresh`.',
          'revoked',
        ),
      }),
    ],
  }),
  Verdicts: thing('What many tokens stand for.', {
    items: listOf(shared<WireVerdict>('Verdict'), 'A verdict for each token, in their order.'),
  }),

  SessionPage: pageOf('sessions', 'Session'),
  OwnSessionPage: pageOf("the holder's sessions", 'OwnSession'),
  UserPage: pageOf('users', 'User'),
  KeyPage: pageOf('access keys', 'AccessKey'),
  EventPage: pageOf('events', 'Event'),
  DenialPage: pageOf('denials', 'Denial'),

  Ended: thing('What an end did.', ENDED),
  WouldEnd: thing('What an end would do.', {
    matched: number('Sessions that are pointed at.', 4),
    exact: flag('False where counting stopped at its bound.', true),
    ended: Type.Unsafe<0>(exactly(0, 'None.')),
  }),
  Count: thing('How many there are.', {
    count: number('How many.', 17),
    exact: flag('False where this is an estimate, because counting stopped at its bound.', true),
  }),
  ChangedUser: thing('A user, and what a ban ended.', { user: shared<WireUser>('User'), ...ENDED }),
  MadeKey: thing('A new access key, and the only copy of its secret.', {
    key: shared<WireKey>('AccessKey'),
    secret: text('The secret. Shown here only: it is kept nowhere.', 'rck_5Tn8wQzR2cVbXkLm3JhYpSdF7gHjKqWe'),
  }),
  Overview: thing('What a realm holds.', {
    realm: REALM,
    live: thing('Live sessions by kind.', {
      login: shared<Count>('Count', { count: 1_204, exact: true }),
      connection: shared<Count>('Count', { count: 311, exact: true }),
      playback: shared<Count>('Count', { count: 87, exact: true }),
    }),
  }),

  Presence: thing('How somebody stands.', {
    userId: text('Who.', 'u1'),
    online: flag('Whether they hold a live line, or were active within the last minute.', true),
    lines: number('Live connections and playbacks of theirs.', 2),
    lastActiveAt: maybe(moment('When the one of their live sessions that was used last was.')),
  }),
  PresenceList: thing('How users stand.', {
    items: listOf(
      shared<WirePresence>('Presence'),
      'One for each user, in the order in which they were asked for.',
    ),
  }),

  Health: thing('The server runs.', { status: Type.Unsafe<'ok'>(exactly('ok', 'It runs.')) }),
  Ready: thing('The store answers.', {
    status: Type.Unsafe<'ready'>(exactly('ready', 'It answers.')),
    ...READINESS,
  }),
  NotReady: thing('The store does not answer.', {
    status: Type.Unsafe<'not-ready'>(exactly('not-ready', 'It does not answer.')),
    code: oneOf(CODES, 'Why not.', 'store-unavailable'),
    ...MAYBE_READINESS,
  }),
  About: thing('What this is.', {
    name: Type.Unsafe<'rollcall'>(exactly('rollcall', 'Its name.')),
    version: text('Its version.', '0.1.0'),
  }),
}

function pageOf<Item>(what: string, name: keyof WireAnswers): TUnsafe<WirePage<Item>> {
  return thing(`A page of ${what}.`, {
    items: listOf(shared<Item>(name), 'What is on this page.'),
    nextCursor: Type.Unsafe<string | null>({
      type: ['string', 'null'],
      description: 'Where the next page begins: hand it back as `cursor`. Null on the last page.',
      examples: [null],
    }),
  })
}
