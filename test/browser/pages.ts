/**
 * Pages of somebody else's site, which publish and play with nothing but what browsers have, or with OvenPlayer.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A site that serves them. */
export interface Site extends AsyncDisposable {
  /** Its origin, `http://localhost:…`. */
  readonly origin: string

  /** A page whose script has {@link PEERS}. */
  readonly peers: string

  /** A page with OvenPlayer as it is on npm, for {@link PLAYERS}. */
  readonly players: string
}

/** Opens one. */
export async function openSite(): Promise<Site> {
  const server = createServer((request, response) => {
    const [type, body] = FILES[request.url ?? ''] ?? ['text/html', '']
    response.setHeader('content-type', type).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, resolve))
  const { port } = server.address() as AddressInfo
  const origin = `http://localhost:${port}`
  return {
    origin,
    peers: `${origin}/peers`,
    players: `${origin}/players`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/**
 * `publish(url, headers)` publishes the camera; `watch(name, url, headers)` plays; `figures(name)` says how a player
 * stands: its `state`, `frames` decoded, `failedAt`, and what it was `told`.
 */
const PEERS = `
const players = {}
async function exchange(peer, url, headers) {
  await peer.setLocalDescription()
  const response = await fetch(url, {
    method: 'POST', body: peer.localDescription.sdp, headers: { 'content-type': 'application/sdp', ...headers },
  })
  if (!response.ok) throw new Error((await response.json()).code)
  await peer.setRemoteDescription({ type: 'answer', sdp: await response.text() })
  return response
}
async function publish(url, headers) {
  const media = await navigator.mediaDevices.getUserMedia({ video: true, audio: true })
  const peer = new RTCPeerConnection()
  for (const track of media.getTracks()) peer.addTransceiver(track, { direction: 'sendonly', streams: [media] })
  players.camera = { peer }
  await exchange(peer, url, headers)
}
async function watch(name, url, headers = {}) {
  const peer = new RTCPeerConnection()
  const video = Object.assign(document.createElement('video'), { muted: true, autoplay: true, srcObject: new MediaStream() })
  const player = (players[name] = { peer, video, told: [] })
  document.body.append(video)
  for (const kind of ['video', 'audio']) peer.addTransceiver(kind, { direction: 'recvonly' })
  peer.ontrack = ({ track }) => video.srcObject.addTrack(track)
  peer.onconnectionstatechange = () => { if (peer.connectionState === 'failed') player.failedAt = Date.now() }
  const response = await exchange(peer, url, headers)
  player.location = new URL(response.headers.get('location'), url).href
  const [, events] = /<([^>]+)>;\\s*rel="urn:ietf:params:whep:ext:core:server-sent-events"/.exec(response.headers.get('link')) ?? []
  if (events === undefined) return
  const source = new EventSource(new URL(events, url))
  source.addEventListener('terminated', ({ data }) => {
    source.close()
    player.told.push({ ...JSON.parse(data), heardAt: Date.now() })
  })
}
async function figures(name) {
  const { peer, failedAt, told } = players[name]
  const stats = peer.connectionState === 'closed' ? [] : [...(await peer.getStats()).values()]
  const { framesDecoded = 0 } = stats.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'video') ?? {}
  return { state: peer.connectionState, frames: framesDecoded, failedAt, told }
}
const leaveOnHide = () => addEventListener('pagehide', () => {
  for (const { location } of Object.values(players)) if (location) fetch(location, { method: 'DELETE', keepalive: true })
})
`

/** `play(name, url)` plays in a player of that name; `seen(name)` says how many `frames` it showed, and its `errors`. */
const PLAYERS = `
const players = {}
function play(name, url) {
  const frame = document.createElement('div')
  frame.append(Object.assign(document.createElement('div'), { id: name }))
  document.body.append(frame)
  const player = OvenPlayer.create(name, { autoStart: true, mute: true, autoFallback: false, sources: [{ type: 'webrtc', file: url }] })
  const errors = []
  players[name] = { player, errors, frame }
  player.on('error', (fault) => errors.push({ code: fault.code, message: fault.message, error: String(fault.error ?? ''), at: Date.now() }))
}
function seen(name) {
  const { player, errors, frame } = players[name]
  const video = frame.querySelector('video')
  return { frames: video ? video.getVideoPlaybackQuality().totalVideoFrames : 0, errors, state: player.getState() }
}
`

const OVENPLAYER = readFileSync(new URL(import.meta.resolve('ovenplayer')))

const STYLE = '<style>body{display:flex;gap:8px;margin:8px}body>div{width:320px}video{width:320px}</style>'

const FILES: Readonly<Record<string, readonly [type: string, body: string | Buffer]>> = {
  '/peers': ['text/html', `<!doctype html><meta charset="utf-8">${STYLE}<body><script>${PEERS}</script>`],
  '/players': [
    'text/html',
    `<!doctype html><meta charset="utf-8">${STYLE}<body><script src="/ovenplayer.js"></script><script>${PLAYERS}</script>`,
  ],
  '/ovenplayer.js': ['text/javascript', OVENPLAYER],
}
