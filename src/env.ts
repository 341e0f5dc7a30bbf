/**
 * The machine, as Node offers it.
 *
 * @module
 */
import { createHmac, hash, randomFillSync } from 'node:crypto'
import type { Env } from './core/env.ts'

/** Clock, timers, randomness and digests of this process. */
export function nodeEnv(): Env {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    after(milliseconds, callback) {
      const timer = setTimeout(callback, milliseconds)
      timer.unref()
      return () => clearTimeout(timer)
    },
    random: (length) => randomFillSync(new Uint8Array(length)),
    hash: (text) => hash('sha256', text, 'base64url'),
    hmac: (key, text) => createHmac('sha256', key).update(text).digest(),
  }
}
