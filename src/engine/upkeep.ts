/**
 * What is done without being asked: expiry, the single endings behind mass endings, activity, forgetting, nodes that are
 * lost, and their lines.
 *
 * @module
 */
import type { Cancel, Env } from '../core/env.ts'
import { MEMBERSHIP, type NodeRegistry } from '../core/node.ts'
import { ACTIVITY_FLUSH } from '../core/policy.ts'
import type { SessionStore } from '../core/store.ts'
import type { ActivityLog } from './activity.ts'
import type { Settled } from './settled.ts'
import { endStranded } from './stranded.ts'

/** Work that comes round. */
export interface Upkeep {
  /** Waits for the work under way and starts no more. */
  close(): Promise<void>
}

/** What upkeep needs. */
export interface UpkeepParts {
  readonly store: SessionStore
  readonly env: Env
  readonly policy: Settled
  readonly activity: ActivityLog

  /** The id of this node. */
  readonly node: string
  readonly wrote: () => void
  readonly report: (fault: unknown) => void
}

/** Sessions that one piece of work takes at the most, so that requests get in between. */
const BATCH = 100

/** How long to rest after a piece of work, in multiples of the time that it took: most of the machine is for requests. */
const REST = 2

/** Says that there is nothing to come back for. */
const DONE = Symbol('done')

/** Starts the rounds. */
export function startUpkeep({ store, env, policy, activity, node, wrote, report }: UpkeepParts): Upkeep {
  let closed = false
  const resting = new Set<() => void>()
  const { nodes } = store

  const rounds = [
    round(1_000, () => untilDone(() => store.expire(BATCH))),
    round(250, () => untilDone(() => store.tidy(BATCH))),
    round(1_000, () => untilDone(() => store.eraseSalts(BATCH))),
    round(ACTIVITY_FLUSH, () => activity.flush()),
    round(60_000, () => untilDone(() => store.sweep(BATCH))),
    round(60_000, () => store.trim(policy.journal)),
    nodes === undefined ? once(endLost) : round(MEMBERSHIP / 6, () => dropLost(nodes).then(endLost)),
  ]

  async function dropLost(registry: NodeRegistry): Promise<void> {
    if ((await registry.dropLost()).length > 0) wrote()
  }

  /** Ends the lines of nodes that are gone; on a store that nobody shares, of whoever had it before this start. */
  function endLost(): Promise<void> {
    return untilDone(() => endStranded({ store, node, ...(nodes && { nodes }) }, BATCH))
  }

  /** Works piece by piece until there is nothing left to do, and rests in between. */
  async function untilDone(work: () => Promise<number>): Promise<void> {
    for (let done = BATCH; done === BATCH && !closed; ) {
      const began = env.monotonic()
      done = await work()
      if (done > 0) wrote()
      if (done === BATCH && !closed) await rest(REST * (env.monotonic() - began))
    }
  }

  function rest(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = env.after(milliseconds, wake)
      resting.add(wake)
      function wake(): void {
        cancel()
        resting.delete(wake)
        resolve()
      }
    })
  }

  /** Does it now; again and again where that fails. */
  function once(work: () => Promise<unknown>): () => Promise<void> {
    return round(1_000, () => work().then(() => DONE), 0)
  }

  /** Does it time and again, until it says that it is {@link DONE}. */
  function round(every: number, work: () => Promise<unknown>, first: number = every): () => Promise<void> {
    let running: Promise<void> = Promise.resolve()
    let cancel: Cancel = env.after(first, turn)

    function turn(): void {
      running = work()
        .catch(report)
        .then((said) => {
          if (!closed && said !== DONE) cancel = env.after(every, turn)
        })
    }

    return () => {
      cancel()
      return running
    }
  }

  return {
    async close() {
      closed = true
      for (const wake of [...resting]) wake()
      await Promise.all(rounds.map((stop) => stop()))
    },
  }
}
