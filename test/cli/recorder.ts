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

/** Runs a command line in this process, and tells all that it did. */
export async function rollcall(
  argv: readonly string[],
  { env = {}, isTTY = false, says }: Sitting = {},
): Promise<Ran> {
  const out: string[] = []
  const err: string[] = []
  const asked: string[] = []
  const terminal: Terminal = {
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    isTTY,
    ...(says === undefined
      ? {}
      : {
          confirm: async (question: string) => {
            asked.push(question)
            return says
          },
        }),
  }
  const exitCode = await run(argv, env, terminal)
  return { exitCode, out: out.join(''), err: err.join(''), asked }
}
