/**
 * Spans of OpenTelemetry, through its API alone: whichever provider the process has registered receives them.
 *
 * @module
 */
import { ProxyTracer, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api'
import { FAILURES, isRollcallError } from '../core/errors.ts'

/** The tracer of everything that Rollcall does. */
export function tracer(): Tracer {
  return trace.getTracer('rollcall')
}

/** Tells whether a provider is registered now. Where none is, there is no need to make spans at all. */
export function isTraced(): boolean {
  return !(tracer() instanceof ProxyTracer)
}

/** Does some work in a span of its own, which ends with it. A fault names its code there, and none of its words. */
export function inSpan<Result>(
  name: string,
  work: (span: Span) => Promise<Result>,
  kind: SpanKind = SpanKind.INTERNAL,
): Promise<Result> {
  return tracer().startActiveSpan(name, { kind }, async (span) => {
    try {
      return await work(span)
    } catch (fault) {
      const code = isRollcallError(fault) ? fault.code : 'internal'
      span.setAttribute('error.type', code)
      if (FAILURES[code].status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
      throw fault
    } finally {
      span.end()
    }
  })
}
