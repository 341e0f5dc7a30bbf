/**
 * The fields of a request's body, sent as JSON or as a form.
 *
 * @module
 */
import type { Exchange } from '../../http/dialects/contract.ts'

/** Fields by name: what JSON has there, or the text of a form. */
export type Fields = ReadonlyMap<string, unknown>

/**
 * Reads a body as its content type says: JSON (RFC 8259) or `application/x-www-form-urlencoded`. Anything else, what
 * cannot be read, and JSON that is no object have no fields. Of two of one name, the last counts.
 */
export function fieldsOf({ headers, body }: Exchange): Fields {
  const type = headers['content-type']?.toLowerCase() ?? ''
  if (/[/+]json\b/.test(type)) return jsonFields(body)
  if (type.startsWith('application/x-www-form-urlencoded')) return formFields(textOf(body))
  return new Map()
}

/** Reads text that is written like a form: a body, or a query. */
export function formFields(text: string): ReadonlyMap<string, string> {
  return new Map(new URLSearchParams(text))
}

function jsonFields(body: Uint8Array): Fields {
  try {
    const value: unknown = JSON.parse(textOf(body))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? new Map(Object.entries(value))
      : new Map()
  } catch {
    return new Map()
  }
}

function textOf(body: Uint8Array): string {
  return new TextDecoder().decode(body)
}
