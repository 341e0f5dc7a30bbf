/**
 * A publisher for tests, closed with its peers.
 *
 * @module
 */
import type { TestContext } from 'node:test'
import type { Worker } from 'node:worker_threads'
import type { Publisher, PublisherEvent } from '../../../src/live/publisher/contract.ts'
import { createPublisher, type PublisherOptions } from '../../../src/live/publisher/publisher.ts'
import {
  type PeerChoices,
  type Playing,
  type Publishing,
  playByOffer,
  publishByOffer,
} from '../../support/webrtc.ts'

export const STREAM = 'default/app/stream'

/** A publisher, what it told, and peers by one call each. */
export interface Studio {
  readonly publisher: Publisher
  readonly events: readonly PublisherEvent[]
  readonly faults: readonly unknown[]

  /** The thread that carries media now. */
  thread(): Worker
  publish(choices?: StudioChoices): Promise<Named<Publishing>>
  play(choices?: StudioChoices): Promise<Named<Playing>>

  /** Why a peer is gone; undefined where it is not. */
  gone(peer: string): string | undefined
}

/** How a peer is made, and which way it takes. */
export interface StudioChoices extends PeerChoices {
  /** Changes the answer on its way to the peer. */
  readonly by?: (answer: string) => string
}

/** A peer under the name that the publisher gave it. */
export type Named<Peer> = Peer & { readonly peer: string }

/** Opens one until the test is over. */
export function openStudio(t: TestContext, options: PublisherOptions = {}): Studio {
  const events: PublisherEvent[] = []
  const faults: unknown[] = []
  const threads: Worker[] = []
  const publisher = createPublisher({
    ...options,
    report: (fault) => faults.push(fault),
    started: (thread) => threads.push(thread),
  })
  publisher.on((event) => events.push(event))
  const peers: { close(): void }[] = []
  t.after(async () => {
    for (const peer of peers) peer.close()
    await publisher.close()
  })

  return {
    publisher,
    events,
    faults,
    thread() {
      const thread = threads.at(-1)
      if (thread === undefined) throw new Error('No thread has been started.')
      return thread
    },
    async publish(choices) {
      let peer = ''
      const publishing = await publishByOffer(async (offer) => {
        const answered = await publisher.answerPublisher({ stream: STREAM, offer })
        peer = answered.peer
        return choices?.by?.(answered.answer) ?? answered.answer
      }, choices)
      peers.push(publishing)
      return { ...publishing, peer }
    },
    async play(choices) {
      let peer = ''
      const playing = await playByOffer(async (offer) => {
        const answered = await publisher.answerViewer({ stream: STREAM, offer })
        peer = answered.peer
        return choices?.by?.(answered.answer) ?? answered.answer
      }, choices)
      peers.push(playing)
      return { ...playing, peer }
    },
    gone(peer) {
      const event = events.find((one) => one.type === 'gone' && one.peer === peer)
      return event?.type === 'gone' ? event.why : undefined
    },
  }
}
