/**
 * Rollcall in traces, with `@opentelemetry/api`: `rollcall/opentelemetry`.
 *
 * The server needs none of this: it traces by itself where a provider is registered before it starts.
 *
 * @module
 */
export { traceSessions } from './tracing/sessions.ts'
export { traceStore } from './tracing/store.ts'
