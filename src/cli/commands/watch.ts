/** `rollcall watch`. */
import { createClient, isProblem, type RollcallProblem } from '../../client/index.ts'
import { EVENT_TYPES } from '../../core/events.ts'
import { type ClientCall, drawingFor, remark, written } from '../answer.ts'
import { readTarget } from '../api.ts'
import { CLIENT_FLAGS, type Command, defineCommand } from '../command.ts'
import { drawEvent } from '../event-view.ts'
import { EXIT } from '../exit.ts'
import type { Flags } from '../flags.ts'
import { problemOf } from '../refusal.ts'

const FLAGS = {
  type: { value: 'TYPE', many: 'listed', choices: EVENT_TYPES, help: 'Only events of these types.' },
  user: { value: 'ID', help: 'Only what is about this user.' },
  resource: { value: 'PATH', help: 'Only what is attached to this resource; default/app/* is all below it.' },
  realm: { value: 'REALM', help: 'Only what happens there.' },
  after: { value: 'POSITION', help: 'Begin behind this event, instead of now; 0 is the oldest there is.' },
  ...CLIENT_FLAGS,
  json: { help: "Print the API's JSON, a line for each event." },
} as const satisfies Flags

/** Somebody may be looking: a server that is back is found within so many milliseconds. */
const LONGEST_PAUSE = 3_000

/** Follows what happens, until Ctrl-C. Lost connections are made again, and nothing is left out. */
export const watch: Command = defineCommand({
  words: 'watch',
  summary: 'Follow what happens.',
  flags: FLAGS,
  examples: [
    'watch --type session.created,session.ended',
    'watch --user ada --json',
    "watch --resource 'default/app/*' --after 0",
  ],
  async run(call) {
    const { type, user, resource, realm, after, json } = call.values
    const { terminal, env } = call
    const asked = terminal.interruption()
    const link = createLink(call, asked)
    const filter = {
      ...(type.length > 0 && { type }),
      ...(user !== undefined && { user }),
      ...(resource !== undefined && { resource }),
      ...(realm !== undefined && { realm }),
    }
    let last = after
    try {
      for await (const event of link.client.events.stream(filter, {
        ...(after !== undefined && { after }),
        signal: link.signal,
        longestPause: LONGEST_PAUSE,
        onInterrupted: link.onInterrupted,
        onPosition(position) {
          last = position
        },
      })) {
        terminal.out(json ? `${written(event)}\n` : drawEvent(event, drawingFor({ terminal, env })))
        await terminal.drained()
      }
    } catch (fault) {
      if (isProblem(fault)) throw problemOf(fault, link.target)
      if (!asked.aborted) throw fault
    }
    if (last !== undefined) remark(call, `Stopped. To go on from here: --after ${last}`)
    return EXIT.ok
  },
})

/** A client that tells on the side when its connection is lost and made again; one that never comes about ends it. */
function createLink(call: ClientCall, asked: AbortSignal) {
  const target = readTarget(call.values, call.env)
  const given = new AbortController()
  let state: 'new' | 'open' | 'lost' = 'new'

  return {
    target,
    signal: AbortSignal.any([asked, given.signal]),
    client: createClient({
      ...target,
      async fetch(url, init) {
        const response = await fetch(url, init)
        if (!response.ok || state === 'open') return response
        remark(
          call,
          state === 'new' ? `Watching ${new URL(url).origin}. Ctrl-C ends it.` : 'Connected again.',
        )
        state = 'open'
        return response
      },
    }),
    onInterrupted(fault: RollcallProblem) {
      if (state === 'new') return given.abort(problemOf(fault, target))
      if (state === 'open') remark(call, 'The connection is lost. Trying again until it is back.')
      state = 'lost'
    },
  }
}
