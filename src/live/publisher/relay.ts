/**
 * Publishing and playing, in the thread that this is called in.
 *
 * @module
 */
import { RollcallError } from '../../core/errors.ts'
import { acceptedOf, agreeToPlay, agreeToPublish, proposeToPlay, type ViewingAgreement } from './agreement.ts'
import { type LocalEnd, toIceCandidates, writeDescription } from './answer.ts'
import type { Clock } from './clock.ts'
import type { Connection } from './connection.ts'
import type { Answered, Offered, PeerRequest, PeerStatistics, PublisherEvent } from './contract.ts'
import { fingerprintOf, makeCertificate } from './dtls.ts'
import { type HalfOpenLimits, halfOpen } from './half-open.ts'
import { paths } from './paths.ts'
import { type Peer, peers, type Role } from './peers.ts'
import { openPorts, type PortOptions } from './ports.ts'
import { type Offering, publication } from './publication.ts'
import { readDescription } from './sdp.ts'
import { type Streams, streams } from './streams.ts'
import { viewing } from './viewing.ts'

/** What a relay is made of. */
export interface RelayOptions extends PortOptions, HalfOpenLimits {
  /** How long players wait when whoever publishes is gone, in milliseconds. 10,000. */
  readonly resumeWithin?: number
}

/** A publisher without a thread of its own. Everything as in the contract, at once. */
export interface Relay {
  answerPublisher(request: PeerRequest): Answered
  answerViewer(request: PeerRequest): Answered
  offerViewer(request: Omit<PeerRequest, 'offer'>): Offered
  acceptAnswer(peer: string, answer: string): void
  cut(peer: string): void
  statistics(peer: string): PeerStatistics | undefined
  close(): void
}

/** Opens the ports and waits. `tell` hears of every peer. @throws Error where a port cannot be opened */
export async function openRelay(
  { resumeWithin = 10_000, ...options }: RelayOptions,
  clock: Clock,
  tell: (event: PublisherEvent) => void,
): Promise<Relay> {
  const certificate = await makeCertificate()
  const fingerprint = fingerprintOf(certificate)
  const ways = paths()
  const ports = await openPorts(options, ways.receive)
  const there = peers({ paths: ways, certificate, clock, tell, halfOpen: halfOpen(options) })
  const houses = streams({ clock, resumeWithin, dismiss: there.dismiss })

  function endOf({ ice }: Connection): LocalEnd {
    return { ice, fingerprint, addresses: ports.addresses }
  }

  return {
    answerPublisher({ stream: name, offer, from }) {
      const description = readDescription(offer)
      const { sections, offerings } = agreeToPublish(description)
      const { id, connection } = there.add(from, ({ id, connection }) => ({
        role: publish(houses, name, publication(id, connection, offerings, clock)),
      }))
      connection.expect(description.fingerprint)
      return { peer: id, answer: writeDescription(endOf(connection), sections, 'passive') }
    },

    answerViewer({ stream: name, offer, from }) {
      const description = readDescription(offer)
      const agreed = agreeToPlay(description, offeringsOf(houses, name))
      const { id, connection } = there.add(from, (peer) => ({
        role: play(houses, name, peer, agreed, clock),
      }))
      connection.expect(description.fingerprint)
      return { peer: id, answer: writeDescription(endOf(connection), agreed.sections, 'passive') }
    },

    offerViewer({ stream: name, from }) {
      const proposed = proposeToPlay(offeringsOf(houses, name))
      const { id, connection } = there.add(from, (peer) => ({
        role: play(houses, name, peer, proposed, clock),
      }))
      const end = endOf(connection)
      return {
        peer: id,
        offer: writeDescription(end, proposed.sections, 'actpass'),
        candidates: toIceCandidates(end, proposed.sections[0]?.mid ?? '0'),
      }
    },

    acceptAnswer(peer, answer) {
      const role = there.role(peer)
      if (role === undefined) throw new RollcallError('not-found', 'The peer is gone. Ask for another offer.')
      role.accept(answer)
    },

    cut: there.cut,
    statistics: there.statistics,

    close() {
      there.close()
      houses.close()
      ports.close()
    },
  }
}

/** Seconds after which it is worth asking again for a stream that nobody publishes. */
const RETRY_AFTER = 2

function offeringsOf(houses: Streams, name: string): readonly Offering[] {
  const offerings = houses.find(name)?.offerings()
  if (offerings === undefined)
    throw new RollcallError('not-published', 'Nobody publishes this stream just now. Try again later.', {
      retryAfter: RETRY_AFTER,
    })
  return offerings
}

function publish(houses: Streams, name: string, made: ReturnType<typeof publication>): Role {
  const house = houses.open(name)
  house.expect(made)
  return {
    connected: () => house.begin(made),
    rtp: (packet) => house.pass(made, packet),
    rtcp: (feedback) => house.hearPublisher(made, feedback),
    left() {
      house.end(made)
      houses.tidy(name)
    },
    accept: refuseAnswer,
    statistics: () => ({ stream: name, role: 'publisher', ...made.statistics(house.tracks()) }),
  }
}

function play(
  houses: Streams,
  name: string,
  { id, connection }: Peer,
  agreed: ViewingAgreement,
  clock: Clock,
): Role {
  const house = houses.open(name)
  const made = viewing(id, connection, agreed.lines, clock)
  house.join(made)
  return {
    connected: () => house.play(made),
    rtcp: (feedback) => house.hearViewer(made, feedback),
    left() {
      house.leave(made)
      houses.tidy(name)
    },
    accept(answer) {
      const description = readDescription(answer)
      made.keep(acceptedOf(description, agreed))
      connection.expect(description.fingerprint)
    },
    statistics: () => ({ stream: name, role: 'viewer', ...made.statistics() }),
  }
}

function refuseAnswer(): never {
  throw new RollcallError('unprocessable', 'This peer was answered already. It was offered nothing.')
}
