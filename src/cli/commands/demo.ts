/** `rollcall demo`. */
import { readTarget } from '../api.ts'
import { CLIENT_FLAGS, type Command, defineCommand, GENERAL_FLAGS } from '../command.ts'
import { type Played, play } from '../demo/play.ts'
import { CROWD, readSize, usualRate } from '../demo/size.ts'
import { EXIT, misuse } from '../exit.ts'
import type { Flags } from '../flags.ts'
import { counted } from '../phrases.ts'
import type { Terminal } from '../terminal.ts'

const FLAGS = {
  size: { value: 'N', help: `How many people; ${CROWD} unless told otherwise.` },
  rate: {
    value: 'N',
    help: 'Things that happen in a second; the more, the more people. 0 fills it and ends.',
  },
  seed: { value: 'TEXT', help: 'The same seed makes the same people, who do the same things.' },
  realm: { value: 'REALM', help: 'Where they live.' },
  yes: { help: 'Does not ask first where others live already.' },
  url: CLIENT_FLAGS.url,
  key: CLIENT_FLAGS.key,
  ...GENERAL_FLAGS,
} as const satisfies Flags

/** Fills a server with invented people, and keeps them living until it is told to stop. They stay when it ends. */
export const demo: Command = defineCommand({
  words: 'demo',
  summary: 'Fill a server with invented people, and keep them living.',
  flags: FLAGS,
  examples: ['demo', 'demo --size 5000 --rate 20 --seed spring', 'demo --realm demo'],
  async run({ values, env, terminal }) {
    const { realm } = values
    const users = values.size === undefined ? CROWD : readSize('--size', values.size)
    const signal = terminal.interruption()
    const played = await play(
      {
        ...readTarget(values, env),
        realm,
        users,
        rate: values.rate === undefined ? usualRate(users) : readRate(values.rate),
        seed: values.seed ?? 'demo',
        signal,
        admit: async (strangers) => values.yes || agreed(strangers, terminal),
      },
      terminal,
    )
    if (played === undefined) {
      terminal.err('Nobody was brought in.\n')
      return EXIT.failed
    }
    terminal.out(summary(played))
    return EXIT.ok
  },
})

function readRate(text: string): number {
  const rate = /^\d{1,4}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN
  if (rate <= 1_000) return rate
  throw misuse(`--rate takes a number from 0 to 1,000, not "${text}".`)
}

/** Asks before invented people get among others. */
async function agreed(strangers: number, { confirm }: Terminal): Promise<boolean> {
  const there = `${counted(strangers, 'user')} of somebody else ${strangers === 1 ? 'lives' : 'live'} there already.`
  if (confirm === undefined)
    throw misuse(`${there} Add --yes to bring invented people among them, or keep them apart: --realm demo.`)
  return confirm(`${there} Bring invented people among them?`)
}

function summary({ users, sessions, happened }: Played): string {
  const deeds = [...happened].sort(([, one], [, other]) => other - one)
  const lines = deeds.map(([deed, times]) => `  ${deed}: ${times.toLocaleString('en')}\n`)
  return `${counted(users, 'user')} came in, with ${counted(sessions, 'session')}.\n${lines.join('')}`
}
