import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRollcallError } from '../../../src/core/errors.ts'
import {
  acceptedOf,
  agreeToPlay,
  agreeToPublish,
  proposeToPlay,
} from '../../../src/live/publisher/agreement.ts'
import { writeDescription } from '../../../src/live/publisher/answer.ts'
import { readDescription } from '../../../src/live/publisher/sdp.ts'
import { describe, sdp } from './descriptions.ts'

const END = {
  ice: { name: 'here', password: 'a'.repeat(22) },
  fingerprint: Array.from({ length: 32 }, () => 'AB').join(':'),
  addresses: [
    { address: '127.0.0.1', port: 4_000 },
    { address: '::1', port: 4_001 },
  ],
}

const H264 = (type: number, profile: string, mode = 1) =>
  `a=rtpmap:${type} H264/90000|a=fmtp:${type} level-asymmetry-allowed=1;packetization-mode=${mode};profile-level-id=${profile}`

test('of a publisher the first sound and the first picture are taken, each in the codec it likes best', () => {
  const offer = describe(
    sdp('m=video 9 UDP/TLS/RTP/SAVPF 97 96', 'a=rtpmap:97 rtx/90000|a=fmtp:97 apt=96|a=rtpmap:96 VP8/90000'),
    sdp('m=audio 9 UDP/TLS/RTP/SAVPF 0 111', 'a=rtpmap:111 opus/48000/2'),
    sdp('m=video 9 UDP/TLS/RTP/SAVPF 98', 'a=rtpmap:98 VP9/90000'),
    sdp('m=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'a=sctp-port:5000'),
  )
  const { offerings, sections } = agreeToPublish(offer)
  assert.deepEqual(
    offerings.map(({ kind, codec }) => `${kind} ${codec.type} ${codec.name}`),
    ['video 96 VP8', 'audio 0 PCMU'],
  )
  const answer = writeDescription(END, sections, 'passive')
  assert.deepEqual(
    answer.split('\r\n').filter((line) => line.startsWith('m=')),
    [
      'm=video 9 UDP/TLS/RTP/SAVPF 96',
      'm=audio 9 UDP/TLS/RTP/SAVPF 0',
      'm=video 0 UDP/TLS/RTP/SAVPF 98',
      'm=application 0 UDP/DTLS/SCTP webrtc-datachannel',
    ],
  )
  assert.match(answer, /a=group:BUNDLE 0 1\r\n/)
  assert.match(answer, /a=candidate:1 1 udp \d+ 127\.0\.0\.1 4000 typ host\r\n/)
  assert.match(answer, /a=candidate:2 1 udp \d+ ::1 4001 typ host\r\n/)
  assert.equal(readDescription(answer.replaceAll('setup:passive', 'setup:active')).sections.length, 4)
})

test('of several kinds of H.264 the one that may be sent in pieces is taken', () => {
  const offer = describe(
    sdp('m=video 9 UDP/TLS/RTP/SAVPF 100 101', `${H264(100, '42e01f', 0)}|${H264(101, '42e01f', 1)}`),
  )
  assert.equal(agreeToPublish(offer).offerings[0]?.codec.type, 101)
})

const profiles: readonly (readonly [published: string, played: string, plays: boolean])[] = [
  ['42e01f', '42e01f', true],
  ['42e01f', '42c015', true], // Constrained baseline both; levels do not matter where both allow asymmetry.
  ['42e01f', '4d801f', true], // Constrained baseline, said in another way.
  ['42e01f', '42001f', false], // Baseline has more than constrained baseline, and is another profile.
  ['4d001f', '4d401f', true], // Main both.
  ['4d001f', '42e01f', false],
  ['640c1f', '640c28', true],
  ['64001f', '640c1f', false],
  ['zzz', '42e01f', false],
]
for (const [published, played, plays] of profiles)
  test(`H.264 ${published} is ${plays ? '' : 'not '}what a player of ${played} plays`, () => {
    const { offerings } = agreeToPublish(describe(sdp('m=video 9 UDP/TLS/RTP/SAVPF 96', H264(96, published))))
    const player = describe(sdp('m=video 9 UDP/TLS/RTP/SAVPF 102', H264(102, played), 'recvonly'))
    if (plays) assert.equal(agreeToPlay(player, offerings).lines[0]?.type, 102)
    else assert.throws(() => agreeToPlay(player, offerings), isUnprocessable)
  })

test('without asymmetry a player has to reach the level that is published', () => {
  const fmtp = (level: string) =>
    `a=rtpmap:96 H264/90000|a=fmtp:96 packetization-mode=1;profile-level-id=42e0${level}`
  const publish = (level: string) =>
    agreeToPublish(describe(sdp('m=video 9 UDP/TLS/RTP/SAVPF 96', fmtp(level)))).offerings
  const player = (level: string) => describe(sdp('m=video 9 UDP/TLS/RTP/SAVPF 96', fmtp(level), 'recvonly'))
  assert.equal(agreeToPlay(player('28'), publish('1f')).lines.length, 1)
  assert.throws(() => agreeToPlay(player('1f'), publish('28')), isUnprocessable)
})

test('a player gets only what it asks for and what there is, from sources of its own', () => {
  const { offerings } = agreeToPublish(
    describe(
      sdp('m=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=rtpmap:111 opus/48000/2'),
      sdp('m=video 9 UDP/TLS/RTP/SAVPF 96', 'a=rtpmap:96 VP8/90000'),
    ),
  )
  const player = describe(
    sdp('m=video 9 UDP/TLS/RTP/SAVPF 120', 'a=rtpmap:120 vp8/90000', 'recvonly'),
    sdp('m=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=rtpmap:111 opus/48000/2', 'inactive'),
  )
  const { lines, sections } = agreeToPlay(player, offerings)
  assert.deepEqual(
    lines.map(({ kind, type }) => `${kind} ${type}`),
    ['video 120'],
  )
  const answer = writeDescription(END, sections, 'passive')
  assert.ok(answer.includes(`a=ssrc:${lines[0]?.source} cname:rollcall`))
  assert.match(answer, /m=audio 0 /)
})

test('of what was offered, what was accepted is sent', () => {
  const { offerings } = agreeToPublish(
    describe(
      sdp('m=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=rtpmap:111 opus/48000/2'),
      sdp('m=video 9 UDP/TLS/RTP/SAVPF 96', 'a=rtpmap:96 VP8/90000'),
    ),
  )
  const proposed = proposeToPlay(offerings)
  const answer = describe(
    sdp('m=audio 0 UDP/TLS/RTP/SAVPF 111', 'a=rtpmap:111 opus/48000/2', 'recvonly'),
    sdp('m=video 9 UDP/TLS/RTP/SAVPF 96', 'a=rtpmap:96 VP8/90000', 'recvonly'),
  )
  assert.deepEqual(
    acceptedOf(answer, proposed).map(({ kind }) => kind),
    ['video'],
  )
})

const refused: Readonly<Record<string, string>> = {
  'no SDP': 'hello',
  'no media': sdp().replace(/m=[\s\S]*/, ''),
  'no fingerprint': sdp().replace(/a=fingerprint.*\r\n/, ''),
  'a fingerprint that is too short': sdp().replace(/(a=fingerprint:sha-256 )\S+/, '$1AB:CD'),
  'no password': sdp().replace(/a=ice-pwd.*\r\n/, ''),
  'a password with a line of its own': sdp().replace(/a=ice-pwd:(\S+)/, 'a=ice-pwd:$1 x'),
  'a peer that waits for this side to speak': sdp().replace('a=setup:actpass', 'a=setup:passive'),
  'two sections of one name': sdp() + sdp().replace(/^[\s\S]*?(?=m=)/, ''),
  'too many sections': sdp() + 'm=video 0 UDP/TLS/RTP/SAVPF 96\r\n'.repeat(16),
  'too many candidates': sdp() + 'a=candidate:1 1 udp 1 192.0.2.1 1 typ host\r\n'.repeat(257),
  'too many lines': sdp() + 'a=x\r\n'.repeat(4_096),
  'more formats than there are payload types': sdp(`m=audio 9 UDP/TLS/RTP/SAVPF${' 0'.repeat(129)}`),
  'a malformed section': sdp().replace('m=video 9', 'm=video nine'),
}
for (const [what, text] of Object.entries(refused))
  test(`an SDP with ${what} is refused`, () => assert.throws(() => readDescription(text), isUnprocessable))

test('an SDP beyond 64 KiB is too large', () => {
  assert.throws(
    () => readDescription(sdp() + 'a'.repeat(65_536)),
    (fault) => isRollcallError(fault, 'too-large'),
  )
})

test('an offer that sends nothing publishes nothing', () => {
  const offer = describe(sdp('m=video 9 UDP/TLS/RTP/SAVPF 96', 'a=rtpmap:96 VP8/90000', 'recvonly'))
  assert.throws(() => agreeToPublish(offer), isUnprocessable)
  const bare = describe(sdp('m=video 9 RTP/AVP 96', 'a=rtpmap:96 VP8/90000'))
  assert.throws(() => agreeToPublish(bare), isUnprocessable)
})

function isUnprocessable(fault: unknown): boolean {
  return isRollcallError(fault, 'unprocessable')
}
