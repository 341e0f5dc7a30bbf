/**
 * Where commands write, and whom they ask.
 *
 * @module
 */
import { once } from 'node:events'
import { createInterface } from 'node:readline/promises'
import { onEnding } from './signals.ts'

/** The person or program on the other side. */
export interface Terminal {
  /** Takes what was asked for. */
  out(text: string): void

  /** Takes what went wrong, and remarks that are not part of the answer. */
  err(text: string): void

  /** Waits until whoever reads `out` has room for more. */
  drained(): Promise<void>

  /** Whether `out` is read by a person. */
  readonly isTTY: boolean

  /** Shows a line that the next one, or anything else, takes the place of. Absent where nobody is there to see. */
  readonly progress?: (line: string) => void

  /** Aborts when the command is asked to end. A second request ends the process at once. */
  interruption(): AbortSignal

  /** Asks for a yes. Absent where nobody is there to answer. */
  readonly confirm?: (question: string) => Promise<boolean>
}

/** The terminal of this process. A reader that goes away, such as `head`, ends the process quietly. */
export function processTerminal(): Terminal {
  const { stdin, stdout, stderr } = process
  stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  let passing = false
  const write = (stream: NodeJS.WriteStream, text: string) => {
    if (passing) stderr.write(ERASE_LINE)
    passing = false
    stream.write(text)
  }
  return {
    out: (text) => write(stdout, text),
    err: (text) => write(stderr, text),
    async drained() {
      if (stdout.writableNeedDrain) await once(stdout, 'drain')
    },
    isTTY: stdout.isTTY === true,
    interruption,
    ...(stdin.isTTY && stderr.isTTY ? { confirm } : {}),
    ...(stderr.isTTY
      ? {
          progress: (line: string) => {
            stderr.write(`${ERASE_LINE}${line.slice(0, stderr.columns - 1)}`)
            passing = true
          },
        }
      : {}),
  }
}

const ERASE_LINE = '\r\u001b[2K'

function interruption(): AbortSignal {
  const asked = new AbortController()
  onEnding(() => {
    if (asked.signal.aborted) process.exit(130)
    asked.abort()
  })
  return asked.signal
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
