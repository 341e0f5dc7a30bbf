/**
 * What is done when this process ends, whatever becomes of the tests.
 *
 * @module
 */

const works = new Set<() => void>()
process.once('exit', () => {
  for (const work of works) work()
})

/** Has something done at the end. Returns what calls that off. */
export function atExit(work: () => void): () => void {
  works.add(work)
  return () => void works.delete(work)
}
