/**
 * Requests that cannot be read, of every size.
 *
 * @module
 */
import type { DialectRequest } from './described.ts'

/** A way to spoil a request. */
export interface Malformation {
  readonly name: string

  /** What it spoils. A body matters only to a route that reads it; a size matters to all; the first line may be put up with. */
  readonly of: 'body' | 'size' | 'line'
  readonly spoil: (request: DialectRequest) => DialectRequest
}

/** Every way. */
export const MALFORMATIONS: readonly Malformation[] = [
  body('a body that is no JSON', 'nonsense'),
  body('a body that breaks off', '{"a":'),
  body('a body with something behind it', '{}}'),
  body('a body that is no UTF-8', Uint8Array.of(0x7b, 0xff, 0xfe, 0x22)),
  body('a body of 20,000 open brackets', '['.repeat(20_000)),
  body('a body of one zero byte', '\0'),
  { ...body('a body larger than any may be', `"${'x'.repeat(100_000)}"`), of: 'size' },
  { name: 'a method that nobody knows', of: 'line', spoil: (request) => ({ ...request, method: 'PURGE' }) },
  address('an address that goes on with a stray percent sign', (target) => appended(target, '%')),
  address('an address that goes on with half a character', (target) => appended(target, '%C3')),
  address('an address that goes on with a zero byte', (target) => appended(target, '%00')),
  address('an address of 7,000 characters', (target) => appended(target, 'x'.repeat(7_000))),
  address('an address that climbs', (target) => appended(target, '/..%2F..')),
  address(
    'a query that is none',
    (target) => `${target}${target.includes('?') ? '&' : '?'}%&=&&%ff=%zz&limit=-1e999`,
  ),
]

function body(name: string, text: string | Uint8Array): Malformation {
  return {
    name,
    of: 'body',
    spoil: (request) => ({
      ...request,
      headers: { ...request.headers, 'content-type': 'application/json' },
      body: text,
    }),
  }
}

function address(name: string, spoil: (target: string) => string): Malformation {
  return { name, of: 'line', spoil: (request) => ({ ...request, target: spoil(request.target) }) }
}

/** Puts something behind the path, before the query. */
function appended(target: string, what: string): string {
  const [path = '', ...query] = target.split('?')
  return [path + what, ...query].join('?')
}
