/**
 * Requests in spans, as OpenTelemetry's conventions for HTTP have them, without paths, addresses and user agents.
 *
 * @module
 */
import type { ServerResponse } from 'node:http'
import {
  type Context,
  context,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import type { FastifyRequest } from 'fastify'
import { tracer } from '../tracing/spans.ts'
import type { App } from './app.ts'
import { patternOf } from './dialects/mount.ts'

/**
 * Runs every request that the framework answers in a span, under the caller's where it sent a `traceparent`
 * (W3C Trace Context).
 */
export function traceRequests(app: App): void {
  const running = new WeakMap<FastifyRequest, Context>()

  app.addHook('onRequest', (request, reply, done) => {
    const above = propagation.extract(context.active(), request.headers)
    const { method, protocol } = request
    const route = patternOf(request)
    const attributes = {
      'http.request.method': method,
      'url.scheme': protocol,
      ...(route !== undefined && { 'http.route': route }),
    }
    const name = route === undefined ? method : `${method} ${route}`
    const span = tracer().startSpan(name, { kind: SpanKind.SERVER, attributes }, above)
    const within = trace.setSpan(above, span)
    running.set(request, within)
    reply.raw.once('close', () => finish(span, reply.raw))
    context.with(within, done)
  })

  app.addHook('preValidation', (request, _reply, done) => {
    context.with(running.get(request) ?? context.active(), done)
  })
}

/** Ends the span of a request that was answered, or whose client hung up before it was. */
function finish(span: Span, { headersSent, statusCode }: ServerResponse): void {
  const error = headersSent ? statusCode >= 500 && String(statusCode) : 'client-gone'
  if (headersSent) span.setAttribute('http.response.status_code', statusCode)
  if (error !== false) {
    span.setAttribute('error.type', error)
    span.setStatus({ code: SpanStatusCode.ERROR })
  }
  span.end()
}
