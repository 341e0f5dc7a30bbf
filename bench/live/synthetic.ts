/**
 * Peers that send and count packets and decode nothing: 200 packets of 1,200 bytes a second, about 2 Mbit/s.
 *
 * @module
 */
import { MediaStreamTrack, RTCPeerConnection, RTCRtpCodecParameters, RtpHeader, RtpPacket } from 'werift'

/** Packets that are sent in a second. */
export const PACKETS_A_SECOND = 200

/** Pictures that are sent in a second. */
const PICTURES = 25

/** Bytes of a packet, from its header to its end. */
const SIZE = 1_200

/** Ticks of the clock of pictures in a second (RFC 7741 4.1). */
const CLOCK_RATE = 90_000

/** A peer that knows VP8, on the loopback alone. */
export function connection(): RTCPeerConnection {
  const vp8 = new RTCRtpCodecParameters({
    mimeType: 'video/VP8',
    clockRate: CLOCK_RATE,
    rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }],
  })
  return new RTCPeerConnection({
    codecs: { video: [vp8] },
    iceServers: [],
    iceUseIpv6: false,
    iceAdditionalHostAddresses: ['127.0.0.1'],
  })
}

/** Brings an offer to whoever answers it. */
export type Post = (offer: string) => Promise<string>

/** Publishes until the process ends. Answers, once connected, how many packets were sent so far. */
export async function publish(post: Post): Promise<() => number> {
  const peer = connection()
  const track = new MediaStreamTrack({ kind: 'video' })
  peer.addTransceiver(track, { direction: 'sendonly' })
  await agree(peer, post)
  let sent = 0
  const from = performance.now()
  setInterval(() => {
    const due = ((performance.now() - from) / 1_000) * PICTURES
    for (let picture = (sent * PICTURES) / PACKETS_A_SECOND; picture < Math.floor(due); picture++)
      for (const packet of pictureOf(sent)) {
        track.writeRtp(packet)
        sent += 1
      }
  }, 5)
  return () => sent
}

/** Plays until the process ends. Answers, once connected, how many packets were received so far. */
export async function play(post: Post): Promise<() => number> {
  const peer = connection()
  let received = 0
  peer.onTrack.subscribe((track) => track.onReceiveRtp.subscribe(() => (received += 1)))
  peer.addTransceiver('video', { direction: 'recvonly' })
  await agree(peer, post)
  return () => received
}

async function agree(peer: RTCPeerConnection, post: Post): Promise<void> {
  await peer.setLocalDescription(await peer.createOffer())
  const answer = await post(peer.localDescription?.sdp ?? '')
  const connected = new Promise<void>((resolve, reject) =>
    peer.connectionStateChange.subscribe((state) => {
      if (state === 'connected') resolve()
      else if (state === 'failed') reject(new Error('A peer could not connect'))
    }),
  )
  await peer.setRemoteDescription({ type: 'answer', sdp: answer })
  await connected
}

/** The packets of a key frame that is none, where so many packets were sent before (RFC 7741 4.2 and 4.3). */
function pictureOf(sent: number): readonly RtpPacket[] {
  const packets = PACKETS_A_SECOND / PICTURES
  return Array.from({ length: packets }, (_, index) => {
    const payload = Buffer.alloc(SIZE - 12, 0xaa)
    payload[0] = index === 0 ? BEGINS : 0
    if (index === 0) payload[1] = KEY_FRAME
    const header = new RtpHeader({
      version: 2,
      sequenceNumber: (sent + index) % 65_536,
      timestamp: Math.floor((sent / PACKETS_A_SECOND) * CLOCK_RATE) % 2 ** 32,
      marker: index === packets - 1,
      payloadType: 96,
    })
    return new RtpPacket(header, payload)
  })
}

/** That a packet begins a picture, and that a picture needs no other. */
const BEGINS = 0x10
const KEY_FRAME = 0x50
