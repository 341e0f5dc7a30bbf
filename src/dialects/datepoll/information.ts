/**
 * What DatePoll tells of a session.
 *
 * @module
 */
import type { Session } from '../../core/session.ts'
import type { Instant } from '../../core/time.ts'

/** A session, as its owner sees it in the list. */
export interface Item {
  readonly id: number
  readonly information: string
  readonly last_used: string
  readonly delete_session: { readonly href: string; readonly method: 'DELETE' }

  /** On the session that asks, and on no other. */
  readonly current?: true
}

/** Makes an item; `path` is that of the list, as clients see it. */
export function toItem({ serial, device, lastActiveAt }: Session, path: string, current: boolean): Item {
  return {
    id: serial,
    information: informationOf(device),
    last_used: microseconds(lastActiveAt),
    delete_session: { href: `${path.slice(1)}/${serial}`, method: 'DELETE' },
    ...(current && { current }),
  }
}

/** What the owner calls the device, else what is known of it as the origin's web client writes it, else `Unknown`. */
export function informationOf({ label, browser, os, type }: Session['device']): string {
  if (label !== undefined) return label
  if (browser === undefined && os === undefined) return UNKNOWN
  const version = (browser ?? UNKNOWN).replace(/ (\d+)$/, ' - $1')
  return `${version}; OS: ${os ?? UNKNOWN}; Phone: ${type === 'mobile'}`
}

const UNKNOWN = 'Unknown'

/** RFC 3339 with six digits of a second. */
function microseconds(at: Instant): string {
  return new Date(at).toISOString().replace('Z', '000Z')
}
