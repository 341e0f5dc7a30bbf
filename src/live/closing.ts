/**
 * Lines over what may close at any moment: beginning them, and seeing their peers off.
 *
 * @module
 */
import type { Hub, Line } from './contract.ts'

/** What says once that it is closed. */
export interface Closing {
  once(event: 'close', listener: () => void): unknown
}

/** How long a peer may take to read the rest and to close, in milliseconds. */
const FAREWELL = 1_000

/**
 * Opens a line that is closed with what it runs over, also where that was closed before the line was open.
 *
 * @throws RollcallError what refused it
 */
export async function openOver(
  closing: Closing,
  isClosed: boolean,
  open: () => ReturnType<Hub['open']>,
): Promise<Line> {
  let gone = isClosed
  let line: Line | undefined
  closing.once('close', () => {
    gone = true
    line?.closed()
  })
  line = await open()
  if (gone) line.closed()
  return line
}

/** Breaks off what its peer has not closed a second from now. */
export function seeOff(closing: Closing, breakOff: () => unknown): void {
  const impatience = setTimeout(breakOff, FAREWELL).unref()
  closing.once('close', () => clearTimeout(impatience))
}
