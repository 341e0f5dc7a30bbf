/**
 * How many lines may be open: under one login, and from one address.
 *
 * @module
 */
import { RollcallError } from '../core/errors.ts'

/** Counts places, and gives them out. */
export interface Places {
  /**
   * Takes a place for each of the keys, or none at all. An absent key is not counted.
   *
   * @throws RollcallError `too-many-lines` where one of them has none left
   */
  take(keys: PlaceKeys): void

  /** Gives places back. */
  leave(keys: PlaceKeys): void
}

/** What lines are counted by. */
export interface PlaceKeys {
  readonly login: string | undefined
  readonly address: string | undefined
}

/** Makes a count with its bounds. */
export function places(most: { readonly login: number; readonly address: number }): Places {
  const counts = { login: new Map<string, number>(), address: new Map<string, number>() }

  function move(keys: PlaceKeys, step: 1 | -1): void {
    for (const each of ['login', 'address'] as const) {
      const key = keys[each]
      if (key === undefined) continue
      const count = (counts[each].get(key) ?? 0) + step
      if (count > 0) counts[each].set(key, count)
      else counts[each].delete(key)
    }
  }

  return {
    take(keys) {
      for (const each of ['login', 'address'] as const) {
        const key = keys[each]
        if (key !== undefined && (counts[each].get(key) ?? 0) >= most[each])
          throw new RollcallError(
            'too-many-lines',
            `There are ${most[each]} lines open ${WHERE[each]}, as many as may be. Close one, and try again.`,
            { retryAfter: 5 },
          )
      }
      move(keys, 1)
    },
    leave: (keys) => move(keys, -1),
  }
}

const WHERE = { login: 'with this session', address: 'from this address' } as const
