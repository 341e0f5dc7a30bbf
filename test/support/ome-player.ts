/**
 * A player that speaks OvenMediaEngine's signalling, in plain Node.
 *
 * @module
 */
import { once } from 'node:events'
import { WebSocket } from 'ws'
import { until } from './until.ts'
import { type Answering, playOffered } from './webrtc.ts'

/** What a server says. */
export interface Said {
  readonly command?: string
  readonly id?: number
  readonly sdp?: { readonly type: string; readonly sdp: string }
  readonly candidates?: readonly { readonly candidate: string; readonly sdpMid?: string }[]
  readonly code?: number
  readonly error?: string
}

/** A player's socket. */
export interface OmePlayer extends AsyncDisposable {
  /** Everything that the server said, in order. */
  readonly said: readonly Said[]

  /** How the socket was closed, once it is. */
  readonly closed: () => { readonly code: number; readonly reason: string } | undefined

  say(message: object | string): void

  /** Asks for the offer, and answers with what the server says to it. */
  ask(): Promise<Said>

  /** Takes an offer: makes a peer that plays it. Nothing is sent. */
  take(offer: Said): Promise<Answering>

  /** Asks, takes the offer and sends the answer. */
  play(): Promise<Answering>

  /** Waits until the socket is closed, and answers how. */
  end(): Promise<{ readonly code: number; readonly reason: string }>

  /** Goes away without a word. */
  vanish(): void
}

/** Opens one. Rejects with the status where the upgrade is refused. */
export async function omePlayer(
  url: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<OmePlayer> {
  const { 'sec-websocket-protocol': protocols, ...others } = headers
  const socket = new WebSocket(url.replace('http', 'ws') + path, protocols?.split(', ') ?? [], {
    headers: others,
  })
  const said: Said[] = []
  const peers: Answering[] = []
  let closed: { readonly code: number; readonly reason: string } | undefined
  socket.on('message', (data) => said.push(JSON.parse(String(data)) as Said))
  socket.on('close', (code, reason) => {
    closed = { code, reason: String(reason) }
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
    socket.once('unexpected-response', (_request, { statusCode }) => reject(new Error(String(statusCode))))
  })
  socket.on('error', () => undefined)

  const player: OmePlayer = {
    said,
    closed: () => closed,
    say: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    async ask() {
      const before = said.length
      player.say({ command: 'request_offer' })
      await until('the server says something', () => said.length > before)
      return said[before] ?? {}
    },
    async take({ sdp, candidates }) {
      const peer = await playOffered(sdp?.sdp ?? '', candidates)
      peers.push(peer)
      return peer
    },
    async play() {
      const offer = await player.ask()
      if (offer.error !== undefined) throw new Error(offer.error)
      const peer = await player.take(offer)
      player.say({ command: 'answer', id: offer.id, peer_id: 0, sdp: { type: 'answer', sdp: peer.answer } })
      return peer
    },
    async end() {
      if (closed === undefined) await once(socket, 'close')
      return closed ?? { code: 0, reason: '' }
    },
    vanish: () => socket.terminate(),
    async [Symbol.asyncDispose]() {
      socket.terminate()
      for (const peer of peers) peer.close()
    },
  }
  return player
}
