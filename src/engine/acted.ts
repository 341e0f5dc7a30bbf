/**
 * How far this node has acted on what it heard: no further than work that it still owes for it.
 *
 * @module
 */

/** Where this node stands, for whoever waits for it. */
export interface Acted {
  /** The position up to which everything that was heard has been acted on; undefined before the first read. */
  position(): string | undefined

  /** Keeps the position where it is, before what is being heard right now, until the work is done, however it ends. */
  delay(work: Promise<unknown>): void
}

/** Makes it, over how far the node has read; `settled` is called when it may have moved on without a read. */
export function actedUpon(read: () => string | undefined, settled: () => void): Acted {
  const owed = new Set<{ readonly before: string | undefined }>()

  return {
    position() {
      const [first] = owed
      return first === undefined ? read() : first.before
    },
    delay(work) {
      const debt = { before: read() }
      owed.add(debt)
      const pay = (): void => {
        owed.delete(debt)
        settled()
      }
      work.then(pay, pay)
    },
  }
}
