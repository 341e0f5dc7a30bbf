/**
 * Which server is the master of what, just now.
 *
 * @module
 */
import { setTimeout as delay } from 'node:timers/promises'
import { RollcallError } from '../../core/errors.ts'
import { type Address, type Host, nameOf } from './address.ts'
import type { Lines } from './lines.ts'
import { slotOf } from './slots.ts'

/** The masters, as they were last seen. */
export interface Topology {
  /** The master of a partition. Asks the servers where nothing is known. */
  masterOf(partition: string): Promise<Host>

  /** Every master. */
  masters(): Promise<readonly Host[]>

  /** What was known is not so any more: the next question asks the servers again. */
  forget(): void

  /** A server said that a partition is elsewhere. */
  learn(partition: string, host: Host): void
}

/** Follows the masters of a cluster, or the one master among servers that stand by for each other. */
export function topologyOf(address: Address, lines: Lines): Topology {
  const look = address.cluster ? () => askSlots(address.hosts, lines) : () => askRoles(address.hosts, lines)
  const learned = new Map<string, Host>()
  let known: Promise<Masters> | undefined

  function current(): Promise<Masters> {
    known ??= look().catch((fault: unknown) => {
      known = undefined
      throw fault
    })
    return known
  }

  return {
    masterOf: async (partition) => {
      const told = learned.get(partition)
      if (told !== undefined) return told
      const host = (await current()).of(partition)
      if (host !== undefined) return host
      known = undefined
      throw new RollcallError(
        'store-unavailable',
        `No master of the cluster has the slot of partition ${partition}. See CLUSTER INFO.`,
      )
    },
    masters: async () => (await current()).all,
    forget() {
      known = undefined
      learned.clear()
    },
    learn(partition, host) {
      known = undefined
      learned.set(partition, host)
    },
  }
}

interface Masters {
  readonly all: readonly Host[]
  of(partition: string): Host | undefined
}

/** How long the others may take to say whether they are masters too, once one has said so, in milliseconds. */
const SECOND_VOICE = 200

/** Asks all servers at once, and takes the first answer. */
async function askSlots(hosts: readonly Host[], lines: Lines): Promise<Masters> {
  const ranges = await Promise.any(hosts.map((host) => readSlots(host, lines))).catch(sayWhy)
  const all = new Map(ranges.map(({ master }) => [nameOf(master), master]))
  return {
    all: [...all.values()],
    of(partition) {
      const slot = slotOf(partition)
      return ranges.find(({ first, last }) => first <= slot && slot <= last)?.master
    },
  }
}

interface SlotRange {
  readonly first: number
  readonly last: number
  readonly master: Host
}

async function readSlots(host: Host, lines: Lines): Promise<readonly SlotRange[]> {
  const line = await lines.to(host)
  const answer = await line.call('CLUSTER', 'SLOTS')
  if (!Array.isArray(answer) || answer.length === 0) throw new Error(`${nameOf(host)} knows of no slots`)
  return answer.map(([first, last, [name, port]]) => ({
    first: Number(first),
    last: Number(last),
    master: { host: typeof name === 'string' && name !== '' ? name : host.host, port: Number(port) },
  }))
}

/** Asks all servers at once who is the master. Two that say so would each keep what the other does not. */
async function askRoles(hosts: readonly Host[], lines: Lines): Promise<Masters> {
  const found: Host[] = []
  const asked = hosts.map(async (host) => {
    const answer = await (await lines.to(host)).call('ROLE')
    const [role, ...rest] = Array.isArray(answer) ? answer : []
    if (role !== 'master') throw new Error(`${nameOf(host)} is a replica of ${rest[0]}:${rest[1]}`)
    found.push(host)
  })
  await Promise.any(asked).catch(sayWhy)
  await Promise.race([Promise.allSettled(asked), delay(SECOND_VOICE, undefined, { ref: false })])
  const [master, other] = found
  if (master !== undefined && other !== undefined) {
    throw new RollcallError(
      'store-unavailable',
      `${nameOf(master)} and ${nameOf(other)} both say that they are the master. Make one a replica of the other (REPLICAOF).`,
    )
  }
  return { all: found, of: () => master }
}

function sayWhy(fault: unknown): never {
  const faults = fault instanceof AggregateError ? fault.errors : [fault]
  throw new Error(faults.map((each) => (each instanceof Error ? each.message : String(each))).join('; '), {
    cause: fault,
  })
}
