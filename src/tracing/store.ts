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
 * Only what is done while another span goes on gets one: timers remember the span that they were set in, and the
 * journal is read and house is kept all the time, for nobody. Spans say nothing but the operation and how it failed.
 */
export function traceStore(store: SessionStore): SessionStore {
  return surround(store, (operation, work) =>
    trace.getActiveSpan()?.isRecording()
      ? inSpan(`rollcall.store.${operation}`, async () => work(), SpanKind.CLIENT)
      : work(),
  )
}
