/**
 * Writing that lines are over: many at once, and again until the store has it.
 *
 * @module
 */
import type { Cancel, Env } from '../core/env.ts'
import type { EndReason, Session } from '../core/session.ts'
import type { SessionManager } from '../engine/manager.ts'
import type { LineRequest } from './contract.ts'

/** Ends that are owed to the store. */
export interface Endings {
  /** Owes an end. */
  add(session: Session, reason: EndReason): void

  /**
   * Waits until nothing that is owed holds what a new line wants, its name or a place among the lines of its login or
   * user; or until that could not be written for once.
   */
  makeWay(request: LineRequest): Promise<void>

  /** Waits until everything owed so far is written, or could not be for once. */
  flush(): Promise<void>
  close(): void
}

/** Sessions that one write ends at the most. */
const BATCH = 200

/** How long to wait after a write that failed, in milliseconds. */
const PAUSE = 1_000

/** Who ends them. */
const HUB = { kind: 'system', id: 'hub' } as const

/** Makes a list that writes itself. */
export function endings(
  sessions: Pick<SessionManager, 'end'>,
  env: Pick<Env, 'after'>,
  report: (fault: unknown) => void,
): Endings {
  let owed: { readonly session: Session; readonly reason: EndReason }[] = []
  let writing: Promise<void> | undefined
  let step = Promise.resolve(true)
  let cancel: Cancel | undefined
  let closed = false

  function soon(milliseconds: number): void {
    if (closed || cancel !== undefined || writing !== undefined) return
    cancel = env.after(milliseconds, () => {
      cancel = undefined
      void write()
    })
  }

  function write(): Promise<void> {
    writing ??= writeAll()
      .then(
        () => true,
        (fault: unknown) => {
          report(fault)
          return false
        },
      )
      .then((done) => {
        writing = undefined
        if (owed.length > 0) soon(done ? 0 : PAUSE)
      })
    return writing
  }

  async function writeAll(): Promise<void> {
    while (owed.length > 0) {
      const [first] = owed
      if (first === undefined) return
      const { reason, session } = first
      const alike = owed.filter((each) => each.reason === reason && each.session.realm === session.realm)
      const batch = new Set(alike.slice(0, BATCH))
      const ids = [...batch].map((each) => each.session.id)
      const end = sessions.end({ realm: session.realm, ids }, { reason, by: HUB })
      step = end.then(
        () => true,
        () => false,
      )
      await end
      owed = owed.filter((each) => !batch.has(each))
    }
  }

  return {
    add(session, reason) {
      owed.push({ session, reason })
      soon(0)
    },
    async makeWay(request) {
      while (owed.some(({ session }) => isInTheWay(session, request))) {
        void write()
        if (!(await step)) return
      }
    },

    async flush() {
      await writing
      if (owed.length > 0) await write()
    },
    close() {
      closed = true
      cancel?.()
    },
  }
}

function isInTheWay(session: Session, { resource, name, parentId, user }: LineRequest): boolean {
  if (name !== undefined && session.name === name && session.resource === resource) return true
  if (parentId !== undefined && session.parentId === parentId) return true
  return user !== undefined && session.userId === user.id
}
