/**
 * Receipts: knowing that every node has heard of an end.
 *
 * Only nodes that might vouch for something when the end was written are waited for. A node without a lease by the
 * store's clock asks the store; and it reads the journal anew before it vouches again, as {@link newLease} has it.
 *
 * @module
 */
import type { Cancel, Env } from '../core/env.ts'
import type { NodeList, NodeRegistry } from '../core/node.ts'
import { hasPassed } from '../core/position.ts'
import type { NodeReceipt, Receipt } from './ended.ts'
import type { NodeIdentity } from './membership.ts'

/** Waits until nodes have passed a position. */
export interface Receipts {
  /**
   * Answers once every node that counts has passed it, or the time is over, in milliseconds. Of nodes that are there, those
   * that vouch for something count, and those that are `meant`.
   */
  wait(position: string, timeout: number, meant?: (node: string) => boolean): Promise<Receipt>

  /** Says that this node has read on. */
  heard(): void

  /** Lets everybody go who still waits. */
  close(): void
}

/** What receipts need. */
export interface ReceiptParts {
  /** Absent where this node is the only one. */
  readonly nodes?: NodeRegistry
  readonly env: Env
  readonly identity: NodeIdentity

  /** How far this node has read and acted. */
  readonly position: () => string | undefined
}

/** How often nodes are asked for while somebody waits, in milliseconds. */
const RHYTHM = 20

/** Makes the counter where receipts are waited for. However many wait, the nodes are asked for once. */
export function receipts({ nodes, env, identity, position: own }: ReceiptParts): Receipts {
  const waiting = new Set<Waiter>()
  let asking = false
  let cancel: Cancel = () => undefined

  function ask(): void {
    cancel()
    if (nodes === undefined || asking || waiting.size === 0) return
    asking = true
    const askedBy = [...waiting]
    nodes
      .list()
      .then(
        (list) => {
          for (const waiter of askedBy) waiter.look(list)
        },
        () => undefined, // Whoever waits is told in the end who did not answer.
      )
      .finally(() => {
        asking = false
        const newcomers = [...waiting].some((waiter) => !askedBy.includes(waiter))
        if (waiting.size > 0) cancel = env.after(newcomers ? 0 : RHYTHM, ask)
      })
  }

  return {
    async wait(position, timeout, meant = () => false) {
      const waiter = newWaiter({ position, env, identity, own, meant, alone: nodes === undefined })
      waiting.add(waiter)
      const stop = env.after(timeout, waiter.giveUp)
      waiter.hear()
      ask()
      await waiter.done
      stop()
      waiting.delete(waiter)
      return waiter.receipt()
    },
    heard() {
      for (const waiter of waiting) waiter.hear()
    },
    close() {
      cancel()
      for (const waiter of waiting) waiter.giveUp()
    },
  }
}

interface Waiter {
  readonly done: Promise<void>

  /** Looks at the nodes as they were some time after this began to wait. */
  look(list: NodeList): void
  hear(): void
  giveUp(): void
  receipt(): Receipt
}

interface WaiterParts {
  readonly position: string
  readonly env: Env
  readonly identity: NodeIdentity
  readonly own: () => string | undefined
  readonly meant: (node: string) => boolean
  readonly alone: boolean
}

function newWaiter({ position, env, identity, own, meant, alone }: WaiterParts): Waiter {
  const { promise: done, resolve } = Promise.withResolvers<void>()
  const began = env.monotonic()
  const seen = new Map<string, NodeReceipt>([[identity.id, waitedFor(identity)]])
  let present: ReadonlyMap<string, unknown> = new Map()
  let looked = alone

  function judge(node: Named, at: string | undefined, vouches: boolean): NodeReceipt {
    if (at !== undefined && hasPassed(at, position))
      return { ...nameOf(node), passed: true, took: Math.round(env.monotonic() - began) }
    return { ...nameOf(node), passed: false, lease: vouches ? 'live' : 'over' }
  }

  function settle(): void {
    if (isSettled() && ![...seen.values()].some(isAwaited)) resolve()
  }

  /** Whether it is worth waiting for a node: it may answer otherwise, or it is there and has something to act on. */
  const isAwaited = (node: NodeReceipt): boolean =>
    isOpen(node) || (!node.passed && present.has(node.id) && meant(node.id))

  const isSettled = (): boolean => looked && ![...seen.values()].some(isOpen)

  return {
    done,
    hear() {
      if (isOpen(seen.get(identity.id))) seen.set(identity.id, judge(identity, own(), true))
      settle()
    },
    look({ nodes, at }) {
      const others = new Map(nodes.filter(({ id }) => id !== identity.id).map((node) => [node.id, node]))
      if (!looked) for (const [id, node] of others) seen.set(id, waitedFor(node))
      looked = true
      present = others
      for (const [id, known] of seen) {
        if (id === identity.id || !isAwaited(known)) continue
        const node = others.get(id)
        seen.set(id, judge(known, node?.position, node !== undefined && node.leaseUntil > at))
      }
      settle()
    },
    giveUp: resolve,
    receipt: () => ({ position, nodes: [...seen.values()], everywhere: isSettled() }),
  }
}

type Named = Pick<NodeIdentity, 'id' | 'address'>

function nameOf({ id, address }: Named): Named {
  return { id, ...(address !== undefined && { address }) }
}

function waitedFor(node: Named): NodeReceipt {
  return { ...nameOf(node), passed: false, lease: 'live' }
}

/** Whether a node may still answer otherwise. One that was seen without a lease reads anew before it has one again. */
function isOpen(node: NodeReceipt | undefined): boolean {
  return node !== undefined && !node.passed && node.lease === 'live'
}
