/**
 * Who may call: whoever has an access key of the realm, sent as `Basic` with the whole plaintext as the key.
 *
 * @module
 */
import { type AccessKey, coversRealm } from '../../core/access-key.ts'
import type { SessionManager } from '../../engine/manager.ts'
import type { Admitted, Answer, Exchange } from '../../http/dialects/contract.ts'
import { refuse } from './answers.ts'

/** Makes the check that comes before everything else. `OPTIONS` is answered before it, whoever asks. */
export function admission(
  keys: SessionManager['keys'],
  realm: string,
): (exchange: Exchange) => Promise<Admitted<AccessKey>> {
  return async ({ method, headers }) => {
    if (method === 'OPTIONS') return { ok: false, answer: { status: 204 } }
    const read = readAccessToken(headers.authorization ?? '')
    if ('fault' in read) return { ok: false, answer: unauthorized(read.fault) }
    const key = await keys.verify(read.accessToken)
    if (key === undefined) return { ok: false, answer: unauthorized('Invalid credential') }
    if (!coversRealm(key, realm))
      return { ok: false, answer: refuse(403, 'The credential is for another realm') }
    return { ok: true, caller: key }
  }
}

function unauthorized(text: string): Answer {
  return refuse(401, text, { 'www-authenticate': 'Basic realm="OvenMediaEngine"' })
}

function readAccessToken(header: string): { readonly accessToken: string } | { readonly fault: string } {
  if (header === '') return { fault: 'Authorization header is required to call API' }
  const [scheme = '', credential = '', ...more] = header.split(' ')
  if (credential === '' || more.length > 0) return { fault: 'Invalid authorization header' }
  if (scheme.toLowerCase() !== 'basic') return { fault: `Not supported credential type: ${scheme}` }
  if (!BASE64.test(credential)) return { fault: 'Invalid credential format' }
  const bytes = Uint8Array.from(atob(credential), (character) => character.charCodeAt(0))
  return { accessToken: new TextDecoder().decode(bytes) }
}

/** RFC 4648 4, padding and all. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
