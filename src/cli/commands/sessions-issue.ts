/** `rollcall sessions issue`. */
import { SESSION_KINDS, type SessionData } from '../../core/session.ts'
import type { IssueBody } from '../../protocol/requests.ts'
import type { WireSession } from '../../protocol/shapes.ts'
import { answer } from '../answer.ts'
import { connect, type Sparse } from '../api.ts'
import { CLIENT_FLAGS, type Command, defineCommand } from '../command.ts'
import { misuse } from '../exit.ts'
import type { Flags } from '../flags.ts'
import { ago } from '../phrases.ts'
import { harmless } from '../table.ts'

const FLAGS = {
  user: { value: 'ID', help: 'Whose it is. Only a playback may be without.' },
  'display-name': { value: 'NAME', help: "The user's name, if it is to change." },
  kind: { value: 'KIND', choices: SESSION_KINDS, help: 'A login, unless told otherwise.' },
  parent: { value: 'ID', help: 'The login it lives under.' },
  resource: { value: 'PATH', help: 'What a connection or playback is attached to.' },
  name: { value: 'NAME', help: 'A name that only one live session of that resource may hold.' },
  realm: { value: 'REALM', help: 'The application it belongs to.' },
  label: { value: 'TEXT', help: 'What the device is called.' },
  lifetime: { value: 'SPAN', help: 'When it ends at the latest, such as 30d.' },
  idle: { value: 'SPAN', help: 'The longest silence, such as 7d.' },
  replaces: { value: 'ID', help: 'A session of the same user that gives way.' },
  data: { value: 'JSON', help: 'An object to keep beside it.' },
  ...CLIENT_FLAGS,
} as const satisfies Flags

interface WireIssued {
  readonly session: WireSession
  readonly token: string
}

/** Begins a session, and prints the only copy of its token. */
export const sessionsIssue: Command = defineCommand({
  words: 'sessions issue',
  summary: 'Begin a session, and print its token once.',
  flags: FLAGS,
  examples: ['sessions issue --user ada --label "Ada\'s laptop"'],
  async run(call) {
    const { user, 'display-name': displayName, parent: parentId, label, data, ...rest } = call.values
    if (user === undefined && displayName !== undefined) throw misuse('--display-name needs --user.')
    const { kind, resource, name, realm, lifetime, idle, replaces } = rest
    const body: Sparse<IssueBody> = {
      user: user === undefined ? undefined : { id: user, ...(displayName !== undefined && { displayName }) },
      device: label === undefined ? undefined : { label },
      data: data === undefined ? undefined : readObject(data),
      ...{ kind, parentId, resource, name, realm, lifetime, idle, replaces },
    }
    const api = connect(call.values, call.env)
    const issued = await api.ask<WireIssued>('POST', '/v1/sessions', { body })
    return answer(call, issued, ({ now }) => {
      const { id, kind, userId, expiresAt } = issued.session
      const owner = userId === undefined ? '' : ` of ${harmless(userId)}`
      return `Issued ${kind} ${id}${owner}; it expires ${ago(expiresAt, now)}. Its token, which cannot be read again:\n\n${issued.token}\n`
    })
  },
})

function readObject(text: string): SessionData {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as SessionData
  } catch {
    // Said below, in our own words.
  }
  throw misuse('--data takes a JSON object, such as \'{"plan":"pro"}\'.')
}
