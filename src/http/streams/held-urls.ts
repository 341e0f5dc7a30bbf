/**
 * The URLs by which those who publish and play are reached: each has a secret in it that nothing lists.
 *
 * @module
 */
import { hash, randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { RollcallError } from '../../core/errors.ts'
import type { StreamLine } from '../../live/stream-contract.ts'

/** Whom a URL stands for. */
export interface HeldUrl {
  readonly line: StreamLine

  /** The path of the endpoint that it is under, as it was asked for. */
  readonly endpoint: string

  /** The entity tag of its ICE session (RFC 9725 4.3.1), quotes included. */
  readonly tag: string

  /** The user fragment of whoever is at the other end. */
  readonly ufrag: string | undefined
}

/** All of them. */
export interface HeldUrls {
  /** Makes a URL for one, and answers with its path. */
  add(held: Omit<HeldUrl, 'tag'>): { readonly path: string; readonly tag: string }

  /** Finds whom a URL stands for. @throws RollcallError `not-found` for one who is over or never was */
  find(endpoint: string, secret: string): HeldUrl

  /** The same; also one who has been over for a minute at the most, so that it can be said why. */
  findLately(endpoint: string, secret: string): HeldUrl

  /** Forgets one who has left. */
  forget(secret: string): void
}

/** How long, in milliseconds, and how many that are over can still be asked why. */
const LATELY = 60_000
const MOST_LATELY = 10_000

/** Makes an empty set. */
export function heldUrls(): HeldUrls {
  const held = new Map<string, HeldUrl>()
  const lately = new LRUCache<string, HeldUrl>({ max: MOST_LATELY, ttl: LATELY })

  function found(one: HeldUrl | undefined, endpoint: string): HeldUrl {
    if (one?.endpoint === endpoint) return one
    throw new RollcallError('not-found', 'There is nobody at this URL. Whoever was is over.')
  }

  return {
    add(one) {
      const secret = randomBytes(32).toString('base64url')
      const tag = `"${randomBytes(12).toString('base64url')}"`
      const key = keyOf(secret)
      const whole = { ...one, tag }
      held.set(key, whole)
      one.line.hear({
        active: () => undefined,
        over() {
          if (held.delete(key)) lately.set(key, whole)
        },
      })
      return { path: `${one.endpoint}/${secret}`, tag }
    },
    find: (endpoint, secret) => found(held.get(keyOf(secret)), endpoint),
    findLately(endpoint, secret) {
      const key = keyOf(secret)
      return found(held.get(key) ?? lately.get(key), endpoint)
    },
    forget: (secret) => void held.delete(keyOf(secret)),
  }
}

/** What is looked up instead of the secret, so that how long looking takes tells nothing of it. */
function keyOf(secret: string): string {
  return hash('sha256', secret, 'base64url')
}
