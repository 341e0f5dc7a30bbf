/**
 * Parts of paths: what streams and viewers are called in URLs.
 *
 * @module
 */
import { PART } from '../stream-path.ts'

/** Whether a path with this part leads elsewhere: it is folded away before anything is asked for. */
export function leadsElsewhere(part: string): boolean {
  return part === '' || part === '.' || part === '..'
}

/** A part without its percent-encoding, so that it is the same however it was written; as it stands where it cannot do without. */
export function plainPart(part: string): string {
  try {
    const decoded = decodeURIComponent(part)
    return leadsElsewhere(decoded) || !PART.test(decoded) ? part : decoded
  } catch {
    return part
  }
}
