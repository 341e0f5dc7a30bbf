/**
 * Whether the clock goes as it should.
 *
 * @module
 */
import { setTimeout as pause } from 'node:timers/promises'
import { doubtful, type Finding, well } from './finding.ts'

/** Two clocks, in milliseconds: one that may be set, and one that never jumps. */
export interface Clocks {
  readonly wall: () => number
  readonly monotonic: () => number
}

/** The clocks of this machine. */
export const CLOCKS: Clocks = {
  wall: () => Date.now(),
  monotonic: () => performance.now(),
}

/** How long to watch, in milliseconds. */
const WATCHED = 250

/** How far the clocks may part meanwhile, in milliseconds. */
const TOLERANCE = 20

/** Watches both clocks for a moment, and judges whether they go alike. */
export async function examineClock(
  { wall, monotonic }: Clocks = CLOCKS,
  wait: () => Promise<unknown> = () => pause(WATCHED),
): Promise<Finding> {
  const before = { wall: wall(), monotonic: monotonic() }
  await wait()
  const parted = wall() - before.wall - (monotonic() - before.monotonic)
  if (Math.abs(parted) <= TOLERANCE) return well('clock', 'The wall clock and the monotonic clock go alike.')
  return doubtful(
    'clock',
    `The wall clock went ${Math.round(Math.abs(parted))} ms ${parted > 0 ? 'too fast' : 'too slow'} within ${WATCHED} ms.`,
    'It is being set. Wait until it is right, and see that it is slewed, not stepped (chrony, systemd-timesyncd).',
  )
}
