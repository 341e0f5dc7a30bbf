/**
 * What is wrong with a request, in a sentence that names the field and what is allowed.
 *
 * @module
 */
import type { FastifySchemaValidationError } from 'fastify/types/schema.js'
import { RollcallError } from '../core/errors.ts'

const PARTS: Readonly<Record<string, string>> = {
  body: 'body',
  querystring: 'query',
  params: 'path',
  headers: 'headers',
}

/** Turns what the validator found into a refusal. */
export function explainFaults(faults: FastifySchemaValidationError[], part: string): RollcallError {
  const fault = faults.findLast(({ keyword }) => keyword !== 'anyOf') ?? faults[0]
  const where = PARTS[part] ?? part
  if (fault === undefined) return new RollcallError('bad-request', `The ${where} is not as it should be.`)
  const field = fault.instancePath.slice(1).replaceAll('/', '.')
  const name = field === '' ? `The ${where}` : `"${field}" in the ${where}`
  return new RollcallError('bad-request', sentence(fault, name, where))
}

function sentence(
  { keyword, params, message }: FastifySchemaValidationError,
  name: string,
  where: string,
): string {
  if (keyword === 'additionalProperties')
    return `${name} has the unknown field "${String(params.additionalProperty)}". Leave it out.`
  if (keyword === 'required') return `${name} lacks the field "${String(params.missingProperty)}".`
  if (keyword === 'enum')
    return `${name} must be one of ${String(params.allowedValues).replaceAll(',', ', ')}.`
  if (keyword === 'pattern' && name.startsWith('"limit"'))
    return `"limit" in the ${where} must be a whole number from 1 to 200.`
  return `${name} ${message ?? 'is not as it should be'}.`
}
