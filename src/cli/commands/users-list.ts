/** `rollcall users list`. */
import type { WireUser } from '../../protocol/shapes.ts'
import { answer } from '../answer.ts'
import { connect } from '../api.ts'
import { CLIENT_FLAGS, type Command, defineCommand } from '../command.ts'
import type { Flags } from '../flags.ts'
import { gather } from '../gather.ts'
import { PAGING_FLAGS, readPaging, remarkMore } from '../paging.ts'
import { drawUsers } from '../user-view.ts'

const FLAGS = {
  realm: { value: 'REALM', help: 'Where to look.' },
  ...PAGING_FLAGS,
  ...CLIENT_FLAGS,
} as const satisfies Flags

/** Lists users by id. A user is known from the first session on. */
export const usersList: Command = defineCommand({
  words: 'users list',
  summary: 'List users.',
  leads: true,
  flags: FLAGS,
  async run(call) {
    const { realm } = call.values
    const list = await gather<WireUser>(connect(call.values, call.env), {
      path: '/v1/users',
      query: { realm },
      ...readPaging(call.values),
    })
    const exitCode = answer(call, list, (drawing) =>
      list.items.length === 0 ? 'There are no users.\n' : drawUsers(list.items, drawing),
    )
    remarkMore(call, list, 'user')
    return exitCode
  },
})
