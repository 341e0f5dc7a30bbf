/**
 * What the engine needs from the machine it runs on. Handed in, so that tests own time and chance.
 *
 * @module
 */

/** Cancels what it was returned for. Calling it twice is harmless. */
export type Cancel = () => void

/** Clock, timers, randomness and digests. Nothing below the composition root reaches for its own. */
export interface Env {
  /** The wall clock, in milliseconds since the Unix epoch. */
  now(): number

  /** A clock that never goes back, in milliseconds from an arbitrary start. */
  monotonic(): number

  /** Calls back once, no sooner than `milliseconds` from now. Never keeps a process alive by itself. */
  after(milliseconds: number, callback: () => void): Cancel

  /** Returns that many bytes from a cryptographically secure source. */
  random(length: number): Uint8Array

  /** SHA-256 of the UTF-8 bytes of a text, as unpadded base64url: 43 characters. */
  hash(text: string): string

  /** HMAC-SHA-256 of the UTF-8 bytes of a text under the UTF-8 bytes of a key (RFC 2104): 32 bytes. */
  hmac(key: string, text: string): Uint8Array
}
