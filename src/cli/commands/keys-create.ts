/** `rollcall keys create`. */
import { SCOPES } from '../../core/access-key.ts'
import type { KeyBody } from '../../protocol/requests.ts'
import type { WireKey } from '../../protocol/shapes.ts'
import { answer } from '../answer.ts'
import { connect, type Sparse } from '../api.ts'
import { CLIENT_FLAGS, type Command, defineCommand } from '../command.ts'
import type { Flags } from '../flags.ts'
import { harmless } from '../table.ts'

const FLAGS = {
  name: { value: 'NAME', required: true, help: 'What the key is for, in your words.' },
  scope: {
    value: 'SCOPE',
    many: 'listed',
    required: true,
    choices: SCOPES,
    help: 'What it may do.',
  },
  realm: { value: 'REALM', help: 'The one realm it is for; without this, whatever your own key is for.' },
  ...CLIENT_FLAGS,
} as const satisfies Flags

interface WireCreated {
  readonly key: WireKey
  readonly secret: string
}

/** Makes an access key, and prints its secret: the only time that anything prints one. */
export const keysCreate: Command = defineCommand({
  words: 'keys create',
  summary: 'Make an access key, and print it once.',
  flags: FLAGS,
  examples: ['keys create --name shop --scope sessions:issue,sessions:read,sessions:end --realm shop'],
  async run(call) {
    const { name, scope, realm } = call.values
    const body: Sparse<KeyBody> = { name, scopes: [...new Set(scope)], realm }
    const created = await connect(call.values, call.env).ask<WireCreated>('POST', '/v1/keys', { body })
    return answer(
      call,
      created,
      () =>
        `Made key ${created.key.id}, ${harmless(name)}. Keep its secret now; it cannot be read again:\n\n${created.secret}\n`,
    )
  },
})
