/**
 * Ways in which requests carry credentials.
 *
 * @module
 */
import type { Carrier, DialectRequest } from '../../../src/testing/dialect-contract.ts'

/** `Authorization: Bearer`. */
export const asBearer: Carrier = (request, secret) => withHeader(request, 'authorization', `Bearer ${secret}`)

/** `Authorization: Basic`, where the whole plaintext is the key. */
export const asBasic: Carrier = (request, secret) =>
  withHeader(request, 'authorization', `Basic ${btoa(secret)}`)

/** A header that holds nothing else. */
export function asHeader(name: string): Carrier {
  return (request, secret) => withHeader(request, name, secret)
}

/** A cookie, beside those that are there. */
export function asCookie(name: string): Carrier {
  return (request, secret) => {
    const others = request.headers?.cookie
    return withHeader(request, 'cookie', `${others === undefined ? '' : `${others}; `}${name}=${secret}`)
  }
}

/** A parameter of the query. */
export function asParameter(name: string): Carrier {
  return (request, secret) => ({
    ...request,
    target: `${request.target}?${new URLSearchParams({ [name]: secret })}`,
  })
}

/** A field of a JSON body, beside those that are there. */
export function asField(name: string): Carrier {
  return (request, secret) => {
    const fields = JSON.parse(String(request.body ?? '{}')) as object
    return withJson(request, { ...fields, [name]: secret })
  }
}

/** A request with a JSON body. */
export function withJson(request: DialectRequest, body: unknown): DialectRequest {
  return { ...withHeader(request, 'content-type', 'application/json'), body: JSON.stringify(body) }
}

function withHeader(request: DialectRequest, name: string, value: string): DialectRequest {
  return { ...request, headers: { ...request.headers, [name]: value } }
}
