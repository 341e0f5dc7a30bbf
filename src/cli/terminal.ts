/**
 * Where commands write, and whom they ask.
 *
 * @module
 */
import { createInterface } from 'node:readline/promises'

/** The person or program on the other side. */
export interface Terminal {
  /** Takes what was asked for. */
  out(text: string): void

  /** Takes what went wrong, and remarks that are not part of the answer. */
  err(text: string): void

  /** Whether `out` is read by a person. */
  readonly isTTY: boolean

  /** Asks for a yes. Absent where nobody is there to answer. */
  readonly confirm?: (question: string) => Promise<boolean>
}

/** The terminal of this process. A reader that goes away, such as `head`, ends the process quietly. */
export function processTerminal(): Terminal {
  const { stdin, stdout, stderr } = process
  stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    isTTY: stdout.isTTY === true,
    ...(stdin.isTTY && stderr.isTTY ? { confirm } : {}),
  }
}

async function confirm(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const closed = new Promise<string>((answer) => lines.once('close', () => answer('')))
    return /^y(es)?$/i.test((await Promise.race([lines.question(`${question} [y/N] `), closed])).trim())
  } finally {
    lines.close()
  }
}
