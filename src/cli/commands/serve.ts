/** `rollcall serve`. */
import { type Command, defineCommand, GENERAL_FLAGS } from '../command.ts'
import { demoBeside, takeDemo } from '../demo/beside.ts'
import { CROWD } from '../demo/size.ts'
import { SETTING_FLAGS } from '../setting-flags.ts'
import { onEnding } from '../signals.ts'

/** Runs the server in the foreground, until a signal ends it. Only this command pays for loading the server. */
export const serve: Command = defineCommand({
  words: 'serve',
  summary: 'Run the server.',
  flags: {
    ...SETTING_FLAGS,
    demo: {
      help: 'Fill it with invented people, who go on living; in memory, unless --store is given with it.',
    },
    'demo-size': { value: 'N', help: `How many of them; ${CROWD} unless told otherwise.` },
    ...GENERAL_FLAGS,
  },
  unparsed: true,
  examples: [
    'serve',
    'serve --port 8080 --store sqlite:/var/lib/rollcall/rollcall.db',
    'serve --demo --demo-size 500',
  ],
  async run(call) {
    const { env, terminal } = call
    const { argv, users } = takeDemo(call.operands)
    const server = await import('../../server/serve.ts')
    return server.serve({
      argv,
      env,
      write: (text) => terminal.out(withoutTyped(text, argv)),
      complain: (text) => terminal.err(withoutTyped(text, argv)),
      onSignal: hearSignals(),
      ...(users !== undefined && {
        demo: true,
        beside: (reachable) => demoBeside(reachable, users, call),
      }),
    })
  },
})

/** Lets one hear of requests to end; whoever begins to listen last hears the next. */
function hearSignals(): (callback: (signal: string) => void) => void {
  let heard: ((signal: string) => void) | undefined
  return (callback) => {
    if (heard === undefined) onEnding((signal) => heard?.(signal))
    heard = callback
  }
}

/** Takes the secrets that somebody typed out of a text. The first key, made by the server, stays in. */
function withoutTyped(text: string, operands: readonly string[]): string {
  const secrets = operands.flatMap((word) => word.match(/rc[kt]_\w+/g) ?? [])
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, `${secret.slice(0, 4)}…`), text)
}
