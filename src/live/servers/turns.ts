/**
 * Work that must not overlap with other work on the same thing.
 *
 * @module
 */

/** Does work once everything begun before it under the same key is done, whatever came of that. */
export type InTurn = <Made>(key: string, work: () => Promise<Made>) => Promise<Made>

/** Makes a row of turns per key. A key with nothing under way takes no room. */
export function takingTurns(): InTurn {
  const last = new Map<string, Promise<unknown>>()
  return (key, work) => {
    const turn = (last.get(key) ?? Promise.resolve()).then(work, work)
    last.set(key, turn)
    const leave = (): void => {
      if (last.get(key) === turn) last.delete(key)
    }
    turn.then(leave, leave)
    return turn
  }
}
