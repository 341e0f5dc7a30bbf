/**
 * Talking to Redis, whether one server or a cluster.
 *
 * @module
 */

import { setTimeout as delay } from 'node:timers/promises'
import type { ConnectionOptions } from 'node:tls'
import { isRollcallError } from '../../core/errors.ts'
import { type Address, readHost } from './address.ts'
import { type Confirmation, type Confirming, confirmingOn } from './confirming.ts'
import { type Consequence, judge, unavailable, unknown } from './faults.ts'
import { type Line, linesOf } from './lines.ts'
import type { Argument, Script } from './script.ts'
import { topologyOf } from './topology.ts'

/**
 * Redis, as the store uses it: 58 partitions, each on the one master that has its slot.
 *
 * Text is UTF-8 in both directions. A fault is a `RollcallError`:
 *
 * - `store-unavailable`: nothing was changed. Redis was not reached, or refused (loading, read-only, out of memory,
 *   cluster down, too few replicas), or it was a read.
 * - `outcome-unknown`: a script that may change something was sent, and no answer came in time; or, where writes are
 *   to be replicated, too few replicas confirmed it.
 */
export interface RedisClient {
  /** Whether partitions are in slots of a cluster, so that no command may name keys of two. */
  readonly clustered: boolean

  /**
   * Runs a script where a partition is kept; all keys are of that partition. Answers what the script returned: text,
   * whole numbers, null for `false` and `nil`, arrays of these. A write has been confirmed as the client was told to
   * ask for, when this resolves. Nothing that may have been done is sent again.
   */
  run(script: Script, partition: string, keys: readonly string[], args: readonly Argument[]): Promise<unknown>

  /** Sends a command that only reads where a partition is kept; its keys are of that partition, unless not clustered. */
  read(partition: string, command: string, ...args: readonly Argument[]): Promise<unknown>

  /** Sends a command that only reads to every master, and answers what each said. */
  readAll(command: string, ...args: readonly Argument[]): Promise<readonly unknown[]>

  /** Lets go of all connections. */
  close(): void
}

/** Which Redis, and how long to wait for it. */
export interface ClientOptions {
  readonly address: Address
  readonly tls?: ConnectionOptions

  /** Longest wait for a connection or a new master, and for an answer, in milliseconds. */
  readonly patience: number

  /** The replicas that must have each write before it counts; without it, the master alone. */
  readonly confirmation?: Confirmation
}

/** Prepares a client; it connects when it is first asked. */
export function redisClient({ address, patience, confirmation, ...secure }: ClientOptions): RedisClient {
  const lines = linesOf({ address, patience, called: 'rollcall', ...secure })
  const writing = linesOf({ address, patience: 2 * patience, called: 'rollcall-write', ...secure })
  const topology = topologyOf(address, lines)
  const confirmed = new WeakMap<Line, Confirming>()
  let closed = false

  async function attempt(what: Attempt): Promise<unknown> {
    const deadline = performance.now() + patience
    let aside: string | undefined
    for (let turn = 1; ; turn++) {
      const tried = await once(what, aside)
      if (!('consequence' in tried)) return tried.answer
      react(tried, what.partition)
      judgeAttempt(what, tried, closed || performance.now() > deadline)
      aside = tried.consequence.is === 'asked' ? tried.consequence.to : undefined
      if (aside === undefined) await delay(Math.min(5 * turn, SLOWEST))
    }
  }

  async function once({ partition, writes, send }: Attempt, aside: string | undefined): Promise<Tried> {
    let line: Line | undefined
    try {
      const host = (aside && readHost(aside)) || (await topology.masterOf(partition))
      line = await (writes && confirmation ? writing : lines).to(host)
      return { answer: await send(line, aside !== undefined) }
    } catch (fault) {
      return { fault, line, consequence: line === undefined ? NOT_REACHED : judge(fault) }
    }
  }

  /** Lets go of what a fault has shown to be out of date. */
  function react({ consequence, line }: Failed, partition: string): void {
    const to =
      consequence.is === 'moved' && consequence.to !== undefined ? readHost(consequence.to) : undefined
    if (to !== undefined) topology.learn(partition, to)
    else if (consequence.is !== 'asked') topology.forget()
    if (consequence.is === 'lost' || (consequence.is === 'moved' && to === undefined)) line?.drop()
  }

  function confirm(line: Line, send: () => Promise<unknown>): Promise<unknown> {
    if (confirmation === undefined) return send()
    const writer = confirmed.get(line) ?? confirmingOn(line, confirmation)
    confirmed.set(line, writer)
    return writer.write(send)
  }

  return {
    clustered: address.cluster,
    run(script, partition, keys, args) {
      const writes = script.kind === 'write'
      const rest = [keys.length, ...keys, ...args]
      return attempt({
        doing: script.name,
        partition,
        writes,
        async send(line, asking) {
          const call = (command: string, text: string) => () => {
            if (asking) line.call('ASKING').catch(() => {})
            return line.call(command, text, ...rest)
          }
          const confirming = writes ? confirm : (_: Line, send: () => Promise<unknown>) => send()
          return confirming(line, call('EVALSHA', script.sha)).catch((fault: unknown) => {
            if (judge(fault).is !== 'unknown-script') throw fault
            return confirming(line, call('EVAL', script.source))
          })
        },
      })
    },
    read: (partition, command, ...args) =>
      attempt({
        doing: command.toLowerCase(),
        partition,
        writes: false,
        send: (line, asking) => {
          if (asking) line.call('ASKING').catch(() => {})
          return line.call(command, ...args)
        },
      }),
    async readAll(command, ...args) {
      try {
        const hosts = await topology.masters()
        return await Promise.all(hosts.map(async (host) => (await lines.to(host)).call(command, ...args)))
      } catch (fault) {
        topology.forget()
        throw unavailable(command.toLowerCase(), fault)
      }
    },
    close() {
      closed = true
      lines.close()
      writing.close()
    },
  }
}

interface Attempt {
  readonly doing: string
  readonly partition: string
  readonly writes: boolean
  send(line: Line, asking: boolean): Promise<unknown>
}

type Tried = { readonly answer: unknown } | Failed

interface Failed {
  readonly fault: unknown
  readonly consequence: Consequence
  readonly line: Line | undefined
}

/** The longest pause between two attempts, in milliseconds. */
const SLOWEST = 50

const NOT_REACHED: Consequence = { is: 'lost', sent: false }

/** Throws where a failed attempt is not to be followed by another. */
function judgeAttempt({ doing, writes }: Attempt, { fault, consequence }: Failed, isOver: boolean): void {
  if (isRollcallError(fault, 'outcome-unknown')) throw fault
  if (writes && mayBeDone(consequence)) throw unknown(doing, fault)
  if (isOver || isFinal(consequence)) throw unavailable(doing, fault)
}

function mayBeDone(consequence: Consequence): boolean {
  return consequence.is === 'broken-off' || (consequence.is === 'lost' && consequence.sent)
}

/** Whether it is not worth asking again. */
function isFinal({ is }: Consequence): boolean {
  return is === 'refused' || is === 'broken-off'
}
