/** `rollcall serve`. */
import { serve as runServer } from '../../server/serve.ts'
import { SETTINGS } from '../../server/settings.ts'
import { type Command, defineCommand, GENERAL_FLAGS } from '../command.ts'
import type { Flags } from '../flags.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** One flag for each setting, for the help alone: the server reads them itself. */
const flags: Flags = Object.fromEntries(
  SETTINGS.map(({ flag, help, fallback, variable }) => [
    flag,
    { value: 'VALUE', help: `${help} (${variable}${fallback ? `, else ${fallback}` : ''})` },
  ]),
)

/** Runs the server in the foreground, until a signal ends it. */
export const serve: Command = defineCommand({
  words: 'serve',
  summary: 'Run the server.',
  flags: { ...flags, config: { value: 'FILE', help: 'JSON file with the same settings (ROLLCALL_CONFIG)' }, ...GENERAL_FLAGS },
  unparsed: true,
  examples: ['serve', 'serve --port 8080 --store sqlite:/var/lib/rollcall/rollcall.db'],
  run: ({ operands, env, terminal }) =>
    runServer({
      argv: operands,
      env,
      write: terminal.out,
      onSignal: (callback) => {
        for (const signal of SIGNALS) process.once(signal, () => callback(signal))
      },
    }),
})
