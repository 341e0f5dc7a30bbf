/**
 * What is said of the operations on sessions, for backends and operators.
 *
 * @module
 */
import type { Operation, OperationName } from './operation.ts'

/** Them. */
export const SESSION_OPERATIONS: Readonly<Record<OperationName, Operation>> = {
  'POST /v1/sessions': {
    id: 'issueSession',
    group: 'Sessions',
    summary: 'Issue a session',
    description:
      'Begins a session of a user whom the application has authenticated, and hands out its token: the only copy there is. The user comes into being with the first session; fields given update it, and setting `role` needs the scope `users:write` too.\n\n`replaces` names a session that gives way, or `same-label`: sessions of the same device label. `limit` says how many the user may have, and what happens at that number; `limit-reached` lists what could give way.',
    answers: { 201: 'Issued' },
    failures: ['user-banned', 'denied', 'name-taken', 'limit-reached', 'parent-not-live'],
    example: {
      body: {
        user: { id: 'u1', displayName: 'Ada' },
        kind: 'login',
        device: { ip: '203.0.113.7', userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Firefox/128.0' },
        authentication: { methods: ['pwd', 'otp'], level: 2 },
        lifetime: '30d',
        idle: '7d',
      },
    },
  },
  'POST /v1/verify': {
    id: 'verifyTokens',
    group: 'Sessions',
    summary: 'Verify a token, or many',
    description:
      'Decides whether a token stands for a live session, and counts that as activity. A token that does not is an ordinary answer: `live` is false, and `reason` says why. With `tokens`, a thousand at most, the verdicts come in their order.\n\n`fresh` asks the store, whatever this node may vouch for. `maxAge` and `level` ask for a holder who proved who they are lately, or strongly enough; who did not is `not-fresh`.',
    answers: { 200: ['Verdict', 'Verdicts'] },
    example: {
      body: { token: 'rct_7Hq2vXcT9mRkWb4NpZsLfE3cVjKu8QdYtA5sGhWnB6xMzPrF2eLJbRv9TkXw4HmCqS1uZyNd' },
    },
  },
  'GET /v1/sessions': {
    id: 'listSessions',
    group: 'Sessions',
    summary: 'Find sessions',
    description:
      'Lists the sessions that every part of the filter holds for, newest first. Live ones, unless `status` or `reason` says otherwise. A page may be short and still have a cursor: go on until there is none.',
    answers: { 200: 'SessionPage' },
    failures: ['bad-cursor'],
    example: { query: 'user=u1&kind=login&limit=50' },
  },
  'GET /v1/sessions/count': {
    id: 'countSessions',
    group: 'Sessions',
    summary: 'Count sessions',
    description:
      'Counts the sessions that every part of the filter holds for. Beyond a bound the count is an estimate, and says so.',
    answers: { 200: 'Count' },
    example: { query: 'kind=login&activeAfter=15m' },
  },
  'GET /v1/sessions/{id}': {
    id: 'readSession',
    group: 'Sessions',
    summary: 'Read a session',
    description: 'Answers with a session by its id, over or not, for as long as it is remembered.',
    answers: { 200: 'OneSession' },
    failures: ['not-found'],
  },
  'PATCH /v1/sessions/{id}': {
    id: 'changeSession',
    group: 'Sessions',
    summary: 'Change what is kept beside a session',
    description:
      'Changes label, data or authentication; `null` takes label or data away. Where the level of authentication changes, the answer has a new token, and the one before is refused at once as `superseded`.',
    answers: { 200: 'Renewed' },
    failures: ['not-found', 'conflict'],
    example: { body: { label: 'work laptop', data: { plan: 'pro' } } },
  },
  'DELETE /v1/sessions/{id}': {
    id: 'endSession',
    group: 'Sessions',
    summary: 'End a session',
    description:
      'Ends a session and what lives under it. What is over already is success, with `ended` 0. An acknowledged end is never undone.',
    answers: { 200: 'Ended' },
    failures: ['not-found', 'outcome-unknown'],
  },
  'POST /v1/sessions/end': {
    id: 'endSessions',
    group: 'Sessions',
    summary: 'End sessions by a selector',
    description:
      'Ends everything that the selector points at: one session, many, all of a user but one, what lives under a login, what is attached to a resource, what a filter finds, or everyone. With `dryRun` nothing ends, and the answer says how many would.\n\n`deny` keeps users, logins, names or addresses of what ended out for a time.\n\n`wait=all` answers once every node that may vouch for a session has heard of the end, or `timeout` is over (2 s unless told otherwise, 30 s at most): the receipt says who has, how long that took, and who did not answer. The end is written either way.',
    answers: { 200: ['Ended', 'WouldEnd'] },
    failures: ['not-found', 'outcome-unknown'],
    example: {
      query: 'wait=all&timeout=2s',
      body: {
        selector: { filter: { user: 'u1', type: 'mobile' } },
        reason: 'revoked',
        deny: { keys: ['address'], for: '15m' },
      },
    },
  },
}
