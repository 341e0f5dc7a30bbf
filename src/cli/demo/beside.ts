/**
 * The demo in the process of the server that it plays on.
 *
 * @module
 */
import type { Beside, Reachable } from '../../server/serve.ts'
import type { Environment } from '../command.ts'
import { misuse } from '../exit.ts'
import { counted } from '../phrases.ts'
import type { Terminal } from '../terminal.ts'
import { play } from './play.ts'
import { CROWD, readSize, usualRate } from './size.ts'

/** Words behind `serve`, apart from those about the demo. */
export interface Taken {
  readonly argv: readonly string[]

  /** How many people are to be there; absent where no demo is asked for. */
  readonly users?: number
}

/**
 * Takes `--demo` and `--demo-size N` out of the words behind `serve`. The store is memory then, unless one is named
 * right there: invented people never get into a store that only the environment or a file names.
 *
 * @throws CommandError for a number that is none.
 */
export function takeDemo(words: readonly string[]): Taken {
  const argv: string[] = []
  let users: number | undefined
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ''
    const [flag, attached] = word.split('=', 2)
    if (flag === '--demo') {
      if (attached !== undefined || /^\d+$/.test(words[index + 1] ?? ''))
        throw misuse('--demo takes no number. Say how many people with --demo-size N.')
      users ??= CROWD
    } else if (flag === '--demo-size') users = readSize('--demo-size', attached ?? words[++index])
    else argv.push(word)
  }
  if (users === undefined) return { argv }
  const named = argv.some((word) => word === '--store' || word.startsWith('--store='))
  return { argv: named ? argv : [...argv, '--store', 'memory:'], users }
}

/** Begins the demo on a server of this process. */
export function demoBeside(
  { url, key, given }: Reachable,
  users: number,
  { env, terminal }: { readonly env: Environment; readonly terminal: Terminal },
): Beside {
  const ending = new AbortController()
  const playing = play(
    { url, key, users, seed: 'demo', rate: usualRate(users), signal: ending.signal, admit: async () => true },
    terminal,
  ).catch((fault: unknown) => {
    if (ending.signal.aborted) return
    terminal.err(`The demo has stopped: ${fault instanceof Error ? fault.message : 'unknown cause'}\n`)
  })
  return {
    welcome: welcome({ url, users, key: given ? undefined : key }, env),
    async close() {
      ending.abort()
      await playing
    },
  }
}

interface Welcomed {
  readonly url: string
  readonly users: number

  /** The key to show; absent where whoever reads this gave it. */
  readonly key: string | undefined
}

function welcome({ url, users, key }: Welcomed, env: Environment): string {
  const rollcall = env.npm_lifecycle_event ? 'npm run -s rollcall --' : 'rollcall'
  const access =
    key === undefined ? '\n  export ROLLCALL_KEY=…   (the one you gave)' : `\n  export ROLLCALL_KEY=${key}`
  return `
Rollcall listens on ${url}, and ${counted(users, 'invented user')} are on their way in.
In another terminal:

  export ROLLCALL_URL=${url}${access}

Then see what happens, find somebody, and see what an end would end:

  ${rollcall} watch
  ${rollcall} sessions --filter 'browser=Chrome,active-after=15m'
  ${rollcall} sessions end --filter 'type=tv' --dry-run

Publish a stream in a browser, watch it, and cut who watches (the page asks for the key):

  ${url}/demo/live

`
}
