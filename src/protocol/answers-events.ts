/**
 * The schema of events: one shape for each type.
 *
 * @module
 */
import Type, { type TProperties, type TUnsafe } from 'typebox'
import type { EventNode, EventType } from '../core/events.ts'
import type { Actor } from '../core/session.ts'
import { REASON } from './answers-shapes.ts'
import { exactly, flag, maybe, moment, number, sessionId, shared, text, thing } from './answers-words.ts'
import type { WireDenial, WireEvent, WireKey, WireSession, WireUser } from './shapes.ts'

const session = shared<WireSession>('Session')
const by = shared<Actor>('Actor')

const NODE: TUnsafe<EventNode> = thing<EventNode>('A process that shares the store.', {
  id: text('Made anew by each start.', 'node_8sJk2mQvR4tYxW9aBcDeFg'),
  address: maybe(text('Where it is reached.', 'http://10.0.0.5:4780')),
  version: text('The version of Rollcall that it runs.', '0.1.0'),
})

/** What each type of event says, and what it tells besides. */
const TOLD: Readonly<Record<EventType, readonly [string, TProperties]>> = {
  'session.created': ['A session was issued.', { session }],
  'session.updated': ['The label, data or authentication of a session was changed.', { session }],
  'session.refreshed': ["A session's token was exchanged for its successor.", { session }],
  'token.reused': [
    'A token came back after its successor had taken its place: somebody else has it. Its session ends with this.',
    { session },
  ],
  'session.ended': [
    'A session is over.',
    {
      session,
      reason: REASON,
      by,
      mass: maybe(text('The `sequence` of the `sessions.ended` event that ended it, if one did.')),
    },
  ],
  'sessions.ended': [
    'Everything of a user, or of a realm, is over from this moment. The single `session.ended` events follow.',
    {
      userId: maybe(text("Whose sessions; absent for everybody's.")),
      except: maybe(sessionId('The login that was kept, with what lives under it.')),
      count: number('How many there were.', 2),
      reason: REASON,
      by,
    },
  ],
  'denial.created': [
    'Somebody or something is kept out for a time.',
    { denial: shared<WireDenial>('Denial'), by },
  ],
  'denial.lifted': [
    'Somebody or something is let in again before its time.',
    { denial: shared<WireDenial>('Denial'), by },
  ],
  'user.updated': ["A user's name, role or ban was changed.", { user: shared<WireUser>('User'), by }],
  'key.created': ['An access key was made.', { key: shared<WireKey>('AccessKey'), by }],
  'key.withdrawn': ['An access key was withdrawn.', { key: shared<WireKey>('AccessKey'), by }],
  'node.joined': ['A node began to share the store.', { node: NODE }],
  'node.left': [
    'A node is gone.',
    { node: NODE, lost: flag('Whether it was not heard of any more, and did not take its leave.') },
  ],
}

/** An event. */
export const EVENT: TUnsafe<WireEvent> = Type.Unsafe({
  description: 'One thing that happened: an entry of the journal.',
  oneOf: Object.entries(TOLD).map(([type, [description, properties]]) => ({
    title: type,
    ...thing(description, {
      sequence: text(
        'Its own place in the journal. Opaque. To read on from it, use the id that the stream gave it.',
        '43',
      ),
      at: moment('When it happened.'),
      realm: text('Where it happened; `*` for what concerns all realms.', 'default'),
      type: exactly(type, 'What happened.'),
      ...properties,
    }),
  })),
})
