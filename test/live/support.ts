import type { EndReason } from '../../src/core/session.ts'
import type { SessionManager } from '../../src/engine/manager.ts'
import type { Channel, Hub, Line, LineRequest } from '../../src/live/contract.ts'
import { createHub } from '../../src/live/hub.ts'
import { type EngineBench, engineBench } from '../support/engine.ts'

/** Somebody. */
export const ADA = { user: { id: 'ada' } }

/** How tests end sessions. */
export const REVOKED = { reason: 'revoked', by: { kind: 'system', id: 'test' } } as const

/** A session and its token. */
export type Issued = Awaited<ReturnType<SessionManager['issue']>>

/** What a line was told. */
export interface Recorder extends Channel {
  readonly cuts: EndReason[]
  released(): number
}

/** A line, and what it was told. */
export interface Recorded extends Recorder {
  readonly line: Line
}

/** Makes a channel that writes down what it is told. */
export function recorder(): Recorder {
  const cuts: EndReason[] = []
  let releases = 0
  return {
    cuts,
    released: () => releases,
    cut: ({ reason }) => void cuts.push(reason),
    release: () => {
      releases += 1
    },
  }
}

/** What it takes to open a connection under a login. */
export function under(parentId: string): LineRequest {
  return { kind: 'connection', parentId }
}

/** An engine with a hub over it. */
export type HubBench = EngineBench & { readonly hub: Hub }

/** Makes one. */
export async function hubBench(
  limits: { readonly linesPerSession?: number } = {},
  spoil?: Parameters<typeof engineBench>[1],
): Promise<HubBench> {
  const bench = await engineBench({ maxStaleness: 1_000 }, spoil)
  const { sessions, env } = bench
  return { ...bench, hub: createHub({ sessions, env, ...limits }) }
}
