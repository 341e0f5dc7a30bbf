/**
 * Everything out of a store, and into one.
 *
 * @module
 */
import { RollcallError } from '../../core/errors.ts'
import type { Portable } from '../../core/portable.ts'
import type { SessionStore } from '../../core/store.ts'
import type { Instant } from '../../core/time.ts'
import { type FilePiece, type Header, readLines, writeLines } from './file.ts'
import { allOf, newTally, type Tallied, together } from './tally.ts'

/** Tells how many things are done. */
export type Tell = (done: number) => void

/** Things that are read, and taken in, at a time. */
const AT_ONCE = 1_000

/**
 * Reads everything out of a store and hands it on as the lines of a file.
 *
 * @returns what it was, once the last line is written.
 */
export async function exportFrom(
  store: SessionStore,
  version: string,
  write: (lines: string) => Promise<void>,
  tell: Tell = () => undefined,
): Promise<Tallied> {
  const header: Header = { at: await store.now(), from: store.name, version }
  const lines = writeLines(header, telling(everything(store), tell))
  for (;;) {
    const { done, value } = await lines.next()
    if (done) return value
    await write(value)
  }
}

/** What became of an import. */
export interface Imported extends Tallied {
  /** Things that were not there before. The others stay as they were. */
  readonly taken: number

  /** Whether everything that the file holds was found again in the store. */
  readonly verified: 'whole' | 'beside-others' | 'some-were-there'
}

/** Reads a file from its beginning to its end, and takes nothing in. @throws RollcallError `bad-request`. */
export async function checkFile(
  chunks: AsyncIterable<Uint8Array>,
  tell: Tell = () => undefined,
): Promise<Tallied & { readonly header: Header }> {
  return drain(readLines(chunks, AT_ONCE), async () => undefined, tell)
}

/** Hears how far an import is. */
export interface ImportTelling {
  readonly taking?: Tell
  readonly verifying?: Tell
}

/**
 * Takes a file in, then reads the store and compares. What is there already stays, so that whatever broke off can be
 * imported again.
 *
 * @throws RollcallError `bad-request` for a broken file; `conflict` where the store does not hold what was taken in.
 */
export async function importInto(
  store: SessionStore,
  chunks: AsyncIterable<Uint8Array>,
  { taking = () => undefined, verifying = () => undefined }: ImportTelling = {},
): Promise<Imported> {
  const before = new Map<Instant, Tallied>()
  let taken = 0
  const held = await drain(
    readLines(chunks, AT_ONCE),
    async ({ header, items }) => {
      if (before.size === 0) before.set(header.at, await tallyOf(store, header.at))
      taken += await store.adopt(items)
    },
    taking,
  )
  const began = held.header.at
  const after = await tallyOf(store, began, verifying)
  const earlier = before.get(began) ?? newTally(began).result()
  return { counts: held.counts, sum: held.sum, taken, verified: compare(held, earlier, after, taken) }
}

function compare(held: Tallied, before: Tallied, after: Tallied, taken: number): Imported['verified'] {
  if (after.sum === held.sum && allOf(after.counts) === allOf(held.counts)) return 'whole'
  if (taken < allOf(held.counts) && allOf(after.counts) >= allOf(held.counts)) return 'some-were-there'
  if (after.sum === together(before.sum, held.sum)) return 'beside-others'
  throw new RollcallError(
    'conflict',
    `The store does not hold what the file does: ${allOf(after.counts) - allOf(before.counts)} of ${allOf(held.counts)} things more than before. Stop every server on it, and import again.`,
  )
}

async function tallyOf(store: SessionStore, began: Instant, tell: Tell = () => undefined): Promise<Tallied> {
  const tally = newTally(began)
  for await (const piece of telling(everything(store), tell)) for (const item of piece) tally.add(item)
  return tally.result()
}

async function* everything(store: SessionStore): AsyncGenerator<readonly Portable[]> {
  let after: string | undefined
  do {
    const { items, next } = await store.dump(after, AT_ONCE)
    yield items
    after = next
  } while (after !== undefined)
}

async function* telling(
  pieces: AsyncIterable<readonly Portable[]>,
  tell: Tell,
): AsyncGenerator<readonly Portable[]> {
  let done = 0
  for await (const piece of pieces) {
    yield piece
    done += piece.length
    tell(done)
  }
}

async function drain<Result>(
  pieces: AsyncGenerator<FilePiece, Result>,
  take: (piece: FilePiece) => Promise<unknown>,
  tell: Tell,
): Promise<Result> {
  let done = 0
  for (;;) {
    const next = await pieces.next()
    if (next.done) return next.value
    await take(next.value)
    done += next.value.items.length
    tell(done)
  }
}
