/**
 * How far something is: a bar that moves on a terminal, a line now and then elsewhere.
 *
 * @module
 */
import type { Terminal } from '../terminal.ts'

const WIDTH = 24

/** Parts of the whole after which a line is due where no bar can move. */
const PARTS = 10

/** Makes what is told of each step: how many of all there are, and what more there is to say. */
export function createProgress(
  { progress, err }: Pick<Terminal, 'progress' | 'err'>,
  what: string,
  all: number,
): (done: number, more: string) => void {
  let told = 0
  return (done, more) => {
    const sentence = `${what} ${done.toLocaleString('en')} of ${all.toLocaleString('en')}, ${more}`
    if (progress !== undefined) return progress(`${bar(done / all)} ${sentence}`)
    const part = Math.floor((done / all) * PARTS)
    if (part <= told) return
    told = part
    err(`${sentence}\n`)
  }
}

function bar(share: number): string {
  const full = Math.round(Math.min(1, share) * WIDTH)
  return `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)}`
}
