/** `rollcall serve`. */
import { type Command, defineCommand, GENERAL_FLAGS } from '../command.ts'
import { CommandError } from '../exit.ts'

/** Runs the server in the foreground. */
export const serve: Command = defineCommand({
  words: 'serve',
  summary: 'Run the server.',
  flags: GENERAL_FLAGS,
  unparsed: true,
  async run() {
    throw new CommandError('failed', 'not yet')
  },
})
