/**
 * What promises about moving from store to store are checked with.
 *
 * @module
 */
import type { Portable, PortableStore } from '../../core/portable.ts'
import type { SessionStore } from '../../core/store.ts'
import { type ContractCase, type MakeStore, NOON, promise, type Workbench } from './workbench.ts'

/** A bench with a second, empty store, and what moves everything there. */
export interface Move extends Workbench {
  readonly there: SessionStore

  /** Moves everything, so many things at a time. Returns how many were new there. */
  move(limit?: number): Promise<number>
}

/** States a promise about two stores of a kind, the second one empty. */
export function moving(text: string, body: (move: Move) => Promise<void>): ContractCase {
  return {
    promise: text,
    async check(makeStore: MakeStore) {
      let second: SessionStore | undefined
      let clock: (() => number) | undefined
      const remember: MakeStore = (given) => {
        clock = given
        return makeStore(given)
      }
      const { check } = promise(text, async (bench) => {
        const { store } = bench
        const there = await makeStore(clock ?? (() => NOON))
        second = there
        const move = async (limit = 3): Promise<number> => {
          let count = 0
          for (const piece of await pieces(store, limit)) count += await there.adopt(piece)
          return count
        }
        await body({ ...bench, there, move })
      })
      try {
        await check(remember)
      } finally {
        await second?.close()
      }
    },
  }
}

async function pieces(store: PortableStore, limit: number): Promise<readonly (readonly Portable[])[]> {
  const all: (readonly Portable[])[] = []
  let after: string | undefined
  do {
    const { items, next } = await store.dump(after, limit)
    all.push(items)
    after = next
  } while (after !== undefined)
  return all
}

/** Everything that a store gives away, in pieces of so many things. */
export async function everything(store: PortableStore, limit: number): Promise<readonly Portable[]> {
  return (await pieces(store, limit)).flat()
}
