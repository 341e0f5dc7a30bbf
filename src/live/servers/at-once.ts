/**
 * Doing many things, a few at a time.
 *
 * @module
 */

/** How many at a time. */
const AT_ONCE = 16

/** Does something with each, and answers with what came of it, in order. Rejects with the first fault; then no more are begun. */
export async function someAtOnce<Item, Made>(
  items: readonly Item[],
  work: (item: Item) => Promise<Made>,
): Promise<readonly Made[]> {
  const made = new Array<Made>(items.length)
  const left = items.entries()
  let failed = false
  const takeOver = async (): Promise<void> => {
    for (const [index, item] of left) {
      if (failed) return
      made[index] = await work(item)
    }
  }
  const give = (fault: unknown): never => {
    failed = true
    throw fault
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, () => takeOver().catch(give)))
  return made
}
