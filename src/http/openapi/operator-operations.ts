/**
 * What is said of the operations on users, denials, events and keys.
 *
 * @module
 */
import { exampleOf, schemaOf } from './examples.ts'
import type { Operation, OperationName } from './operation.ts'

/** Them. */
export const OPERATOR_OPERATIONS: Readonly<Record<OperationName, Operation>> = {
  'GET /v1/users': {
    id: 'listUsers',
    group: 'Users',
    summary: 'List users',
    description: 'Lists the users of a realm by id. A user is known here since their first session.',
    answers: { 200: 'UserPage' },
    failures: ['bad-cursor'],
    example: { query: 'limit=50' },
  },
  'GET /v1/users/{id}': {
    id: 'readUser',
    group: 'Users',
    summary: 'Read a user',
    description: 'Answers with a user by id.',
    answers: { 200: 'OneUser' },
    failures: ['not-found'],
  },
  'PATCH /v1/users/{id}': {
    id: 'changeUser',
    group: 'Users',
    summary: 'Rename, promote or ban a user',
    description:
      'Changes name, role or ban. A ban ends everything the user has in the same write, and refuses them from then on; lifting it brings nothing back. `wait=all` answers once every node has heard of it.',
    answers: { 200: 'ChangedUser' },
    failures: ['not-found', 'outcome-unknown'],
    example: { body: { banned: true, reason: 'stolen' } },
  },
  'GET /v1/users/{id}/sessions': {
    id: 'listUserSessions',
    group: 'Users',
    summary: 'List the sessions of a user',
    description: 'Lists the live sessions of a user, newest first.',
    answers: { 200: 'SessionPage' },
    failures: ['bad-cursor'],
  },
  'DELETE /v1/users/{id}/sessions': {
    id: 'endUserSessions',
    group: 'Users',
    summary: 'End everything a user has',
    description:
      'Ends every session of a user with one write, however many there are, and is true at once. Nobody is kept out: use a ban, or `deny`, for that.',
    answers: { 200: 'Ended' },
    failures: ['outcome-unknown'],
  },
  'GET /v1/denials': {
    id: 'listDenials',
    group: 'Denials',
    summary: 'List who is kept out',
    description:
      'Lists the denials of a realm that still hold. They are made by `deny` when sessions are ended.',
    answers: { 200: 'DenialPage' },
    failures: ['bad-cursor'],
  },
  'GET /v1/presence': {
    id: 'readPresence',
    group: 'Users',
    summary: 'Who is online?',
    description:
      'Tells of each `user` whether they hold a live connection or playback, or were active within the last minute: a hundred at a time. Somebody of whom nothing is known is not online.',
    answers: { 200: 'PresenceList' },
    example: { query: 'user=u1' },
  },
  'DELETE /v1/denials/{id}': {
    id: 'liftDenial',
    group: 'Denials',
    summary: 'Let somebody in again',
    description: 'Lifts a denial before its time.',
    answers: { 200: 'OneDenial' },
    failures: ['not-found'],
  },
  'GET /v1/events': {
    id: 'readEvents',
    group: 'Events',
    summary: 'Read or follow what happened',
    description:
      'In pages, oldest first, after the position given by `after`. With `Accept: text/event-stream` as server-sent events: `id` is the position, `event` the type, `data` the event; `Last-Event-ID` resumes, and without it the stream begins now. A comment every 15 s shows that the line is alive.\n\nWhere the journal no longer reaches back to a position, the answer is `position-forgotten`: begin again from what you can list.',
    answers: {
      200: [
        'EventPage',
        {
          type: 'text/event-stream',
          description:
            'Server-sent events, for as long as the reader keeps up. `data` is an `Event`, in JSON on one line.',
          example: `id: 43\nevent: session.created\ndata: ${JSON.stringify(exampleOf(schemaOf('Event')))}\n\n`,
        },
      ],
    },
    failures: ['bad-cursor', 'position-forgotten'],
    sends: { 'Last-Event-ID': 'The position after which to go on. It goes before `after`.' },
    example: { query: 'after=42&limit=100' },
  },
  'GET /v1/nodes': {
    id: 'listNodes',
    group: 'Nodes',
    summary: 'List the nodes',
    description:
      "Lists the processes that share the store, each with its lease and how far it has read the journal, by the store's clock. A node that is gone is listed until its membership is over, 15 s after it was last heard of. It takes a key for every realm.",
    answers: { 200: 'NodeList' },
  },
  'GET /v1/overview': {
    id: 'readOverview',
    group: 'Sessions',
    summary: 'Count live sessions by kind',
    description: 'How many logins, connections and playbacks a realm holds just now.',
    answers: { 200: 'Overview' },
  },
  'GET /v1/keys': {
    id: 'listKeys',
    group: 'Keys',
    summary: 'List access keys',
    description:
      'Lists the keys of the realms that the calling key is for, withdrawn ones included. Secrets are not kept, and cannot be shown.',
    answers: { 200: 'KeyPage' },
  },
  'POST /v1/keys': {
    id: 'makeKey',
    group: 'Keys',
    summary: 'Make an access key',
    description:
      'Makes a key and hands out its secret: the only copy there is. Its realm is that of the calling key, unless another is named.',
    answers: { 201: 'MadeKey' },
    example: { body: { name: 'backend', scopes: ['sessions:issue', 'sessions:read'] } },
  },
  'DELETE /v1/keys/{id}': {
    id: 'withdrawKey',
    group: 'Keys',
    summary: 'Withdraw an access key',
    description: 'Makes a key worth nothing, at once. Withdrawing it again changes nothing.',
    answers: { 200: 'OneKey' },
    failures: ['not-found'],
  },
}
