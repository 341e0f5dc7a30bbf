/**
 * What an end did, in words.
 *
 * @module
 */
import { counted } from './phrases.ts'

/** What the API says that an end did. */
export interface Ended {
  readonly ended: number
  readonly descendants?: number
}

/** Says what ended; undefined where nothing did. */
export function endedInWords({ ended, descendants = 0 }: Ended): string | undefined {
  if (ended === 0) return undefined
  return `Ended ${counted(ended, 'session')}${descendants === 0 ? '' : `, and ${descendants} under them`}.`
}
