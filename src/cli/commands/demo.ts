/** `rollcall demo`. */
import { readTarget } from '../api.ts'
import { CLIENT_FLAGS, type Command, defineCommand, GENERAL_FLAGS } from '../command.ts'
import { CROWD } from '../demo/beside.ts'
import { type Played, play } from '../demo/play.ts'
import { EXIT, misuse } from '../exit.ts'
import type { Flags } from '../flags.ts'
import { counted } from '../phrases.ts'

const FLAGS = {
  users: { value: 'N', help: `How many people; ${CROWD} unless told otherwise.` },
  rate: { value: 'N', help: 'Things that happen in a second; 2 unless told otherwise, 0 to fill and end.' },
  seed: { value: 'TEXT', help: 'The same seed makes the same people, who do the same things.' },
  realm: { value: 'REALM', help: 'Where they live.' },
  url: CLIENT_FLAGS.url,
  key: CLIENT_FLAGS.key,
  ...GENERAL_FLAGS,
} as const satisfies Flags

/** Fills a server with invented people, and keeps them living until it is told to stop. They stay when it ends. */
export const demo: Command = defineCommand({
  words: 'demo',
  summary: 'Fill a server with invented people, and keep them living.',
  flags: FLAGS,
  examples: ['demo', 'demo --users 5000 --rate 20 --seed spring', 'serve --demo 500'],
  async run({ values, env, terminal }) {
    const { realm } = values
    const signal = terminal.interruption()
    const played = await play(
      {
        ...readTarget(values, env),
        realm,
        users: readNumber('users', values.users ?? String(CROWD), 1, 1_000_000),
        rate: readNumber('rate', values.rate ?? '2', 0, 1_000),
        seed: values.seed ?? 'demo',
        signal,
      },
      terminal,
    )
    terminal.out(summary(played))
    return EXIT.ok
  },
})

function readNumber(name: string, text: string, least: number, most: number): number {
  const number = /^\d{1,7}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN
  const whole = name !== 'users' || Number.isInteger(number)
  if (whole && number >= least && number <= most) return number
  throw misuse(`--${name} takes a number from ${least} to ${most.toLocaleString('en')}, not "${text}".`)
}

function summary({ users, sessions, happened }: Played): string {
  const deeds = [...happened].sort(([, one], [, other]) => other - one)
  const lines = deeds.map(([deed, times]) => `  ${deed}: ${times.toLocaleString('en')}\n`)
  return `${counted(users, 'user')} came in, with ${counted(sessions, 'session')}.\n${lines.join('')}`
}
