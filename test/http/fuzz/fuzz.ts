import { Agent, request } from 'node:http'
import fc, { type Arbitrary } from 'fast-check'
import type { AppBench } from '../../support/app.ts'
import type { Fuzzed } from './requests.ts'
import type { World } from './world.ts'

/** How to fuzz. */
export interface FuzzOptions {
  readonly requests: Arbitrary<Fuzzed>
  readonly count: number
  readonly seed: number

  /** Whether nothing may come of any request. */
  readonly inert: boolean
}

/** What came of it. */
export interface Fuzz {
  readonly sent: number
  readonly byStatus: ReadonlyMap<number, number>

  /** Milliseconds that the slowest answer took. */
  readonly slowest: number

  /** What was wrong, if anything was; no more was sent then. */
  readonly fault?: string
}

/** Requests that are under way together. */
const TOGETHER = 16

/** Milliseconds within which each request must be answered. */
const PATIENCE = 5_000

/** What is said of a request that was not. */
const UNANSWERED = -1

/** What is fuzzed. */
export type Fuzzable = Pick<AppBench, 'url' | 'sessions' | 'takeBreaches'>

/** Sends requests until there are enough, or until something is wrong. */
export async function fuzz(bench: Fuzzable, world: World, options: FuzzOptions): Promise<Fuzz> {
  const { requests, count, seed, inert } = options
  const agent = new Agent({ keepAlive: true, maxSockets: TOGETHER })
  const all = fc.sample(requests, { numRuns: count, seed })
  const byStatus = new Map<number, number>()
  let slowest = 0
  const { position } = await bench.sessions.events(undefined, 1)
  try {
    for (let from = 0; from < all.length; from += TOGETHER) {
      if (!inert) await world.refill()
      const batch = all.slice(from, from + TOGETHER)
      const sentAt = performance.now()
      const statuses = await Promise.all(
        batch.map((each) =>
          send(bench.url, agent, each, world).finally(() => {
            slowest = Math.max(slowest, performance.now() - sentAt)
          }),
        ),
      )
      for (const status of statuses) byStatus.set(status, (byStatus.get(status) ?? 0) + 1)
      const fault = await faultOf(batch, statuses)
      if (fault !== undefined)
        return { sent: from + batch.length, byStatus, slowest, fault: `seed ${seed}: ${fault}` }
    }
  } finally {
    agent.destroy()
  }
  return { sent: all.length, byStatus, slowest }

  async function faultOf(batch: readonly Fuzzed[], statuses: readonly number[]): Promise<string | undefined> {
    const [breach] = bench.takeBreaches()
    if (breach !== undefined) return breach
    const late = batch.find((_, index) => statuses[index] === UNANSWERED)
    if (late !== undefined) return `no answer within ${PATIENCE} ms: ${JSON.stringify(late)}`
    const broken = batch.find((_, index) => (statuses[index] ?? 0) >= 500)
    if (broken !== undefined) return `a fault of the server's own: ${JSON.stringify(broken)}`
    if (!inert || (await bench.sessions.events(undefined, 1)).position === position) return undefined
    return `something came of one of ${JSON.stringify(batch)}`
  }
}

/** Sends a request. Answers with the status, -1 where none came in time, and 0 where it cannot even be written or the server hung up. */
function send(
  url: string,
  agent: Agent,
  { method, path, headers, body }: Fuzzed,
  world: World,
): Promise<number> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => {
    const text = body === undefined ? undefined : Buffer.from(world.put(body))
    const all = Object.fromEntries(headers.map(([name, value]) => [name, world.put(value)]))
    const length = text === undefined ? {} : { 'content-length': String(text.length) }
    try {
      const sent = request({
        hostname,
        port,
        agent,
        method,
        path: world.put(path),
        headers: { ...all, ...length },
      })
      const timer = setTimeout(() => {
        resolve(UNANSWERED)
        sent.destroy()
      }, PATIENCE)
      sent.on('close', () => clearTimeout(timer))
      sent.on('error', () => resolve(0))
      sent.on('response', (response) => {
        const status = response.statusCode ?? 0
        response.on('error', () => resolve(status))
        if (response.headers['content-type']?.startsWith('text/event-stream')) sent.destroy()
        else response.resume()
        response.once('close', () => resolve(status))
      })
      sent.end(text)
    } catch {
      resolve(0)
    }
  })
}
