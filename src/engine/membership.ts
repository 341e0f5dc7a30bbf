/**
 * Being a node among others: joining, renewing, leaving.
 *
 * @module
 */
import type { Cancel, Env } from '../core/env.ts'
import { RollcallError } from '../core/errors.ts'
import type { RollcallEvent } from '../core/events.ts'
import { MEMBERSHIP, type NodeRegistry, type NodeReport } from '../core/node.ts'
import { BEGINNING } from '../core/position.ts'
import type { Lease } from './lease.ts'

/** What a node is called, and where it is. */
export type NodeIdentity = Pick<NodeReport, 'id' | 'address' | 'version'>

/** This node's place among those that share the store. */
export interface Membership {
  /** Renews soon, so that others learn how far this node has read. */
  renewSoon(): void

  /** Answers once this node has joined. @throws RollcallError what keeps it from joining just now */
  joined(): Promise<void>

  /** Renews now. */
  renew(): void

  /** Hears of what happened: a node that finds itself gone vouches for nothing until it has joined again. */
  hear(event: RollcallEvent): void

  /** Vouches for nothing more, and takes its leave. */
  close(): Promise<void>
}

/** What being a node takes. */
export interface MembershipParts {
  readonly nodes: NodeRegistry
  readonly env: Env
  readonly lease: Lease
  readonly identity: NodeIdentity

  /** How often to renew, in milliseconds. */
  readonly every: number

  /** How far this node has read and acted. */
  readonly position: () => string | undefined

  /** Called when this node could not renew for as long as its membership lasts: once, until it has renewed again. */
  readonly lapsed: () => void

  /** Called when this node finds that it was taken out. */
  readonly gone: () => void
  readonly report: (fault: unknown) => void
}

/** Renewals are so far apart at the least, in milliseconds, however much there is to tell. */
const SOON = 25

/** Joins at once, and stays. */
export function joinNodes(parts: MembershipParts): Membership {
  const { nodes, env, lease, identity, every, position, lapsed, gone, report } = parts
  let sentAt = Number.NEGATIVE_INFINITY
  let sending: Promise<void> | undefined
  let renewing: Promise<void> | undefined
  let hasJoined = false
  let again = false
  let closed = false
  let lapse: Cancel = () => undefined
  let cancel: Cancel = env.after(0, renew)

  function renew(): void {
    again = renewing !== undefined
    if (closed || renewing !== undefined) return
    cancel()
    sending = send()
    renewing = sending.catch(report).finally(() => {
      renewing = undefined
      if (!closed) cancel = env.after(again ? untilSoon() : every, renew)
    })
  }

  async function send(): Promise<void> {
    const began = env.monotonic()
    sentAt = began
    await nodes.renew({ ...identity, position: position() ?? BEGINNING, lease: lease.span })
    if (closed) return
    lease.renewed(began)
    lapse()
    lapse = env.after(Math.max(0, began + MEMBERSHIP - env.monotonic()), lapsed)
    hasJoined = true
  }

  function untilSoon(): number {
    return Math.max(0, sentAt + SOON - env.monotonic())
  }

  return {
    renew,

    async joined() {
      if (hasJoined) return
      if (renewing === undefined) renew()
      await sending
      if (!hasJoined) throw new RollcallError('busy', 'This node stops. Come back: another one takes over.')
    },

    renewSoon() {
      again = true
      if (closed || renewing !== undefined) return
      cancel()
      cancel = env.after(untilSoon(), renew)
    },

    hear(event) {
      if (closed || event.type !== 'node.left' || event.node.id !== identity.id) return
      lease.drop()
      gone()
      renew()
    },

    async close() {
      closed = true
      lease.drop()
      cancel()
      lapse()
      await renewing
      await nodes.leave(identity.id).catch(report)
    },
  }
}
