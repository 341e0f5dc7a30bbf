/**
 * Sessions of lines that never were: the store began them, and could not say so.
 *
 * Whoever asked was refused, and may ask again; but such a session would be listed, and keep its name, for as long as
 * its login lives. The journal tells of it, be that before or after the refusal.
 *
 * @module
 */
import type { Env } from '../core/env.ts'
import { isRollcallError } from '../core/errors.ts'
import type { Session } from '../core/session.ts'

/** Notices them. */
export interface Orphans {
  /** An opening failed: where nobody knows whether the store did it, sessions are watched for a minute. */
  failed(fault: unknown): void

  /** A session of this node began. */
  created(session: Session): void
}

/** What it takes to tell them from others. */
export interface OrphanParts {
  readonly env: Pick<Env, 'after'>

  /** Whether a session has its line here. */
  isHeld(id: string): boolean

  /** The openings under way: any of them may be about to hold a line. */
  underWay(): Iterable<Promise<unknown>>

  /** Ends one. */
  end(session: Session): void
}

/** How long after such a failure the store may still come to it, in milliseconds. */
const DOUBT = 60_000

/** Makes a watch. */
export function orphans({ env, isHeld, underWay, end }: OrphanParts): Orphans {
  let doubts = 0

  async function judge(session: Session): Promise<void> {
    await Promise.allSettled(underWay())
    if (doubts > 0 && !isHeld(session.id)) end(session)
  }

  return {
    failed(fault) {
      if (!isRollcallError(fault, 'outcome-unknown')) return
      doubts += 1
      env.after(DOUBT, () => {
        doubts -= 1
      })
    },
    created(session) {
      if (!isHeld(session.id)) void judge(session)
    },
  }
}
