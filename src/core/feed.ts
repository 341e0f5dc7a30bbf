/**
 * The contract of whatever tells nodes that the journal has grown.
 *
 * @module
 */
import type { Unsubscribe } from './events.ts'

/**
 * Says "read now", and nothing more. It may lose, repeat and reorder what it says, and fall silent: nobody's lease and
 * nobody's verdict rests on it, only how soon they hear.
 *
 * The store speaks into it with each write that grows the journal.
 */
export interface Feed {
  /** Calls back whenever there may be something to read, also after it could not be heard for a while. */
  onNews(listener: () => void): Unsubscribe

  /** Whether it can be heard just now. */
  connected(): boolean
}
