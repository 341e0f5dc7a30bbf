import type { FaultProxy } from '../support/fault-proxy.ts'

/** A store, the ways to it, and what can be done to it. What a store does not have, no fault can strike. */
export interface Place extends AsyncDisposable {
  /** Where the nodes find it, as `--store` takes it. */
  readonly store: string

  /** What else the nodes are told. */
  readonly flags: readonly string[]

  /** How many nodes may share it. */
  readonly nodes: number

  /** The way from the nodes to the store. */
  readonly way?: FaultProxy

  /** The way on which nodes tell each other that there is news. */
  readonly feedWay?: FaultProxy

  /** The process that keeps the sessions just now. */
  readonly server?: Server

  /** Cuts whatever keeps the standby up with the server, without stopping either. */
  readonly cutReplication?: () => Promise<void>

  /** Ends the server without a warning, and lets its standby take its place. */
  readonly failOver?: () => Promise<void>

  /** Gives the server a standby again, and waits until that is up with it. */
  readonly mend?: () => Promise<void>
}

/** A process that may be ended, stopped where it stands, and started again. */
export interface Server {
  kill(): Promise<void>
  restart(): Promise<void>
  pause(): void
  resume(): void
}

/** What a place is to be like. Each way of being unprotected is one that a fault shows. */
export type Protection =
  | 'as promised'

  /** A crash of the server forgets. */
  | 'forgetful'

  /** A standby follows when it can; nobody waits for it. */
  | 'asynchronous'

/** A kind of store that faults are tried on. */
export interface PlaceKind {
  readonly name: string

  /** Why it cannot be had here; in CI it must be. */
  readonly missing: string | false

  /** Whether it can have a standby. */
  readonly standby?: true

  /**
   * Whether a change can be seen there before its standby has it, so that a failover may take back what was seen and
   * never acknowledged.
   */
  readonly wavers?: true

  /** Starts one; `standby` asks for one that can fail over. */
  start(protection: Protection, standby: boolean): Promise<Place>
}

/** Several ways to one place as one: what is done to it is done to each of them. */
export function together(ways: readonly FaultProxy[]): FaultProxy {
  const [first] = ways
  if (first === undefined) throw new Error('There is no way to that place')
  return {
    port: first.port,
    target: first.target,
    begin(fault) {
      for (const way of ways) way.begin(fault)
    },
    heal() {
      for (const way of ways) way.heal()
    },
    cut(after) {
      for (const way of ways) way.cut(after)
    },
    aim(target) {
      for (const way of ways) way.aim(target)
    },
    connections: () => ways.reduce((sum, way) => sum + way.connections(), 0),
    async [Symbol.asyncDispose]() {
      await Promise.all(ways.map((way) => way[Symbol.asyncDispose]()))
    },
  }
}
