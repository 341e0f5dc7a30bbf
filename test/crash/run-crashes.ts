import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, type ServerProcess, startServerProcess } from '../support/server-process.ts'
import { ledgerClient } from './client.ts'
import { judge, type Violation } from './history.ts'

/** What came of a number of crashes. */
export interface CrashReport {
  readonly seed: number
  readonly kills: number

  /** Sessions that were acknowledged, ends that were acknowledged, operations never answered. */
  readonly issued: number
  readonly ended: number
  readonly unknown: number

  /** Acknowledged sessions that were lost, acknowledged ends that were undone, sessions nobody issued. */
  readonly lost: number
  readonly undone: number
  readonly ghosts: number

  /** From a kill to the next answer, in milliseconds: the median and the longest. */
  readonly restart: { readonly median: number; readonly longest: number }
  readonly violations: readonly Violation[]
}

/** How often to crash what. */
export interface CrashOptions {
  readonly folder: string
  readonly kills: number
  readonly seed: number

  /** The program to crash; the server's own command line unless told otherwise. */
  readonly command?: readonly string[]
}

const CLIENTS = 6

/** Longest time between two kills, in milliseconds. */
const LONGEST_LIFE = 250

/** Kills a server again and again while clients use it, and judges everything they saw. */
export async function runCrashes({ folder, kills, seed, command }: CrashOptions): Promise<CrashReport> {
  const random = generator(seed)
  const port = await freePort()
  const store = `sqlite:${folder}/crash-${seed}.db`
  const start = (): Promise<ServerProcess> =>
    startServerProcess({ store, port, flags: ['--log-level', 'silent'], ...(command && { command }) })
  const clients = Array.from({ length: CLIENTS }, (_, index) =>
    ledgerClient(`user-${index}`, `${folder}/ledger-${seed}-${index}`, () => `http://127.0.0.1:${port}`),
  )
  const restarts: number[] = []
  let server = await start()

  for (let kill = 0; kill < kills; kill++) {
    let up = true
    const working = clients.map(async (client) => {
      while (up) await client.act(random)
    })
    await sleep(random() * LONGEST_LIFE)
    up = false
    await server.kill('SIGKILL')
    await Promise.all(working)
    const down = performance.now()
    server = await start()
    restarts.push(performance.now() - down)
    await Promise.all(clients.map((client) => client.list()))
  }
  await Promise.all(
    clients.map(async (client) => {
      for (const session of client.tokens.keys()) await client.verify(session)
      await client.list()
      client.close()
    }),
  )
  await server.kill('SIGTERM')
  return report(
    seed,
    kills,
    restarts,
    clients.map(({ history }) => history),
  )
}

function report(
  seed: number,
  kills: number,
  restarts: number[],
  histories: Parameters<typeof judge>[0][],
): CrashReport {
  const all = histories.flat()
  const count = (does: string, outcome: string): number =>
    all.filter((each) => each.does === does && each.outcome === outcome).length
  const violations = histories.flatMap((history) => judge(history))
  const kind = (wanted: Violation['kind']): number => violations.filter((each) => each.kind === wanted).length
  restarts.sort((a, b) => a - b)
  return {
    seed,
    kills,
    issued: count('issue', 'done'),
    ended: count('end', 'done') + count('end-all', 'done'),
    unknown: all.filter(({ outcome }) => outcome === 'unknown').length,
    lost: kind('lost'),
    undone: kind('undone'),
    ghosts: kind('ghost'),
    restart: {
      median: Math.round(restarts[restarts.length >> 1] ?? 0),
      longest: Math.round(restarts.at(-1) ?? 0),
    },
    violations,
  }
}

/** A small generator of numbers from 0 to 1 (mulberry32), so that a seed gives the same run of choices again. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
