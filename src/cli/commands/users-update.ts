/** `rollcall users update`. */
import { ROLES } from '../../core/user.ts'
import type { UserBody } from '../../protocol/requests.ts'
import { answer } from '../answer.ts'
import { connect, type Sparse } from '../api.ts'
import { type Command, defineCommand } from '../command.ts'
import { misuse } from '../exit.ts'
import type { Flags } from '../flags.ts'
import { ONE_USER, USER_FLAGS, userPath, type WireOneUser } from '../one-user.ts'
import { drawUser } from '../user-view.ts'

const FLAGS = {
  'display-name': { value: 'NAME', help: 'What they are called.' },
  role: { value: 'ROLE', choices: ROLES, help: 'What they may do in the compatible APIs.' },
  ...USER_FLAGS,
} as const satisfies Flags

/** Changes what is known of a user, and shows it. */
export const usersUpdate: Command = defineCommand({
  words: 'users update',
  summary: 'Change the name or role of a user.',
  flags: FLAGS,
  operands: ONE_USER,
  examples: ['users update ada --display-name "Ada Lovelace" --role staff'],
  async run(call) {
    const { 'display-name': displayName, role, realm } = call.values
    if (displayName === undefined && role === undefined)
      throw misuse('Say what to change: --display-name or --role.')
    const body: Sparse<UserBody> = { displayName, role }
    const updated = await connect(call.values, call.env).ask<WireOneUser>('PATCH', userPath(call.operands), {
      query: { realm },
      body,
    })
    return answer(call, updated, (drawing) => drawUser(updated.user, drawing))
  },
})
