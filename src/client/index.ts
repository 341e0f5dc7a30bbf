/**
 * A client of a Rollcall server, for browsers and Node. It brings nothing along.
 *
 * @module
 */
export type { FailureCode } from '../core/errors.ts'
export type { EventType } from '../core/events.ts'
export type { WireAnswers, WireEnded, WireVerdict } from '../protocol/answers.ts'
export type { WireNodeReceipt, WireReceipt } from '../protocol/answers-nodes.ts'
export type { WireHolder, WireOwnSession } from '../protocol/answers-shapes.ts'
export type { IssueBody, WireDevice, WireSelector } from '../protocol/requests.ts'
export type {
  WireDenial,
  WireEvent,
  WireKey,
  WireNode,
  WirePage,
  WirePresence,
  WireSession,
  WireUser,
} from '../protocol/shapes.ts'
export type { Administration, Denials, Keys, RealmListQuery, Users } from './administration.ts'
export type { CallOptions } from './ask.ts'
export { type Client, type ClientOptions, createClient } from './client.ts'
export {
  type ConnectOptions,
  connect,
  type LineEnding,
  type LineState,
  type LiveLine,
} from './connect.ts'
export type { EventFilter, EventQuery, Events, Listening } from './events.ts'
export type { Holder, OwnSessions } from './holder.ts'
export type { Listing } from './listing.ts'
export {
  isProblem,
  type MissingAnswer,
  type ProblemCode,
  type ProblemDetails,
  RollcallProblem,
} from './problem.ts'
export type {
  EndOptions,
  SessionCalls,
  SessionFilter,
  SessionQuery,
  Sessions,
  VerifyOptions,
  WaitOptions,
} from './sessions.ts'
export type { StreamOptions } from './stream.ts'
