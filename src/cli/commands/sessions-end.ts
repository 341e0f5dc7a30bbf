/** `rollcall sessions end`. */
import { DENY_KEYS } from '../../core/denial.ts'
import { GIVEN_REASONS } from '../../core/session.ts'
import type { EndBody } from '../../protocol/requests.ts'
import { type Aim, readAim } from '../aim.ts'
import { answer, type ClientCall, remark } from '../answer.ts'
import { connect, type Sparse } from '../api.ts'
import { CLIENT_FLAGS, type Command, defineCommand } from '../command.ts'
import { drawReceipt, type Ended, endedInWords } from '../ended.ts'
import { EXIT, misuse } from '../exit.ts'
import { FILTER_FLAGS, readFilter } from '../filter.ts'
import type { Flags } from '../flags.ts'
import { estimated } from '../phrases.ts'
import { harmless } from '../table.ts'

const FLAGS = {
  ...FILTER_FLAGS,
  except: { value: 'ID', help: 'With --user: keeps this one, and what lives under it.' },
  everyone: { help: 'Ends all there are in the realm.' },
  realm: { value: 'REALM', help: 'Where to end.' },
  reason: { value: 'REASON', choices: GIVEN_REASONS, help: 'Why; revoked, unless told otherwise.' },
  deny: {
    value: 'WHAT',
    many: 'listed',
    choices: DENY_KEYS,
    help: 'Also keeps these of what is ended out for a time.',
  },
  for: { value: 'SPAN', help: 'With --deny: for how long, such as 15m.' },
  wait: {
    value: 'SPAN',
    help: 'Waits until every node has heard of it, so long at the most, such as 2s; and says who.',
  },
  'dry-run': { help: 'Counts what would end, and ends nothing.' },
  yes: { help: 'Does not ask first.' },
  ...CLIENT_FLAGS,
} as const satisfies Flags

/** What the API says of an end before it is done. */
interface Foretold {
  readonly matched: number
  readonly exact?: boolean
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
    "sessions end --filter 'browser=Chrome 120,type=mobile' --dry-run",
    'sessions end --address 203.0.113.0/24 --deny address --for 1h',
    'sessions end --everyone --realm shop --dry-run',
  ],
  async run(call) {
    const { except, everyone, realm, reason, wait, 'dry-run': dryRun, yes } = call.values
    const filter = readFilter(call.values, FILTER_FLAGS)
    const denies = call.values.deny.some((key) => key !== 'user')
    const aim = readAim({ ids: call.operands, filter, except, everyone, realm, denies })
    const body: Sparse<EndBody> = { selector: aim.selector, reason, deny: readDeny(call.values) }
    const api = connect(call.values, call.env)
    const foretell = () => api.ask<Foretold>('POST', '/v1/sessions/end', { body: { ...body, dryRun: true } })
    if (dryRun) {
      const foretold = await foretell()
      return answer(call, foretold, () => `Would end ${matched(foretold)}. Nothing was ended.\n`)
    }
    if (!yes && !(await agreed(call, aim, foretell))) {
      remark(call, 'Nothing was ended.')
      return EXIT.failed
    }
    const query = wait === undefined ? {} : { wait: 'all', timeout: wait }
    const ended = await api.ask<Ended>('POST', '/v1/sessions/end', { query, body })
    return answer(
      call,
      ended,
      ({ colour }) =>
        `${endedInWords(ended) ?? 'Nothing to end: no live session is meant.'}\n${drawReceipt(ended, colour)}`,
    )
  },
})

function readDeny({
  deny,
  for: span,
}: {
  readonly deny: readonly (typeof DENY_KEYS)[number][]
  readonly for: string | undefined
}): EndBody['deny'] | undefined {
  if (deny.length === 0 && span === undefined) return undefined
  if (deny.length === 0 || span === undefined) throw misuse('--deny and --for need each other.')
  return { keys: [...new Set(deny)], for: span }
}

async function agreed(
  { terminal: { confirm } }: ClientCall,
  { named, flag, asks }: Aim,
  foretell: () => Promise<Foretold>,
): Promise<boolean> {
  if (!asks) return true
  if (confirm === undefined)
    throw misuse(`${flag} may end many sessions, and nobody is here to ask. Add --yes.`)
  const foretold = await foretell()
  return confirm(`This ends ${matched(foretold)} of ${harmless(named)}, and all that live under them. Go on?`)
}

function matched({ matched, exact = true }: Foretold): string {
  return estimated({ count: matched, exact }, 'session')
}
