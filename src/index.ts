/**
 * Rollcall in a backend of your own: know every session, end any of them, everywhere, now.
 *
 * @module
 */
import type { Env } from './core/env.ts'
import type { SessionStore } from './core/store.ts'
import { createSessions as createEngine, type EngineOptions } from './engine/create-sessions.ts'
import type { SessionManager } from './engine/manager.ts'
import { nodeEnv } from './env.ts'
import { memoryStore as bareMemoryStore } from './stores/memory/store.ts'

export type { AccessKey, Scope } from './core/access-key.ts'
export type { Denial, DenyKey } from './core/denial.ts'
export type { Env } from './core/env.ts'
export { type FailureCode, isRollcallError, RollcallError } from './core/errors.ts'
export type { EventMap, EventType, RollcallEvent, Unsubscribe } from './core/events.ts'
export type { NodeList, NodeRecord } from './core/node.ts'
export type { Count, Page } from './core/page.ts'
export type { SessionFilter, SessionQuery, SessionSelector } from './core/selector.ts'
export type {
  Actor,
  Authentication,
  Device,
  Ending,
  EndReason,
  Session,
  SessionData,
  SessionKind,
} from './core/session.ts'
export type { SessionStore } from './core/store.ts'
export type { Duration, Instant } from './core/time.ts'
export type { Role, User, UserPatch } from './core/user.ts'
export type { AccessKeys, Denials, KeyRequest, Nodes, Users } from './engine/administration.ts'
export type {
  Ended,
  EndRequest,
  Issued,
  IssueRequest,
  LinesReceipt,
  Live,
  NodeReceipt,
  NotLive,
  Opened,
  OpenRequest,
  Receipt,
  Refreshed,
  SessionManager,
  SessionPatch,
  Updated,
  Verdict,
  VerifyOptions,
  WaitRequest,
} from './engine/manager.ts'
export type { NodeIdentity } from './engine/membership.ts'
export type { Presence, ReadPresence } from './engine/presence.ts'
export type { SessionPolicy } from './engine/settled.ts'

/** What {@link createSessions} is made from; the machine's own clock and randomness unless told otherwise. */
export interface SessionsOptions extends Omit<EngineOptions, 'env'> {
  readonly env?: Env
}

/** Makes a session manager over a store. Closing it closes the store. */
export function createSessions({ env = nodeEnv(), ...options }: SessionsOptions): SessionManager {
  return createEngine({ ...options, env })
}

/** Keeps sessions in this process and forgets them when it ends. For tests and tools of a single process. */
export function memoryStore(): SessionStore {
  return bareMemoryStore({ clock: () => Date.now() })
}
