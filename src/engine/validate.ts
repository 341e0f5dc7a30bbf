/**
 * What may be said of a session at all.
 *
 * @module
 */
import { RollcallError } from '../core/errors.ts'
import { isSessionId } from '../core/id.ts'
import { suggestion } from '../core/nearest.ts'
import { canonicalAddress } from '../core/network.ts'
import type { Authentication, Device, SessionData } from '../core/session.ts'

/** The most bytes of `data`, written as JSON. */
export const MAX_DATA_BYTES = 4_096

/** The most characters of a label. */
const MAX_LABEL = 190

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/
const REALM = /^[a-z0-9][a-z0-9._-]{0,63}$/
const RESOURCE = /^[^\s?#]{1,256}$/

/** Refuses anything but a short text without control characters. @throws RollcallError `bad-request` */
export function requireText(value: string, what: string, maxBytes: number): string {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value).length : 0
  if (bytes > 0 && bytes <= maxBytes && value.isWellFormed() && !CONTROL.test(value)) return value
  throw bad(`The ${what} must be 1 to ${maxBytes} bytes of text without control characters.`)
}

/** Refuses anything but a user id. @throws RollcallError `bad-request` */
export function requireUserId(id: string): string {
  return requireText(id, 'user id', 128)
}

/** Refuses anything but a realm's name. @throws RollcallError `bad-request` */
export function requireRealm(realm: string): string {
  if (typeof realm === 'string' && REALM.test(realm)) return realm
  throw bad('A realm is 1 to 64 of a-z, 0-9, ".", "_" and "-", and begins with a letter or digit.')
}

/** Refuses anything but a session id. @throws RollcallError `bad-request` */
export function requireSessionId(id: string, what: string): string {
  if (typeof id === 'string' && isSessionId(id)) return id
  throw bad(`The ${what} is not a session id. One looks like "ses_" and 22 letters and digits.`)
}

/** Refuses anything but a path to hang a session on. @throws RollcallError `bad-request` */
export function requireResource(resource: string): string {
  if (RESOURCE.test(resource) && !CONTROL.test(resource)) return resource
  throw bad(
    'A resource is a path of 1 to 256 characters without spaces, "?" and "#", such as "default/app/stream".',
  )
}

/** Refuses anything but what may be written on a device. @throws RollcallError `bad-request` */
export function requireLabel(label: string): string {
  if ([...label].length > MAX_LABEL) throw bad(`The label must be 1 to ${MAX_LABEL} characters.`)
  return requireText(label, 'label', 4 * MAX_LABEL)
}

/** Refuses a name that could not be put into a path. @throws RollcallError `bad-request` */
export function requireName(name: string): string {
  if (name.includes('/')) throw bad('A session name may not contain "/".')
  return requireText(name, 'session name', 128)
}

/** Cuts what a client says of itself to size and refuses a label that is too long. */
export function cleanDevice({ ip, userAgent, label }: Device): Device {
  return {
    ...(ip !== undefined && { ip: canonicalAddress(requireText(ip, 'address', 64)) }),
    ...(userAgent !== undefined && {
      userAgent: userAgent.replace(new RegExp(CONTROL, 'g'), ' ').slice(0, 512),
    }),
    ...(label !== undefined && { label: requireLabel(label) }),
  }
}

/** Refuses an authentication whose methods or level say nothing. @throws RollcallError `bad-request` */
export function requireAuthentication({ methods, level }: Authentication): Authentication {
  if (![1, 2, 3].includes(level)) throw bad('The level of an authentication is 1, 2 or 3.')
  if (methods.length > 8) throw bad('An authentication names 8 methods at most.')
  return { methods: methods.map((method) => requireText(method, 'authentication method', 32)), level }
}

/** Refuses a word that is none of those there are, which it names. @throws RollcallError `bad-request` */
export function requireOneOf<Word extends string | number>(
  word: unknown,
  what: string,
  known: readonly Word[],
): Word {
  const found = known.find((each) => each === word)
  if (found !== undefined) return found
  throw bad(`There is no ${what} "${String(word).slice(0, 40)}". It is one of ${known.join(', ')}.`)
}

/** Refuses what has a field that is unknown, or undefined: lost on its way. @throws RollcallError `bad-request` */
export function requireFields(given: object, what: string, known: readonly string[]): void {
  if (typeof given !== 'object' || given === null) throw bad(`The ${what} is no object.`)
  for (const [field, value] of Object.entries(given)) {
    if (!known.includes(field))
      throw bad(`A ${what} has no field "${field.slice(0, 40)}".${suggestion(field.slice(0, 40), known)}`)
    if (value === undefined)
      throw bad(`The "${field}" of the ${what} is undefined. Leave it out, or give it.`)
  }
}

/** Refuses data over 4 KiB. @throws RollcallError `bad-request` */
export function requireData(data: SessionData): SessionData {
  const bytes = new TextEncoder().encode(JSON.stringify(data)).length
  if (bytes <= MAX_DATA_BYTES) return data
  throw bad(`The data beside a session may be ${MAX_DATA_BYTES} bytes of JSON at most; this is ${bytes}.`)
}

function bad(message: string): RollcallError {
  return new RollcallError('bad-request', message)
}
