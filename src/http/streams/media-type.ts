/**
 * The type of a body.
 *
 * @module
 */
import type { FastifyRequest } from 'fastify'

/** The media type that a request says its body has, in lower case and without parameters; empty without one. */
export function mediaTypeOf({ headers }: FastifyRequest): string {
  const [type = ''] = (headers['content-type'] ?? '').split(';')
  return type.trim().toLowerCase()
}
