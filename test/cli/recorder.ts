import { run } from '../../src/cli/run.ts'
import type { Terminal } from '../../src/cli/terminal.ts'

/** What a command line did. */
export interface Ran {
  readonly exitCode: number
  readonly out: string
  readonly err: string
  readonly asked: readonly string[]
}

/** Who sits at the terminal. */
export interface Sitting {
  readonly env?: Readonly<Record<string, string>>
  readonly isTTY?: boolean

  /** What they answer when asked. Without it nobody is there. */
  readonly says?: boolean
}

/** A command line that goes on until it is asked to end. */
export interface Going extends AsyncDisposable {
  /** What it has written so far. */
  out(): string
  err(): string

  /** Lines that took each other's place, where somebody sits at the terminal. */
  readonly progress: readonly string[]

  /** Asks it to end, as Ctrl-C does, and waits until it has. */
  interrupt(): Promise<Ran>

  /** Waits until it ends by itself. */
  readonly ended: Promise<Ran>
}

/** Runs a command line in this process, and tells all that it did. */
export async function rollcall(argv: readonly string[], sitting: Sitting = {}): Promise<Ran> {
  return begin(argv, sitting).ended
}

/** Begins a command line in this process. */
export function begin(argv: readonly string[], { env = {}, isTTY = false, says }: Sitting = {}): Going {
  const out: string[] = []
  const err: string[] = []
  const asked: string[] = []
  const progress: string[] = []
  const interrupted = new AbortController()
  const terminal: Terminal = {
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    drained: async () => {},
    isTTY,
    interruption: () => interrupted.signal,
    ...(isTTY ? { progress: (line: string) => void progress.push(line) } : {}),
    ...(says === undefined
      ? {}
      : {
          confirm: async (question: string) => {
            asked.push(question)
            return says
          },
        }),
  }
  const ended = run(argv, env, terminal).then((exitCode) => ({
    exitCode,
    out: out.join(''),
    err: err.join(''),
    asked,
  }))
  const interrupt = () => {
    interrupted.abort()
    return ended
  }
  return {
    out: () => out.join(''),
    err: () => err.join(''),
    progress,
    ended,
    interrupt,
    async [Symbol.asyncDispose]() {
      await interrupt()
    },
  }
}
