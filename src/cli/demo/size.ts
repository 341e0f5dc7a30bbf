/**
 * How many people a demo has.
 *
 * @module
 */
import { misuse } from '../exit.ts'

/** People of a demo that says nothing of their number. */
export const CROWD = 100

const MOST = 1_000_000

/** Things that happen in a second where nobody says how many: the more, the more people there are. */
export function usualRate(users: number): number {
  return Math.min(50, Math.max(2, Math.round(users / 50)))
}

/** Reads how many people there are to be. @throws CommandError for what is no such number. */
export function readSize(flag: string, text: string | undefined): number {
  const size = /^\d{1,7}$/.test(text ?? '') ? Number(text) : 0
  if (size >= 1 && size <= MOST) return size
  throw misuse(`${flag} takes a whole number of people, from 1 to ${MOST.toLocaleString('en')}.`)
}
