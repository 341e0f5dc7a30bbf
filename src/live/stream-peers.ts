/**
 * The peers that publish and play streams here, and what becomes known to those who watch.
 *
 * @module
 */
import type { Line } from './contract.ts'
import type { Over, StreamListener } from './stream-contract.ts'

/** One who publishes or plays. */
export interface Peer {
  readonly id: string
  readonly role: 'publisher' | 'viewer'
  readonly resource: string
  readonly listeners: Set<StreamListener>

  /** Whether its media has connected. */
  connected: boolean

  /** Bytes that were sent to it when that was last asked. */
  bytesSent: number

  /** Its line, once that is open. */
  line?: Line

  /** How its session ends, where the peer was lost by itself. */
  lost?: 'closed' | 'node-lost'

  /** Why it is over, where this side did not leave. */
  over?: Over
}

/** All of them. */
export interface StreamPeers {
  /** Makes one, which is not among them yet. */
  make(id: string, role: Peer['role'], resource: string): Peer

  /** Adds one. One that is there already, or was lost before, is passed over. */
  add(peer: Peer): void
  get(id: string): Peer | undefined
  all(): readonly Peer[]

  /** The one whose line stands for a session. */
  ofSession(sessionId: string): Peer | undefined

  /** Notes that one has connected: one who publishes makes the stream active. */
  connected(peer: Peer): void

  /** Takes one out and says why. Answers false where it is not there. A stream that loses its last publisher is inactive. */
  remove(peer: Peer, why?: Over): boolean

  /** Whether somebody has begun to publish a stream. */
  isAwaited(resource: string): boolean

  /** Whether somebody publishes a stream. */
  isActive(resource: string): boolean
  counts(): { readonly publishers: number; readonly viewers: number }
}

/** Makes an empty set. */
export function streamPeers(): StreamPeers {
  const byId = new Map<string, Peer>()
  const byResource = new Map<string, Set<Peer>>()
  const active = new Set<string>()

  function tell(resource: string, isActive: boolean): void {
    if (active.has(resource) === isActive) return
    if (isActive) active.add(resource)
    else active.delete(resource)
    for (const { listeners } of byResource.get(resource) ?? [])
      for (const listener of listeners) listener.active(isActive)
  }

  return {
    make: (id, role, resource) => ({
      id,
      role,
      resource,
      listeners: new Set(),
      connected: false,
      bytesSent: 0,
    }),

    add(peer) {
      if (peer.lost !== undefined || peer.over !== undefined) return
      byId.set(peer.id, peer)
      byResource.set(peer.resource, (byResource.get(peer.resource) ?? new Set()).add(peer))
    },

    get: (id) => byId.get(id),

    all: () => [...byId.values()],

    ofSession: (sessionId) => [...byId.values()].find(({ line }) => line?.session.id === sessionId),

    connected(peer) {
      peer.connected = true
      if (peer.role === 'publisher') tell(peer.resource, true)
    },

    remove(peer, why) {
      if (!byId.delete(peer.id)) return false
      const { role, resource, listeners } = peer
      const there = byResource.get(resource)
      there?.delete(peer)
      if (there?.size === 0) byResource.delete(resource)
      if (why !== undefined) {
        peer.over = why
        for (const listener of listeners) listener.over(why)
      }
      listeners.clear()
      if (role === 'publisher' && publishersOf(there).length === 0) tell(resource, false)
      return true
    },

    isAwaited: (resource) => publishersOf(byResource.get(resource)).length > 0,

    isActive: (resource) => active.has(resource),

    counts() {
      const open = [...byId.values()].filter(({ line }) => line !== undefined)
      const publishers = publishersOf(open).length
      return { publishers, viewers: open.length - publishers }
    },
  }
}

function publishersOf(peers: Iterable<Peer> = []): readonly Peer[] {
  return [...peers].filter(({ role }) => role === 'publisher')
}
