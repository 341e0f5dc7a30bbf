/**
 * Chance that can be repeated: the same seed, the same luck.
 *
 * @module
 */

/** A source of luck. */
export interface Chance {
  /** A number from 0 on, below 1. */
  next(): number

  /** A whole number from 0 on, below that. */
  below(most: number): number

  /** Whether something of that probability happens. */
  happens(probability: number): boolean

  /** One of several, each as likely as the next. */
  pick<Item>(items: Several<Item>): Item

  /** One of several, each as likely as its weight. */
  weigh<Item extends Weighed>(items: Several<Item>): Item

  /** One of those there are, if there are any. */
  draw<Item>(items: readonly Item[]): Item | undefined
}

/** At least one. */
export type Several<Item> = readonly [Item, ...Item[]]

/** Something that is more or less likely. */
export interface Weighed {
  readonly weight: number
}

/** Makes a source of luck from any text. */
export function chanceFrom(seed: string): Chance {
  let state = 0
  for (const character of seed) state = mix(state + (character.codePointAt(0) ?? 0))

  function next(): number {
    state = (state + 0x9e3779b9) | 0
    return (mix(state) >>> 0) / 0x1_0000_0000
  }

  const below = (most: number) => Math.floor(next() * most)
  return {
    next,
    below,
    happens: (probability) => next() < probability,
    pick: (items) => items[below(items.length)] ?? items[0],
    weigh(items) {
      let rest = next() * items.reduce((sum, { weight }) => sum + weight, 0)
      for (const item of items) {
        rest -= item.weight
        if (rest < 0) return item
      }
      return items[0]
    },
    draw: (items) => items[below(items.length)],
  }
}

/** Spreads every bit of a whole number over all 32. */
function mix(number: number): number {
  let bits = Math.imul(number ^ (number >>> 16), 0x21f0aaad)
  bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97)
  return bits ^ (bits >>> 15)
}
