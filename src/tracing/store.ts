/**
 * A store whose work can be traced.
 *
 * @module
 */
import { SpanKind, trace } from '@opentelemetry/api'
import { surround } from '../core/around.ts'
import type { SessionStore } from '../core/store.ts'
import { inSpan } from './spans.ts'

/**
 * Makes a store that does what another does, each operation in a span such as `rollcall.store.find`.
 *
 * Only what is done within another span gets one: reading the journal and keeping house go on all the time, for
 * nobody. Spans say nothing but the operation and how it failed.
 */
export function traceStore(store: SessionStore): SessionStore {
  return surround(store, (operation, work) =>
    trace.getActiveSpan() === undefined
      ? work()
      : inSpan(`rollcall.store.${operation}`, async () => work(), SpanKind.CLIENT),
  )
}
