/**
 * Requests in spans, as OpenTelemetry's conventions for HTTP have them, without paths, addresses and user agents.
 *
 * @module
 */
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

/**
 * Runs every request that the framework answers in a span, under the caller's where it sent a `traceparent`
 * (W3C Trace Context).
 */
export function traceRequests(app: App): void {
  const traced = new WeakMap<FastifyRequest, { readonly span: Span; readonly within: Context }>()

  app.addHook('onRequest', (request, _reply, done) => {
    const above = propagation.extract(context.active(), request.headers)
    const { method, routeOptions, protocol } = request
    const { url: route } = routeOptions
    const attributes = {
      'http.request.method': method,
      'url.scheme': protocol,
      ...(route !== undefined && { 'http.route': route }),
    }
    const name = route === undefined ? method : `${method} ${route}`
    const span = tracer().startSpan(name, { kind: SpanKind.SERVER, attributes }, above)
    const within = trace.setSpan(above, span)
    traced.set(request, { span, within })
    context.with(within, done)
  })

  app.addHook('preValidation', (request, _reply, done) => {
    context.with(traced.get(request)?.within ?? context.active(), done)
  })

  app.addHook('onResponse', (request, reply, done) => {
    const { statusCode } = reply.raw
    const span = traced.get(request)?.span
    span?.setAttribute('http.response.status_code', statusCode)
    if (statusCode >= 500) {
      span?.setAttribute('error.type', String(statusCode))
      span?.setStatus({ code: SpanStatusCode.ERROR })
    }
    span?.end()
    done()
  })
}
