/**
 * Reading what is to be revoked.
 *
 * @module
 */
import type { Exchange } from '../../http/dialects/contract.ts'

/** What a body asks to revoke: nothing where there is no body, undefined where it is not of the form. */
export function namedBy({ headers, body }: Exchange): { readonly token?: string } | undefined {
  if (body.length === 0) return {}
  if (!JSON_TYPE.test(headers['content-type'] ?? '')) return undefined
  const read = parse(body)
  if (typeof read !== 'object' || read === null) return undefined
  const { sessionToken, session_token: alias } = read as Readonly<Record<string, unknown>>
  const token = sessionToken === undefined ? alias : sessionToken
  return typeof token === 'string' && token !== '' ? { token } : undefined
}

const JSON_TYPE = /^application\/json\s*(?:;|$)/i

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return undefined
  }
}
