/** `rollcall sessions end`. */
import type { EndReason } from '../../core/session.ts'
import type { EndBody } from '../../protocol/requests.ts'
import { type Aim, readAim } from '../aim.ts'
import { answer, type ClientCall, remark } from '../answer.ts'
import { connect, type Sparse } from '../api.ts'
import { CLIENT_FLAGS, type Command, defineCommand } from '../command.ts'
import { EXIT, misuse } from '../exit.ts'
import type { Flags } from '../flags.ts'
import { counted } from '../phrases.ts'
import { harmless } from '../table.ts'

const REASONS: readonly EndReason[] = ['logout', 'revoked', 'replaced', 'closed']

const FLAGS = {
  user: { value: 'ID', help: 'Ends all of this user.' },
  except: { value: 'ID', help: 'With --user: keeps this one, and what lives under it.' },
  resource: { value: 'PATH', help: 'Ends all that are attached to this resource.' },
  name: { value: 'NAME', help: 'With --resource: ends only the one of this name.' },
  parent: { value: 'ID', help: 'Ends all that live under this login, and keeps the login.' },
  everyone: { help: 'Ends all there are in the realm.' },
  realm: { value: 'REALM', help: 'Where to end.' },
  reason: { value: 'REASON', choices: REASONS, help: 'Why; revoked, unless told otherwise.' },
  'dry-run': { help: 'Counts what would end, and ends nothing.' },
  yes: { help: 'Does not ask before --user and --everyone.' },
  ...CLIENT_FLAGS,
} as const satisfies Flags

/** What the API says that an end did, or with a dry run, would do. */
interface WireEnded {
  readonly matched?: number
  readonly ended: number
  readonly descendants?: number
}

/** Ends sessions, and all that live under them. What is over already is no failure. */
export const sessionsEnd: Command = defineCommand({
  words: 'sessions end',
  summary: 'End sessions, and all that live under them.',
  flags: FLAGS,
  operands: {
    name: 'ID',
    help: 'The sessions to end, such as ses_….',
    least: 0,
    most: 1_000,
  },
  examples: [
    'sessions end ses_…',
    'sessions end --user ada --except ses_…',
    'sessions end --everyone --realm shop --dry-run',
  ],
  async run(call) {
    const { reason, 'dry-run': dryRun, yes } = call.values
    const aim = readAim(call.values, call.operands)
    const api = connect(call.values, call.env)
    const end = (dryRun: boolean) => {
      const body: Sparse<EndBody> = { selector: aim.selector, reason, dryRun }
      return api.ask<WireEnded>('POST', '/v1/sessions/end', { body })
    }
    if (aim.asks && !dryRun && !yes && !(await agreed(call, aim, end))) {
      remark(call, 'Nothing was ended.')
      return EXIT.failed
    }
    const ended = await end(dryRun)
    return answer(call, ended, () => `${dryRun ? foretold(ended) : told(ended)}\n`)
  },
})

async function agreed(
  { terminal }: ClientCall,
  { named, flag }: Aim,
  end: (dry: boolean) => Promise<WireEnded>,
): Promise<boolean> {
  const { confirm } = terminal
  if (confirm === undefined) throw misuse(`${flag} ends many sessions, and nobody is here to ask. Add --yes.`)
  const { matched = 0 } = await end(true)
  return confirm(
    `This ends ${counted(matched, 'session')} of ${harmless(named)}, and all that live under them. Go on?`,
  )
}

function told({ ended, descendants = 0 }: WireEnded): string {
  if (ended === 0) return 'Nothing to end: no live session is meant.'
  return `Ended ${counted(ended, 'session')}${descendants === 0 ? '' : `, and ${descendants} under them`}.`
}

function foretold({ matched = 0 }: WireEnded): string {
  return `Would end ${counted(matched, 'session')}. Nothing was ended.`
}
