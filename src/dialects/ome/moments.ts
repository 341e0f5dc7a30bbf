/**
 * Moments, as this API writes them.
 *
 * @module
 */
import type { Instant } from '../../core/time.ts'
import { toTime } from '../../protocol/moments.ts'

/** Writes a moment with milliseconds and an offset, as in `2025-10-28T12:12:30.567+00:00`; always of UTC. */
export function toOffsetTime(at: Instant): string {
  return toTime(at).replace('Z', '+00:00')
}
