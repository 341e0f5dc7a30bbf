/**
 * Streams that are published and played here: every peer of the publisher is a line of the hub, and the other way round.
 *
 * @module
 */
import { isRollcallError, RollcallError } from '../core/errors.ts'
import type { Unsubscribe } from '../core/events.ts'
import { blockOf } from '../core/network.ts'
import type { Session } from '../core/session.ts'
import { DEFAULT_REALM } from '../core/user.ts'
import { firstSession } from '../engine/every-session.ts'
import type { SessionManager } from '../engine/manager.ts'
import type { Channel, Hub, Line, LineRequest } from './contract.ts'
import type {
  IceCandidate,
  PeerRequest,
  PeerStatistics,
  Publisher,
  PublisherEvent,
} from './publisher/contract.ts'
import {
  type OfferedLine,
  type Over,
  PUBLISHER_NAME,
  type StreamLine,
  type StreamListener,
  type Streams,
  type ViewRequest,
} from './stream-contract.ts'
import { type Peer, streamPeers } from './stream-peers.ts'

/** What streams are made of. */
export interface StreamsOptions {
  readonly hub: Hub
  readonly publisher: Publisher
  readonly sessions: Pick<SessionManager, 'list' | 'end' | 'nodes'>
}

/** How often somebody who wants to publish asks whoever does to give way, where others want to as well. */
const TRIES = 5

/** Makes them. The hub and the publisher must not be closed before what is made of them here. */
export function createStreams({ hub, publisher, sessions }: StreamsOptions): Streams {
  const peers = streamPeers()
  const predecessors = new Map<string, string>()
  let bytesSent = 0
  publisher.on(hearPublisher)

  function hearPublisher(event: PublisherEvent): void {
    const peer = peers.get(event.peer)
    if (peer === undefined) return
    if (event.type === 'connected') {
      peers.connected(peer)
      if (peer.role === 'publisher') cutPredecessors(peer.resource)
      return
    }
    peer.lost = event.why === 'worker-lost' ? 'node-lost' : 'closed'
    peer.line?.closed(peer.lost)
    remove(peer, 'lost')
  }

  function remove(peer: Peer, why?: Over): boolean {
    if (!peers.remove(peer, why)) return false
    if (!peers.isAwaited(peer.resource)) cutPredecessors(peer.resource)
    return true
  }

  /**
   * Drops a peer. One who publishes and gives way to another goes once that one has connected, so that players see no gap;
   * but at once where it has not connected itself, or it would take the stream back by connecting last. Whoever it was to
   * follow goes with it: their session is over, and no row of others who never connect may keep them on air.
   */
  function drop(peer: Peer, why?: Over): void {
    if (!remove(peer, why)) return
    const givesWay = typeof why === 'object' && why.reason === 'replaced' && peer.role === 'publisher'
    if (givesWay && peer.connected && peers.isAwaited(peer.resource)) {
      predecessors.set(peer.id, peer.resource)
      return
    }
    if (givesWay) cutPredecessors(peer.resource)
    publisher.cut(peer.id)
  }

  function cutPredecessors(of: string): void {
    for (const [id, resource] of predecessors) {
      if (resource !== of) continue
      predecessors.delete(id)
      publisher.cut(id)
    }
  }

  /** Makes a line of a peer. Where that is refused, there is no peer any more. */
  async function hold(peer: Peer, open: (channel: Channel) => Promise<Line>): Promise<Session> {
    peers.add(peer)
    try {
      const line = await open({ cut: (ending) => drop(peer, ending), release: () => drop(peer, 'released') })
      peer.line = line
      if (peer.lost === undefined) return line.session
      line.closed(peer.lost)
    } catch (fault) {
      drop(peer)
      throw fault
    }
    throw new RollcallError('busy', 'The peer was lost while its session began. Try again.', {
      retryAfter: 1,
    })
  }

  function leave(peer: Peer): void {
    drop(peer)
    peer.line?.closed()
  }

  function lineOf(peer: Peer, session: Session): StreamLine {
    return {
      session,
      addCandidate: (candidate) => addCandidate(peer, candidate),
      leave: () => leave(peer),
      hear: (listener) => hear(peer, listener),
    }
  }

  async function addCandidate(peer: Peer, candidate: IceCandidate): Promise<void> {
    if (peers.get(peer.id) !== peer) return
    await publisher.addCandidate(peer.id, candidate).catch((fault: unknown) => {
      if (!isRollcallError(fault)) throw fault
    })
  }

  function hear(peer: Peer, listener: StreamListener): Unsubscribe {
    if (peer.over !== undefined) listener.over(peer.over)
    else if (peers.get(peer.id) === peer) {
      listener.active(peers.isActive(peer.resource))
      peer.listeners.add(listener)
    }
    return () => void peer.listeners.delete(listener)
  }

  /** Opens the line of whoever publishes: the name is theirs once whoever held it has given way. */
  async function openPublisher(request: LineRequest & PublishedLine, channel: Channel): Promise<Line> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await hub.open(request, channel)
      } catch (fault) {
        if (attempt === TRIES || !isRollcallError(fault, 'name-taken')) throw fault
      }
      const filter = publishing(request.resource)
      await sessions.end({ realm: DEFAULT_REALM, filter }, { reason: 'replaced', by: request.by })
    }
  }

  return {
    async publish({ offer, ...request }) {
      const { peer: id, answer } = await publisher.answerPublisher({ ...askedBy(request), offer })
      const peer = peers.make(id, 'publisher', request.resource)
      const wanted = { ...request, kind: 'connection', name: PUBLISHER_NAME } as const
      const session = await hold(peer, (channel) => openPublisher(wanted, channel))
      return { line: lineOf(peer, session), answer }
    },

    async play({ offer, ...request }) {
      const { peer: id, answer } = await publisher.answerViewer({ ...askedBy(request), offer })
      const peer = peers.make(id, 'viewer', request.resource)
      const session = await hold(peer, (channel) => hub.open({ ...request, kind: 'playback' }, channel))
      return { line: lineOf(peer, session), answer }
    },

    async offer(request) {
      await refuseTaken(request)
      const { peer: id, offer, candidates } = await publisher.offerViewer(askedBy(request))
      const peer = peers.make(id, 'viewer', request.resource)
      peers.add(peer)
      return { offer, candidates, ...offered(peer, request) }
    },

    async elsewhere(resource) {
      if (publisher.isPublished(resource)) return undefined
      const held = await firstSession(sessions, publishing(resource))
      if (held?.node === undefined || held.node === sessions.nodes.own.id) return undefined
      const { nodes } = await sessions.nodes.list()
      return nodes.find(({ id }) => id === held.node)?.address
    },

    async statistics(sessionId) {
      const peer = peers.ofSession(sessionId)
      return peer === undefined ? undefined : readStatistics(peer)
    },

    async bytesSent() {
      await Promise.allSettled(peers.all().map(readStatistics))
      return bytesSent
    },

    counts: () => peers.counts(),
    close: () => publisher.close(),
  }

  async function readStatistics(peer: Peer): Promise<PeerStatistics | undefined> {
    const read = await publisher.statistics(peer.id)
    if (read === undefined) return undefined
    bytesSent += read.bytesSent - peer.bytesSent
    peer.bytesSent = read.bytesSent
    return read
  }

  /** Refuses a name that is taken before anything is made for it. It is claimed only with the answer. */
  async function refuseTaken({ resource, name }: ViewRequest): Promise<void> {
    if (name === undefined) return
    const holder = await firstSession(sessions, { realm: DEFAULT_REALM, kind: 'playback', resource, name })
    if (holder !== undefined) throw new RollcallError('name-taken')
  }

  function offered(peer: Peer, request: ViewRequest): Pick<OfferedLine, 'accept' | 'addCandidate' | 'leave'> {
    return {
      async accept(answer, over) {
        if (peers.get(peer.id) !== peer)
          throw new RollcallError('not-found', 'This offer does not stand any more. Ask for another.')
        await hold(peer, (channel) => hub.open({ ...request, kind: 'playback' }, channel))
        hear(peer, { active: () => undefined, over })
        try {
          await publisher.acceptAnswer(peer.id, answer)
        } catch (fault) {
          leave(peer)
          throw fault
        }
      },
      addCandidate: (candidate) => addCandidate(peer, candidate),
      leave: () => leave(peer),
    }
  }
}

function askedBy({
  resource,
  device: { ip },
}: Pick<ViewRequest, 'resource' | 'device'>): Omit<PeerRequest, 'offer'> {
  return { stream: resource, ...(ip !== undefined && { from: blockOf(ip) ?? ip }) }
}

/** What whoever publishes asks for, whatever else. */
interface PublishedLine {
  readonly resource: string
  readonly by: NonNullable<LineRequest['by']>
}

/** The session of whoever publishes a stream. */
function publishing(resource: string) {
  return { realm: DEFAULT_REALM, kind: 'connection', resource, name: PUBLISHER_NAME } as const
}
