/** `rollcall sessions list`. */
import type { SessionKind } from '../../core/session.ts'
import type { WireSession } from '../../protocol/shapes.ts'
import { answer, remark } from '../answer.ts'
import { connect } from '../api.ts'
import { CLIENT_FLAGS, type Command, defineCommand } from '../command.ts'
import { misuse } from '../exit.ts'
import type { Flags } from '../flags.ts'
import { gather } from '../gather.ts'
import { counted } from '../phrases.ts'
import { drawSessions } from '../session-view.ts'

/** Every kind of session. */
export const KINDS: readonly SessionKind[] = ['login', 'connection', 'playback']

const DEFAULT_LIMIT = 50

const FLAGS = {
  user: { value: 'ID', help: 'Only those of this user.' },
  kind: { value: 'KIND', choices: KINDS, help: 'Only those of this kind.' },
  status: { value: 'STATUS', choices: ['live', 'ended', 'any'], help: 'Live ones, unless told otherwise.' },
  parent: { value: 'ID', help: 'Only those under this login.' },
  resource: { value: 'PATH', help: 'Only those attached to this resource.' },
  realm: { value: 'REALM', help: 'Where to look.' },
  limit: { value: 'N', help: `How many at most; ${DEFAULT_LIMIT} unless told otherwise.` },
  all: { help: 'All there are, however many.' },
  cursor: { value: 'CURSOR', help: 'Go on where another list left off.' },
  ...CLIENT_FLAGS,
} as const satisfies Flags

/** Lists sessions, newest first. */
export const sessionsList: Command = defineCommand({
  words: 'sessions list',
  summary: 'List sessions, newest first.',
  flags: FLAGS,
  examples: ['sessions list --user ada', 'sessions list --status any --all --json'],
  async run(call) {
    const { user, kind, status, parent, resource, realm, limit, all, cursor } = call.values
    if (all && limit !== undefined) throw misuse('--all and --limit contradict each other. Use one of them.')
    const list = await gather<WireSession>(connect(call.values, call.env), {
      path: '/v1/sessions',
      query: { user, kind, status, parent, resource, realm },
      cursor,
      limit: all ? Number.POSITIVE_INFINITY : readLimit(limit),
    })
    const exitCode = answer(call, list, (drawing) =>
      list.items.length === 0 ? 'There are no such sessions.\n' : drawSessions(list.items, drawing),
    )
    if (list.nextCursor !== null && !call.values.json)
      remark(
        call,
        `${counted(list.items.length, 'session')}; there are more. Use --all, or --cursor ${list.nextCursor}`,
      )
    return exitCode
  },
})

function readLimit(limit: string | undefined): number {
  if (limit === undefined) return DEFAULT_LIMIT
  if (/^[1-9]\d{0,8}$/.test(limit)) return Number(limit)
  throw misuse(`--limit takes a whole number from 1 on, not "${limit}".`)
}
