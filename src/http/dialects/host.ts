/**
 * Hosts that dialects are mounted on.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http'
import type { App } from '../app.ts'

/** A host as it is compared: in lower case, and without a port. */
export function hostOf(host: string): string {
  return host.toLowerCase().replace(/:\d*$/, '')
}

/** The host that a request names (RFC 9110 7.2); undefined where it names none. */
export function hostAsked({ headers }: IncomingMessage): string | undefined {
  return headers.host === undefined ? undefined : hostOf(headers.host)
}

/** Makes the router tell the routes of one host from those of another by its name alone, whatever the port. */
export function routeByHost(app: App): void {
  app.addConstraintStrategy({ name: 'host', storage: handlersByHost, deriveConstraint: hostAsked })
}

type Handlers = ReturnType<Parameters<App['addConstraintStrategy']>[0]['storage']>

function handlersByHost(): Handlers {
  const handlers = new Map<unknown, NonNullable<ReturnType<Handlers['get']>>>()
  return {
    get: (host) => handlers.get(host) ?? null,
    set: (host, handler) => void handlers.set(host, handler),
  }
}
