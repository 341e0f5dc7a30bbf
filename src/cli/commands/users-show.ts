/** `rollcall users show`. */
import type { WireSession } from '../../protocol/shapes.ts'
import { answer } from '../answer.ts'
import { connect } from '../api.ts'
import { type Command, defineCommand } from '../command.ts'
import type { Flags } from '../flags.ts'
import { gather } from '../gather.ts'
import { ONE_USER, USER_FLAGS, userPath, type WireOneUser } from '../one-user.ts'
import { PAGING_FLAGS, readPaging, remarkMore } from '../paging.ts'
import { drawSessions } from '../session-view.ts'
import { drawUser } from '../user-view.ts'

const FLAGS = { ...PAGING_FLAGS, ...USER_FLAGS } as const satisfies Flags

/** Shows a user with their live sessions. */
export const usersShow: Command = defineCommand({
  words: 'users show',
  summary: 'Show a user, and where they are signed in.',
  flags: FLAGS,
  operands: ONE_USER,
  async run(call) {
    const api = connect(call.values, call.env)
    const { realm } = call.values
    const paging = readPaging(call.values)
    const { user } = await api.ask<WireOneUser>('GET', userPath(call.operands), { query: { realm } })
    const sessions = await gather<WireSession>(api, {
      path: `${userPath(call.operands)}/sessions`,
      query: { realm },
      ...paging,
    })
    const exitCode = answer(call, { user, sessions }, (drawing) => {
      const table =
        sessions.items.length === 0
          ? 'No session of theirs is live.\n'
          : drawSessions(sessions.items, drawing)
      return `${drawUser(user, drawing)}\n${table}`
    })
    remarkMore(call, sessions, 'session')
    return exitCode
  },
})
