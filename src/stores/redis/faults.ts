/**
 * What the faults of Redis mean to whoever asked for something.
 *
 * @module
 */
import { isRollcallError, RollcallError } from '../../core/errors.ts'

/**
 * What is known after a fault. Nothing was done, and it is worth asking in another way, elsewhere or again, or it is not
 * (`refused`); or a script may have been broken off half way; or the call was lost, before or after it was sent.
 */
export type Consequence =
  | { readonly is: 'unknown-script' }
  | { readonly is: 'moved'; readonly to?: string }
  | { readonly is: 'asked'; readonly to: string }
  | { readonly is: 'not-now' }
  | { readonly is: 'refused' }
  | { readonly is: 'broken-off' }
  | { readonly is: 'lost'; readonly sent: boolean }

/** How the fault of a command that never left this process begins. */
export const NOT_SENT = "Stream isn't writeable"

/** Judges a fault of one call. What Redis answered with an error before it did anything has changed nothing. */
export function judge(fault: unknown): Consequence {
  const message = messageOf(fault)
  const [, code = ''] = /^([A-Z]+)(?: |$)/.exec(message) ?? []
  if (code in REPLIES) return REPLIES[code]?.(message) ?? { is: 'refused' }
  if (isReply(fault)) return { is: /\bscript\b/.test(message) && code === 'ERR' ? 'broken-off' : 'refused' }
  return { is: 'lost', sent: !message.startsWith(NOT_SENT) }
}

/** What a fault amounts to where nothing was changed. */
export function unavailable(doing: string, fault: unknown): RollcallError {
  if (isRollcallError(fault)) return fault
  const message = messageOf(fault)
  const advice = Object.entries(ADVICE).find(([code]) => message.includes(code))?.[1] ?? ''
  return new RollcallError(
    'store-unavailable',
    `Redis could not be asked to ${doing}: ${message.replace(/[.!?]?$/, '.')}${advice}`,
    {},
    fault,
  )
}

/** What a fault amounts to where something may have been changed. */
export function unknown(doing: string, fault: unknown): RollcallError {
  return new RollcallError(
    'outcome-unknown',
    `It is not known whether Redis did what it was asked to (${doing}): ${messageOf(fault).replace(/[.!?]?$/, '.')}`,
    {},
    fault,
  )
}

/** Error replies that mean more than that the call is refused. */
const REPLIES: Readonly<Record<string, (message: string) => Consequence>> = {
  NOSCRIPT: () => ({ is: 'unknown-script' }),
  MOVED: moved,
  ASK: (message) => ({ is: 'asked', to: message.split(' ')[2] ?? '' }),
  READONLY: () => ({ is: 'moved' }),
  MASTERDOWN: () => ({ is: 'moved' }),
  LOADING: () => ({ is: 'not-now' }),
  BUSY: () => ({ is: 'not-now' }),
  TRYAGAIN: () => ({ is: 'not-now' }),
  CLUSTERDOWN: () => ({ is: 'not-now' }),
  UNBLOCKED: () => ({ is: 'lost', sent: true }),
}

const ADVICE: Readonly<Record<string, string>> = {
  OOM: ' Give it more memory (maxmemory), or keep ended sessions and the journal for a shorter time.',
  MISCONF: ' It cannot write to its disk: see its log.',
  NOREPLICAS: ' It has fewer replicas than min-replicas-to-write asks for: see to them.',
  NOAUTH: ' Put user and password into the address.',
  WRONGPASS: ' Check user and password in the address.',
  NOPERM: ' Give its user what docs/stores/redis.md lists.',
  CLUSTERDOWN: ' A part of the cluster has no master: see CLUSTER INFO.',
}

function moved(message: string): Consequence {
  const to = message.split(' ')[2]
  return to === undefined ? { is: 'moved' } : { is: 'moved', to }
}

function isReply(fault: unknown): boolean {
  return fault instanceof Error && fault.name === 'ReplyError'
}

function messageOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault)
}
