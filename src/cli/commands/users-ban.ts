/** `rollcall users ban` and `rollcall users unban`. */
import type { UserBody } from '../../protocol/requests.ts'
import { answer } from '../answer.ts'
import { connect, type Sparse } from '../api.ts'
import { type Command, defineCommand } from '../command.ts'
import { type Ended, endedInWords } from '../ended.ts'
import type { Flags } from '../flags.ts'
import { ONE_USER, USER_FLAGS, userPath, type WireOneUser } from '../one-user.ts'
import { harmless } from '../table.ts'

const FLAGS = {
  reason: { value: 'TEXT', help: 'Why, in your words.' },
  ...USER_FLAGS,
} as const satisfies Flags

/** Bans a user: all they have ends, and nothing new begins. */
export const usersBan: Command = defineCommand({
  words: 'users ban',
  summary: 'Ban a user: all they have ends, and nothing new begins.',
  flags: FLAGS,
  operands: ONE_USER,
  examples: ['users ban ada --reason "account stolen"'],
  async run(call) {
    const { reason, realm } = call.values
    const body: Sparse<UserBody> = { banned: true, reason }
    const banned = await connect(call.values, call.env).ask<WireOneUser & Ended>(
      'PATCH',
      userPath(call.operands),
      { query: { realm }, body },
    )
    const { id, banReason } = banned.user
    return answer(call, banned, () => {
      const why = banReason === undefined ? '' : ` (${harmless(banReason)})`
      return `Banned ${harmless(id)}${why}. ${endedInWords(banned) ?? 'There was nothing to end.'}\n`
    })
  },
})

/** Lifts a ban. What it ended stays ended. */
export const usersUnban: Command = defineCommand({
  words: 'users unban',
  summary: 'Lift a ban. What it ended stays ended.',
  flags: USER_FLAGS,
  operands: ONE_USER,
  async run(call) {
    const body: UserBody = { banned: false }
    const { realm } = call.values
    const lifted = await connect(call.values, call.env).ask<WireOneUser>('PATCH', userPath(call.operands), {
      query: { realm },
      body,
    })
    return answer(call, lifted, () => `${harmless(lifted.user.id)} may sign in again.\n`)
  },
})
