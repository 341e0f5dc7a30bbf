/**
 * What is said of the operations for the holder of a session.
 *
 * @module
 */
import type { Operation, OperationName } from './operation.ts'

/** What browsers are told when the session of their cookie is over. */
const LEAVING = {
  'Set-Cookie': 'Takes the cookie back, where one carried the token of a session that is over now.',
  'Clear-Site-Data': 'Comes with it: forget what else is kept of this site (W3C Clear Site Data).',
}

/** Them. */
export const HOLDER_OPERATIONS: Readonly<Record<OperationName, Operation>> = {
  'GET /v1/whoami': {
    id: 'whoAmI',
    group: 'Holder',
    summary: 'Whose session is this?',
    description:
      'Answers with the session behind the token, and counts that as activity. This is the fast path: it costs about as much as an HTTP request costs at all. `fresh` asks the store, whatever this node may vouch for.',
    answers: { 200: 'WhoAmI' },
    mayCarry: {
      'Rollcall-Stale':
        '`true` where the store is away, and this is of what was at hand when the lease ended. Only where `--serve-stale` allows it.',
    },
    example: { query: 'fresh=true' },
  },
  'POST /v1/me/refresh': {
    id: 'refreshToken',
    group: 'Holder',
    summary: 'Exchange the token for its successor',
    description:
      'The token before still works for a short grace (10 s unless set otherwise), and whoever presents it within that gets the same successor. After the grace, presenting it ends the session as `reused`: somebody else has it. The absolute end never moves.\n\nA token that came by cookie goes by cookie: the new one is in `Set-Cookie`, and not in the body.',
    answers: { 200: 'Renewed' },
    mayCarry: { 'Set-Cookie': 'The successor, where the token came by cookie.' },
  },
  'GET /v1/me/sessions': {
    id: 'listOwnSessions',
    group: 'Holder',
    summary: 'Where am I signed in?',
    description:
      "Lists the live logins of the token's user, newest first; `current` marks the one that asks.",
    answers: { 200: 'OwnSessionPage' },
    failures: ['bad-cursor'],
    example: { query: 'limit=50' },
  },
  'DELETE /v1/me/sessions': {
    id: 'endOwnSessions',
    group: 'Holder',
    summary: 'Sign out everywhere',
    description:
      'With `scope=others` everywhere else, with `scope=all` here too. True on every node before it answers, or within the staleness that the server is set to.',
    answers: { 200: 'Ended' },
    mayCarry: LEAVING,
    example: { query: 'scope=others' },
  },
  'PATCH /v1/me/sessions/{id}': {
    id: 'labelOwnSession',
    group: 'Holder',
    summary: 'Name one of my sessions',
    description:
      "Gives one of the holder's own logins a label, or takes it away with `null`. `current` stands for the session that asks.",
    answers: { 200: 'OneSession' },
    failures: ['not-found', 'conflict'],
    example: { body: { label: "Ada's laptop" } },
  },
  'DELETE /v1/me/sessions/{id}': {
    id: 'endOwnSession',
    group: 'Holder',
    summary: 'Sign out one of my sessions',
    description:
      "Ends one of the holder's own logins, and what lives under it. `current` signs out here: the cookie is taken back where one carried the token. Somebody else's session and a missing one are the same `not-found`.",
    answers: { 200: 'Ended' },
    failures: ['not-found'],
    mayCarry: LEAVING,
  },
}
