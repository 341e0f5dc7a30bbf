/**
 * The body of a bulk delete: JSON, a form, or a form of parts without files.
 *
 * @module
 */
import type { Exchange } from '../../http/dialects/contract.ts'
import type { RefusalName } from './answers.ts'

/** The sessions that a body names, each once; or why it names none. */
export type Named =
  | { readonly ok: true; readonly stamps: readonly number[] }
  | { readonly ok: false; readonly refusal: RefusalName }

/** Sessions that one request may name, known or not. */
const MOST = 100

/** Fields, or the name of what is wrong with them. */
type Fields = { readonly sessions?: unknown } | 'malformedJson' | 'malformedForm'

/**
 * Reads which sessions are named. A text alone is a list of one, never a text to look into. What cannot be a session
 * is left out, but counts among the hundred.
 */
export async function readNamed(exchange: Exchange): Promise<Named> {
  const fields = await readFields(exchange)
  if (typeof fields === 'string') return { ok: false, refusal: fields }
  const { sessions } = fields
  const named: unknown = typeof sessions === 'string' ? [sessions] : sessions
  if (!Array.isArray(named) || named.length > MOST) return { ok: false, refusal: 'missingFields' }
  const stamps = named.map(toStamp).filter((stamp) => stamp !== undefined)
  return { ok: true, stamps: [...new Set(stamps)] }
}

/** Reads the name of a session, a whole second; undefined where it cannot be one. */
export function toStamp(name: unknown): number | undefined {
  const stamp = typeof name === 'string' && /^\d+$/.test(name) ? Number(name) : name
  return typeof stamp === 'number' && Number.isSafeInteger(stamp) && stamp >= 0 ? stamp : undefined
}

const READERS: Readonly<Record<string, (body: Uint8Array, type: string) => Fields | Promise<Fields>>> = {
  'application/json': readJson,
  'application/x-www-form-urlencoded': (body) =>
    fromEntries(new URLSearchParams(new TextDecoder().decode(body))),
  'multipart/form-data': readParts,
}

/** A body of any other type says nothing, as an empty one does. */
function readFields({ body, headers }: Exchange): Fields | Promise<Fields> {
  const type = headers['content-type'] ?? ''
  const read = READERS[type.split(';')[0]?.trim().toLowerCase() ?? '']
  return read === undefined || body.length === 0 ? {} : read(body, type)
}

function readJson(body: Uint8Array): Fields {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
    return typeof value === 'object' && value !== null ? value : 'malformedJson'
  } catch {
    return 'malformedJson'
  }
}

async function readParts(body: Uint8Array, type: string): Promise<Fields> {
  try {
    return fromEntries(await new Response(body.slice(), { headers: { 'content-type': type } }).formData())
  } catch {
    return 'malformedForm'
  }
}

/** `sessions` once is a text; more than once, or as `sessions[]` or `sessions[0]`, a list. Files are not taken. */
function fromEntries(entries: Iterable<readonly [string, unknown]>): Fields {
  const all = [...entries]
  if (all.some(([, value]) => typeof value !== 'string')) return 'malformedForm'
  const named = all.filter(([name]) => /^sessions(\[\d*\])?$/.test(name))
  const [first] = named
  if (first === undefined) return {}
  const alone = named.length === 1 && first[0] === 'sessions'
  return { sessions: alone ? first[1] : named.map(([, value]) => value) }
}
