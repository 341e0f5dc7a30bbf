/**
 * The one place where everything meets: settings in, a listening server out.
 *
 * @module
 */
import type { AddressInfo } from 'node:net'
import { isRollcallError, RollcallError } from '../core/errors.ts'
import { createSessions } from '../engine/create-sessions.ts'
import type { SessionManager } from '../engine/manager.ts'
import { nodeEnv } from '../env.ts'
import { createApp } from '../http/app.ts'
import { newTally } from '../http/watching.ts'
import type { Hub } from '../live/contract.ts'
import { traceSessions } from '../tracing/sessions.ts'
import { isTraced } from '../tracing/spans.ts'
import { traceStore } from '../tracing/store.ts'
import { watchConnections } from './connections.ts'
import { mountsOf } from './dialects.ts'
import { startLive } from './live.ts'
import { createLogger } from './logger.ts'
import { requireWhole } from './media-settings.ts'
import { startMetrics } from './metrics.ts'
import { openStore } from './open-store.ts'
import { policyOf } from './policy.ts'
import type { Settings } from './setting-table.ts'
import { isWorthWaiting } from './store-faults.ts'
import { requireSigningKey } from './streams.ts'
import { VERSION } from './version.ts'
import { waitingRoom } from './wait-for-store.ts'

/** A server that listens. */
export interface RunningServer {
  /** Where it listens, such as `http://127.0.0.1:4780`. */
  readonly url: string

  /** The first access key, if this start made one. It is not kept anywhere. */
  readonly firstKey?: string

  /** The engine under it. */
  readonly sessions: SessionManager

  /** The lines that it holds open. */
  readonly hub: Hub

  /** Drains: takes no new work, finishes what is under way, closes the store. Done within ten seconds. */
  close(): Promise<void>
}

/** What is not set by whoever runs a server. */
export interface StartOptions {
  /** Whether it serves the page of the demo, `/demo/live`. */
  readonly demo?: boolean
}

/** How long what is under way may take to finish, in milliseconds. */
const DRAIN = 8_000

/**
 * Starts a server. A store that is shared and down is waited for, until `signal` is aborted.
 *
 * @throws RollcallError `store-unavailable` for a store that cannot be opened; `conflict` for one that cannot be used as
 * it is, or for a port that is taken; `bad-request` for settings that contradict each other.
 */
export async function startServer(
  settings: Settings,
  signal?: AbortSignal,
  { demo = false }: StartOptions = {},
): Promise<RunningServer> {
  requireSigningKey(settings)
  requireWhole(settings)
  const env = nodeEnv()
  const logger = createLogger(settings.logLevel)
  const tally = newTally()
  const metrics = startMetrics(tally, VERSION)
  const traced = isTraced()
  const { host, port } = settings
  const room = waitingRoom({
    host,
    port,
    say: (line) => logger.warn(line),
    signal: signal ?? new AbortController().signal,
  })
  const opened = await room
    .insist(() => openStore(settings, env.now), isWorthWaiting)
    .catch(async (fault: unknown) => {
      await room.close()
      throw explain(fault, settings)
    })
  const timed = metrics.time(opened)
  const store = traced ? traceStore(timed) : timed
  const engine = createSessions({
    store,
    env,
    policy: policyOf(settings),
    node: { version: VERSION, ...addressOf(settings, room.port()) },
    patience: settings.storePatience,
    report: (fault) =>
      logger.error({ fault: fault instanceof Error ? fault.message : 'unknown' }, 'upkeep failed'),
  })
  const sessions = traced ? traceSessions(engine) : engine
  metrics.watch(sessions)
  const live = startLive({ settings, sessions, env, logger })
  metrics.include(live.readings)
  const { allowOrigins, trustProxies, attemptLimit } = settings
  const app = createApp({
    sessions,
    version: VERSION,
    logger,
    allowOrigins,
    trustProxies,
    tally,
    meter: metrics,
    mounts: mountsOf(settings, sessions, live.statistics),
    traced,
    demo,
    ...live.served,
    ...(attemptLimit && { attemptLimit }),
  })
  const connections = watchConnections(app.server)
  try {
    const ask: Ask = (work, passes = isAway) => room.insist(work, opened.nodes === undefined ? never : passes)
    for (const caveat of await ask(opened.caveats)) logger.warn(caveat)
    const firstKey = await makeFirstKey(sessions, settings.key, ask)
    const listening = room.port()
    await room.close()
    await app.listen({
      host,
      port: listening,
      listenTextResolver: (address) => `rollcall ${VERSION} listens on ${address}, sessions in ${store.name}`,
    })
    const { port: own } = app.server.address() as AddressInfo
    const url = `http://${host.includes(':') ? `[${host}]` : host}:${own}`
    return { url, sessions, hub: live.hub, close, ...(firstKey !== undefined && { firstKey }) }
  } catch (fault) {
    await room.close()
    await live.close()
    await sessions.close()
    throw explain(fault, settings)
  }

  async function close(): Promise<void> {
    const released = connections.release(DRAIN)
    await live.close()
    await app.close()
    released()
    await sessions.close()
    logger.info('rollcall has stopped')
  }
}

/** Where other nodes reach this one: as it is told, else where it listens, if that is one address and no loopback. */
export function addressOf(
  { address, host }: Pick<Settings, 'address' | 'host'>,
  port: number,
): { readonly address?: string } {
  if (address !== undefined) return { address }
  const here = /^(localhost|127\.|::1$|0\.0\.0\.0$|::$)/.test(host) || port === 0
  return here ? {} : { address: `http://${host.includes(':') ? `[${host}]` : host}:${port}` }
}

/** Asks a store that was there a moment ago, and waits for it where it is shared and away. */
type Ask = <Answer>(work: () => Promise<Answer>, passes?: (fault: unknown) => boolean) => Promise<Answer>

const never = (): boolean => false
const isDown = (fault: unknown): boolean => isRollcallError(fault, 'store-unavailable')
const isAway = (fault: unknown): boolean => isDown(fault) || isRollcallError(fault, 'outcome-unknown')

async function makeFirstKey(
  { keys }: SessionManager,
  configured: string | undefined,
  ask: Ask,
): Promise<string | undefined> {
  if (configured !== undefined) {
    await ask(() => keys.ensure({ name: 'configured', scopes: ['admin'], secret: configured }))
    return undefined
  }
  const all = await ask(() => keys.list())
  if (all.some(({ withdrawnAt }) => withdrawnAt === undefined)) return undefined
  return (await ask(() => keys.create({ name: 'first', scopes: ['admin'] }), isDown)).secret
}

/** What keeps a server from listening, by the names of the system's faults. */
const REFUSALS: Readonly<Record<string, (settings: Settings) => string>> = {
  EADDRINUSE: ({ host, port }) =>
    `Port ${port} of ${host} is taken. Stop what listens there, or choose another: --port ${port + 1}.`,
  EACCES: ({ port }) =>
    `This user may not listen on port ${port}. Choose one from 1024 on: --port ${port + 8_000}.`,
  EADDRNOTAVAIL: absent,
  ENOTFOUND: absent,
  EAI_AGAIN: absent,
}

function absent({ host }: Settings): string {
  return `This machine has no address "${host}". Choose one that it has: --host 127.0.0.1.`
}

function explain(fault: unknown, settings: Settings): unknown {
  if (isRollcallError(fault) || !(fault instanceof Error) || !('code' in fault)) return fault
  const say = REFUSALS[String(fault.code)]
  return say === undefined ? fault : new RollcallError('conflict', say(settings))
}
