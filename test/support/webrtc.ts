/**
 * WebRTC peers in plain Node: one that publishes moving pictures and a tone, one that plays and decodes.
 *
 * `send` carries an offer to whatever is tested and brings its answer: over HTTP, or straight to a publisher.
 *
 * ```ts
 * await using publishing = await publishByOffer(async (offer) => (await publisher.answerPublisher({ stream, offer })).answer)
 * await using playing = await playByOffer(async (offer) => (await publisher.answerViewer({ stream, offer })).answer)
 * await playing.plays() // connected, and pictures are decoded
 * await playing.until('failed', 500)
 * ```
 *
 * Close every peer: one that is open keeps the process from ending.
 *
 * @module
 */
import { createRequire } from 'node:module'
import { until } from './until.ts'

/** Brings an offer to whoever answers it. */
export type Send = (offer: string) => Promise<string>

/** A peer, seen from its own end. */
export interface Peer extends AsyncDisposable {
  /** `new`, `connecting`, `connected`, `disconnected`, `failed` or `closed`, as its `connectionState` says. */
  state(): string

  /** What it sent or received of pictures, whichever it does. */
  video(): Promise<VideoFigures>

  /** Waits until it is in that state; in milliseconds. */
  until(state: string, milliseconds?: number): Promise<void>

  /** Closes it as a page does that calls `close()`. */
  close(): void
}

/** A peer that publishes. */
export interface Publishing extends Peer {
  /** Stops the camera without closing anything, or starts it again. */
  film(on: boolean): void
}

/** A peer that plays. */
export interface Playing extends Peer {
  /** Pictures decoded so far. */
  framesDecoded(): Promise<number>

  /** Waits until it has decoded that many pictures more than now. */
  plays(frames?: number, milliseconds?: number): Promise<void>
}

/** A peer that plays what was offered to it; its answer has to be sent. */
export interface Answering extends Playing {
  readonly answer: string
}

/** How a peer is made. */
export interface PeerChoices {
  /** Names of the only codecs it offers, such as `VP8` and `opus`. All it has, unless told otherwise. */
  readonly codecs?: readonly string[]

  /** Whether sound comes with it. It does. */
  readonly audio?: boolean

  /** Changes the offer before the peer makes it its own. */
  readonly change?: (offer: string) => string
}

/** Figures of a stream of pictures. */
export interface VideoFigures {
  readonly framesDecoded?: number
  readonly framesEncoded?: number
  readonly keyFramesDecoded?: number
  readonly bytesSent?: number
  readonly packetsLost?: number
  readonly packetsSent?: number
  readonly packetsReceived?: number
  readonly pliCount?: number
  readonly nackCount?: number
  readonly ssrc?: number
}

/** Publishes synthetic pictures, 25 a second, and sound. */
export async function publishByOffer(send: Send, choices: PeerChoices = {}): Promise<Publishing> {
  const connection = new webrtc.RTCPeerConnection({})
  const camera = startCamera()
  const microphone = startMicrophone(choices.audio ?? true)
  for (const track of [camera.track, ...microphone.tracks]) connection.addTrack(track)
  try {
    await negotiate(connection, send, choices)
  } catch (fault) {
    connection.close()
    camera.stop()
    microphone.stop()
    throw fault
  }
  return {
    ...describe(connection, 'outbound-rtp', () => {
      camera.stop()
      microphone.stop()
    }),
    film: camera.film,
  }
}

/** Plays what it is answered, and decodes it. */
export async function playByOffer(send: Send, choices: PeerChoices = {}): Promise<Playing> {
  const connection = new webrtc.RTCPeerConnection({})
  connection.addTransceiver('video', { direction: 'recvonly' })
  if (choices.audio ?? true) connection.addTransceiver('audio', { direction: 'recvonly' })
  try {
    await negotiate(connection, send, choices)
  } catch (fault) {
    connection.close()
    throw fault
  }
  return describePlaying(connection)
}

/** Takes an offer and the candidates that came with it. Plays once `answer` has reached whoever offered. */
export async function playOffered(
  offer: string,
  candidates: readonly { readonly candidate: string; readonly sdpMid?: string }[] = [],
): Promise<Answering> {
  const connection = new webrtc.RTCPeerConnection({})
  await connection.setRemoteDescription({ type: 'offer', sdp: offer })
  const answer = await connection.createAnswer()
  await connection.setLocalDescription(answer)
  for (const candidate of candidates) await connection.addIceCandidate(candidate)
  return { ...describePlaying(connection), answer: answer.sdp }
}

const WIDTH = 320
const HEIGHT = 240

function startCamera(): { track: Track; film(on: boolean): void; stop(): void } {
  const source = new webrtc.nonstandard.RTCVideoSource()
  const track = source.createTrack()
  const data = new Uint8Array((WIDTH * HEIGHT * 3) / 2).fill(128)
  let count = 0
  let timer: NodeJS.Timeout | undefined
  function film(on: boolean): void {
    clearInterval(timer)
    if (on) timer = setInterval(draw, 40)
  }
  function draw(): void {
    count++
    const row = (count * 4) % HEIGHT
    data.fill((count * 7) % 256, row * WIDTH, (row + 4) * WIDTH)
    source.onFrame({ width: WIDTH, height: HEIGHT, data })
  }
  film(true)
  return {
    track,
    film,
    stop() {
      film(false)
      track.stop() // A track that goes on keeps the process from ending.
    },
  }
}

function startMicrophone(on: boolean): { tracks: readonly Track[]; stop(): void } {
  if (!on) return { tracks: [], stop: () => undefined }
  const source = new webrtc.nonstandard.RTCAudioSource()
  const track = source.createTrack()
  const samples = Int16Array.from({ length: 480 }, (_, at) => 8_000 * Math.sin((at / 480) * 2 * Math.PI * 4))
  const timer = setInterval(() => source.onData({ samples, sampleRate: 48_000, channelCount: 1 }), 10)
  return {
    tracks: [track],
    stop() {
      clearInterval(timer)
      track.stop()
    },
  }
}

async function negotiate(connection: Connection, send: Send, { codecs, change }: PeerChoices): Promise<void> {
  const { type, sdp } = await connection.createOffer()
  const offer = change ? change(sdp) : sdp
  await connection.setLocalDescription({ type, sdp: offer })
  const answer = await send(codecs ? keepCodecs(offer, codecs) : offer)
  await connection.setRemoteDescription({ type: 'answer', sdp: answer })
}

/** Leaves only some codecs, and what repairs them, in the lists of the media sections. */
function keepCodecs(sdp: string, codecs: readonly string[]): string {
  const kept = new Set<string>()
  for (const [, type = '', name = ''] of sdp.matchAll(/^a=rtpmap:(\d+) ([^/]+)/gm))
    if (codecs.some((codec) => codec.toLowerCase() === name.toLowerCase())) kept.add(type)
  for (const [, repair = '', repaired = ''] of sdp.matchAll(/^a=fmtp:(\d+) apt=(\d+)/gm))
    if (kept.has(repaired)) kept.add(repair)
  return sdp
    .split('\r\n')
    .map((line) => keepTypes(line, kept))
    .filter((line) => {
      const type = /^a=(?:rtpmap|fmtp|rtcp-fb):(\d+)/.exec(line)?.[1]
      return type === undefined || kept.has(type)
    })
    .join('\r\n')
}

function keepTypes(line: string, kept: ReadonlySet<string>): string {
  if (!/^m=(?:audio|video) /.test(line)) return line
  const [kind, port, protocol, ...types] = line.split(' ')
  return [kind, port, protocol, ...types.filter((type) => kept.has(type))].join(' ')
}

function describe(connection: Connection, figures: string, stop: () => void): Peer {
  let closed = false
  function close(): void {
    if (closed) return
    closed = true
    stop()
    connection.close()
  }
  return {
    state: () => connection.connectionState,
    async video() {
      const stats = closed ? [] : [...(await connection.getStats()).values()]
      return stats.find(({ type, kind }) => type === figures && kind === 'video') ?? {}
    },
    async until(state, milliseconds) {
      await until(`a peer is ${state}`, () => connection.connectionState === state, milliseconds)
    },
    close,
    async [Symbol.asyncDispose]() {
      close()
    },
  }
}

function describePlaying(connection: Connection): Playing {
  const peer = describe(connection, 'inbound-rtp', () => undefined)
  const framesDecoded = async () => (await peer.video()).framesDecoded ?? 0
  return {
    ...peer,
    framesDecoded,
    async plays(frames = 3, milliseconds) {
      const before = await framesDecoded()
      await until(
        `${frames} pictures more are decoded`,
        async () => (await framesDecoded()) >= before + frames,
        milliseconds,
      )
    },
  }
}

// The binding crashes when Node takes it down in good order, after everything was closed: leave without that.
process.once('beforeExit', () => process.on('exit', () => process.exit()))

/** The little of libwebrtc's binding that is used here: its own types need those of a browser. */
const webrtc = createRequire(import.meta.url)('@roamhq/wrtc') as {
  readonly RTCPeerConnection: new (configuration: object) => Connection
  readonly nonstandard: {
    readonly RTCVideoSource: new () => VideoSource
    readonly RTCAudioSource: new () => AudioSource
  }
}

interface Connection {
  readonly connectionState: string
  addTrack(track: Track): void
  addTransceiver(kind: string, choices: { readonly direction: string }): void
  createOffer(): Promise<Description>
  createAnswer(): Promise<Description>
  setLocalDescription(description: Description): Promise<void>
  setRemoteDescription(description: Description): Promise<void>
  addIceCandidate(candidate: object): Promise<void>
  getStats(): Promise<ReadonlyMap<string, VideoFigures & { readonly type: string; readonly kind?: string }>>
  close(): void
}

interface Description {
  readonly type: string
  readonly sdp: string
}

interface Track {
  stop(): void
}

interface VideoSource {
  createTrack(): Track
  onFrame(frame: { readonly width: number; readonly height: number; readonly data: Uint8Array }): void
}

interface AudioSource {
  createTrack(): Track
  onData(data: {
    readonly samples: Int16Array
    readonly sampleRate: number
    readonly channelCount: number
  }): void
}
