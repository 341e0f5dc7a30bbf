/**
 * Lines of an application of yours: its WebSockets and responses, which end with their sessions.
 *
 * @module
 */
import { nodeEnv } from './env.ts'
import type { Hub, HubOptions as HubParts } from './live/contract.ts'
import { createHub as createBareHub } from './live/hub.ts'

export type { OpenRequest } from './engine/manager.ts'
export { type AnyResponse, attachResponse, type ResponseOptions } from './live/attach-response.ts'
export { type AnyWebSocket, type AttachOptions, attachWebSocket } from './live/attach-websocket.ts'
export type { Channel, Hub, Line, LineRequest } from './live/contract.ts'

/** What a hub is made of, on this machine unless told otherwise. */
export type HubOptions = Omit<HubParts, 'env'> & Partial<Pick<HubParts, 'env'>>

/**
 * Makes a hub over an engine: it holds lines open for as long as their sessions live. Close it before the engine.
 *
 * @example
 * ```ts
 * const sessions = createSessions({ store: memoryStore() })
 * const hub = createHub({ sessions })
 * ```
 */
export function createHub({ env = nodeEnv(), ...options }: HubOptions): Hub {
  return createBareHub({ ...options, env })
}
