/**
 * The peers of this thread, from their first word to their last.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import type { Clock } from './clock.ts'
import { type Connection, type ConnectionParts, openConnection } from './connection.ts'
import type { Gone, PeerStatistics, PublisherEvent } from './contract.ts'
import type { HalfOpen } from './half-open.ts'
import type { Feedback } from './rtcp.ts'
import type { RtpPacket } from './rtp.ts'

/** A peer. */
export interface Peer {
  readonly id: string
  readonly connection: Connection
}

/** What a peer is there for. */
export interface Role {
  /** It is connected. */
  connected(): void

  /** It sent a packet of media; absent where none is taken. */
  readonly rtp?: (packet: RtpPacket) => void

  /** It reported something. */
  rtcp(feedback: readonly Feedback[]): void

  /** It is not there any more. */
  left(): void

  /** Takes the answer to what it was offered. */
  accept(answer: string): void
  statistics(): Omit<PeerStatistics, 'remoteAddress'>
}

/** All of them. */
export interface Peers {
  /** Adds one. @throws RollcallError `busy`, or whatever `begin` throws; then there is none */
  add<Begun>(from: string | undefined, begin: (peer: Peer) => Begun & { readonly role: Role }): Peer & Begun

  /** The role of one. */
  role(id: string): Role | undefined
  statistics(id: string): PeerStatistics | undefined

  /** Takes one out, tells it so, and says nothing of it. One that is not there is passed over. */
  cut(id: string): void

  /** The same, and says why it is gone. */
  dismiss(id: string, why: Gone): void

  /** Cuts all of them. */
  close(): void
}

/** What peers need. */
export interface PeersParts extends ConnectionParts {
  readonly halfOpen: HalfOpen
  readonly tell: (event: PublisherEvent) => void
}

/** After how long without a sign a peer is gone, how long it may take to connect, and how often that is looked at. */
const SILENCE = 10_000
const PATIENCE = 10_000
const LOOK = 500

/** Makes the list. */
export function peers({ halfOpen, tell, ...parts }: PeersParts): Peers {
  const { clock } = parts
  const all = new Map<string, Entry>()
  const stopLooking = clock.every(LOOK, () => look(clock, all, dismiss))

  function take(id: string): Entry | undefined {
    const entry = all.get(id)
    all.delete(id)
    halfOpen.remove(id)
    return entry
  }

  function cut(id: string): Entry | undefined {
    const entry = take(id)
    entry?.peer.connection.close(true)
    entry?.role.left()
    return entry
  }

  function dismiss(id: string, why: Gone): void {
    if (cut(id) !== undefined) tell({ type: 'gone', peer: id, why })
  }

  return {
    add(from, begin) {
      const id = randomUUID()
      halfOpen.add(id, from)
      const connection = openConnection(parts, {
        connected() {
          const entry = all.get(id)
          if (entry === undefined) return
          entry.connected = true
          halfOpen.remove(id)
          entry.role.connected()
          tell({ type: 'connected', peer: id })
        },
        gone: (why) => dismiss(id, why),
        rtp: (packet) => all.get(id)?.role.rtp?.(packet),
        rtcp: (feedback) => all.get(id)?.role.rtcp(feedback),
      })
      const peer = { id, connection }
      try {
        const begun = begin(peer)
        all.set(id, { peer, role: begun.role, since: clock.monotonic(), connected: false })
        return { ...peer, ...begun }
      } catch (fault) {
        connection.close(false)
        halfOpen.remove(id)
        throw fault
      }
    },

    role: (id) => all.get(id)?.role,

    statistics(id) {
      const entry = all.get(id)
      const remoteAddress = entry?.connected ? entry.peer.connection.remoteAddress() : undefined
      return entry && { ...entry.role.statistics(), ...(remoteAddress !== undefined && { remoteAddress }) }
    },

    cut: (id) => void cut(id),
    dismiss,

    close() {
      stopLooking()
      for (const id of [...all.keys()]) cut(id)
    },
  }
}

interface Entry {
  readonly peer: Peer
  readonly role: Role
  readonly since: number
  connected: boolean
}

function look(clock: Clock, all: ReadonlyMap<string, Entry>, dismiss: Peers['dismiss']): void {
  const now = clock.monotonic()
  for (const [id, { peer, since, connected }] of all) {
    if (connected && now - peer.connection.heardAt() > SILENCE) dismiss(id, 'silent')
    if (!connected && now - since > PATIENCE) dismiss(id, 'never-connected')
  }
}
