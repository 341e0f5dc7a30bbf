/**
 * Streams: one publishes, many play.
 *
 * @module
 */
import type { Cancel } from '../../core/env.ts'
import type { Clock } from './clock.ts'
import { findCodec } from './codecs.ts'
import type { Gone } from './contract.ts'
import type { Offering, Publication } from './publication.ts'
import type { Feedback } from './rtcp.ts'
import type { RtpPacket } from './rtp.ts'
import { type Track, track } from './track.ts'
import type { Viewing, ViewingLine } from './viewing.ts'

/** A stream. */
export interface Stream {
  /** What players are answered with: the codecs of whoever publishes, or is about to. */
  offerings(): readonly Offering[] | undefined

  /** Adds a publisher who was answered, and is not connected yet. */
  expect(publication: Publication): void

  /** That publisher is connected: the stream is theirs. Whoever had it goes as `replaced`. */
  begin(publication: Publication): void

  /** That publisher is gone. Players wait a while for another. */
  end(publication: Publication): void

  /** Adds a player who was answered, begins to send once they are connected, and takes them out. */
  join(viewing: Viewing): void
  play(viewing: Viewing): void
  leave(viewing: Viewing): void

  /** Passes a packet of a publisher on. */
  pass(from: Publication, packet: RtpPacket): void

  /** Takes what a publisher or a player reports. */
  hearPublisher(from: Publication, feedback: readonly Feedback[]): void
  hearViewer(from: Viewing, feedback: readonly Feedback[]): void
  tracks(): readonly Track[]
  isEmpty(): boolean
  close(): void
}

/** What a stream needs. */
export interface StreamParts {
  readonly clock: Clock

  /** How long players wait for somebody who publishes, in milliseconds. */
  readonly resumeWithin: number

  /** Drops a peer. */
  dismiss(peer: string, why: Gone): void
}

/** How far apart key frames are asked for, reports sent, and holes looked for, in milliseconds. */
const KEY_FRAME_PAUSE = 500
const REPORTS = 1_000
const HOLES = 25

/** Makes a stream, without anybody. */
export function stream({ clock, resumeWithin, dismiss }: StreamParts): Stream {
  const expected = new Set<Publication>()
  const joined = new Set<Viewing>()
  const playing = new Set<Viewing>()
  let current: Publication | undefined
  let tracks: readonly Track[] = []
  let stopTimers: Cancel = () => undefined
  let stopWaiting: Cancel = () => undefined
  let askedAt = Number.NEGATIVE_INFINITY
  let willAsk = false

  function askKeyFrame(): void {
    if (willAsk) return
    const wait = askedAt + KEY_FRAME_PAUSE - clock.monotonic()
    willAsk = wait > 0
    if (willAsk) clock.after(wait, askNow)
    else askNow()
  }

  function askNow(): void {
    willAsk = false
    askedAt = clock.monotonic()
    for (const one of tracks) if (one.kind === 'video') current?.askKeyFrame(one)
  }

  function report(): void {
    current?.report(tracks)
    for (const viewing of playing) for (const one of tracks) viewing.tellTime(one)
  }

  function fillHoles(): void {
    for (const one of tracks) current?.askMissing(one)
  }

  /** Tracks go on where the codec stays the same. */
  function takeOver(publication: Publication): void {
    tracks = publication.offerings.map(({ kind, codec }) => {
      const before = tracks.find((one) => one.kind === kind && plays(one, codec))
      before?.changeHands()
      return before ?? track(kind, codec, clock)
    })
    for (const viewing of joined)
      if (!viewing.lines().every((line) => canGoOn(line, publication))) dismiss(viewing.id, 'failed')
  }

  function waitForPublisher(): void {
    stopWaiting()
    if (current !== undefined || joined.size === 0) return
    stopWaiting = clock.after(resumeWithin, () => {
      if (current !== undefined) return
      for (const viewing of joined) dismiss(viewing.id, 'publisher-gone')
    })
  }

  return {
    offerings: () => (current ?? [...expected].at(-1))?.offerings,

    expect: (publication) => void expected.add(publication),

    begin(publication) {
      const before = current
      expected.delete(publication)
      stopWaiting()
      stopTimers()
      current = publication
      takeOver(publication)
      if (before !== undefined) dismiss(before.id, 'replaced')
      const cancels = [clock.every(REPORTS, report), clock.every(HOLES, fillHoles)]
      stopTimers = () => cancels.forEach((cancel) => void cancel())
    },

    end(publication) {
      expected.delete(publication)
      if (current === publication) {
        current = undefined
        stopTimers()
      }
      if (current === undefined && expected.size === 0) waitForPublisher()
    },

    join: (viewing) => void joined.add(viewing),

    play(viewing) {
      playing.add(viewing)
      askKeyFrame()
    },

    leave(viewing) {
      joined.delete(viewing)
      playing.delete(viewing)
    },

    pass(from, packet) {
      if (from !== current) return
      const kind = from.count(packet)
      const one = kind === undefined ? undefined : tracks.find((known) => known.kind === kind)
      const isFirst = one?.source() === undefined
      const passed = one?.pass(packet)
      if (one === undefined || passed === undefined) return
      if (isFirst && one.kind === 'video') askKeyFrame()
      for (const viewing of playing) viewing.send(one.kind, passed)
    },

    hearPublisher(from, feedback) {
      if (from !== current) return
      for (const item of feedback) if (item.type === 'sender') for (const one of tracks) one.hear(item.report)
    },

    hearViewer(from, feedback) {
      for (const wish of from.hear(feedback)) {
        const one = wish.type === 'again' ? tracks.find(({ kind }) => kind === wish.kind) : undefined
        if (wish.type === 'key-frame') askKeyFrame()
        else if (one !== undefined) from.resend(one, wish.sequences)
      }
    },

    tracks: () => tracks,
    isEmpty: () => current === undefined && expected.size === 0 && joined.size === 0,

    close() {
      stopTimers()
      stopWaiting()
    },
  }
}

function plays({ codec }: Track, other: Offering['codec']): boolean {
  return codec.clockRate === other.clockRate && isSame(codec, other)
}

/** Whether what a player agreed to is what is published now. */
function canGoOn(line: ViewingLine, { offerings }: Publication): boolean {
  const offering = offerings.find(({ kind }) => kind === line.kind)
  return offering === undefined || isSame(offering.codec, line.published)
}

function isSame(one: Offering['codec'], other: Offering['codec']): boolean {
  return findCodec(one, { codecs: [other] }) !== undefined
}
