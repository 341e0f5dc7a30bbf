import type { Env } from '../../src/core/env.ts'
import { nodeEnv } from '../../src/env.ts'

/** A store's clock, any number of nodes with clocks of their own, and a hand that moves them. */
export interface Machine {
  /** The store's clock. */
  now(): number

  /** Starts a node. Once halted, it does nothing any more, as if its process had been killed. */
  boot(): { readonly env: Env; halt(): void }

  /** Moves the store's clock and the nodes' monotonic clocks, then runs each timer that is due, once, the earliest first. */
  move(store: number, monotonic: number): Promise<void>

  /** Counts a call to the store as under way until it is answered. */
  track<Answer>(call: Promise<Answer>): Promise<Answer>
}

/** Makes a machine. A node's wall clock is wild on purpose: it is to decide nothing. */
export function machine(start: number): Machine {
  const { random, hash, hmac } = nodeEnv()
  let store = start
  let elapsed = 0
  let underWay = 0
  let nodes = 0
  let timers: { readonly due: number; readonly run: () => void }[] = []

  async function settle(): Promise<void> {
    do await new Promise((resolve) => setImmediate(resolve))
    while (underWay > 0)
  }

  return {
    now: () => store,

    boot() {
      const ahead = 1_000 * ++nodes
      let halted = false
      const env: Env = {
        random,
        hash,
        hmac,
        now: () => store * 2 + ahead,
        monotonic: () => elapsed + ahead,
        after(milliseconds, callback) {
          const timer = { due: elapsed + milliseconds, run: () => (halted ? undefined : callback()) }
          timers.push(timer)
          return () => {
            timers = timers.filter((other) => other !== timer)
          }
        },
      }
      return { env, halt: () => (halted = true) }
    },

    async move(byStore, byMonotonic) {
      store += byStore
      elapsed += byMonotonic
      await settle()
      for (;;) {
        const due = timers.filter((timer) => timer.due <= elapsed)
        const next = due.sort((one, other) => one.due - other.due)[0]
        if (next === undefined) return
        timers = timers.filter((other) => other !== next)
        next.run()
        await settle()
      }
    },

    track(call) {
      underWay += 1
      return call.finally(() => {
        underWay -= 1
      })
    },
  }
}
