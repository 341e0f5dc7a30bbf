import type { Env } from '../../src/core/env.ts'
import { nodeEnv } from '../../src/env.ts'

/** A machine whose clocks and timers are moved by hand. */
export interface TestEnv extends Env {
  /** Moves both clocks on and runs, in order, every timer that comes due. */
  advance(milliseconds: number): Promise<void>

  /** Lets time stand still until this work, which takes time of its own, is done. */
  hold(work: Promise<unknown>): void

  /** Moves the wall clock alone. */
  jump(milliseconds: number): void
}

/** Makes a machine that stands still at noon until it is told otherwise. */
export function testEnv(): TestEnv {
  let wall = Date.UTC(2026, 0, 1, 12)
  let mono = 1_000
  let timers: { readonly due: number; readonly run: () => void }[] = []
  const { random, hash, hmac } = nodeEnv()
  const held = new Set<Promise<unknown>>()

  /** Lets every promise that can be settled be settled. */
  async function settle(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) {
      await new Promise((resolve) => setImmediate(resolve))
      while (held.size > 0) await Promise.allSettled(held)
    }
  }

  return {
    random,
    hash,
    hmac,
    now: () => wall,
    monotonic: () => mono,
    after(milliseconds, run) {
      const timer = { due: mono + milliseconds, run }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
    hold(work) {
      held.add(work)
      const done = (): void => void held.delete(work)
      work.then(done, done)
    },
    jump(milliseconds) {
      wall += milliseconds
    },
    async advance(milliseconds) {
      const end = mono + milliseconds
      for (;;) {
        await settle()
        const next = timers.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0]
        if (next === undefined) break
        wall += Math.max(0, next.due - mono)
        mono = Math.max(mono, next.due)
        timers = timers.filter((other) => other !== next)
        next.run()
      }
      wall += end - mono
      mono = end
      await settle()
    },
  }
}
