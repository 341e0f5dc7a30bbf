/**
 * The streams of this thread, by their paths.
 *
 * @module
 */
import { type Stream, type StreamParts, stream } from './stream.ts'

/** Streams that somebody publishes or plays. */
export interface Streams {
  find(name: string): Stream | undefined

  /** The stream of that name, made where there is none. */
  open(name: string): Stream

  /** Forgets a stream that is empty. */
  tidy(name: string): void
  close(): void
}

/** Makes the list. */
export function streams(parts: StreamParts): Streams {
  const all = new Map<string, Stream>()
  return {
    find: (name) => all.get(name),
    open(name) {
      const found = all.get(name) ?? stream(parts)
      all.set(name, found)
      return found
    },
    tidy(name) {
      const found = all.get(name)
      if (!found?.isEmpty()) return
      found.close()
      all.delete(name)
    },
    close() {
      for (const one of all.values()) one.close()
      all.clear()
    },
  }
}
