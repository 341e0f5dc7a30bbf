/**
 * Session descriptions for tests.
 *
 * @module
 */
import { type Description, readDescription } from '../../../src/live/publisher/sdp.ts'

/** One media section with all that it takes, as the text of a whole description. Attributes stand between bars. */
export function sdp(
  media = 'm=video 9 UDP/TLS/RTP/SAVPF 96',
  attributes = 'a=rtpmap:96 VP8/90000',
  direction = 'sendrecv',
  mid = '0',
): string {
  return [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => '0F').join(':')}`,
    'a=ice-ufrag:abcd',
    `a=ice-pwd:${'p'.repeat(24)}`,
    'a=setup:actpass',
    media,
    'c=IN IP4 0.0.0.0',
    `a=mid:${mid}`,
    `a=${direction}`,
    'a=rtcp-mux',
    ...attributes.split('|'),
    '',
  ].join('\r\n')
}

/** Reads several of them as one. */
export function describe(...texts: readonly string[]): Description {
  const [first = '', ...others] = texts
  const rest = others.map((text, index) =>
    text.slice(text.indexOf('m=')).replace('a=mid:0', `a=mid:${index + 1}`),
  )
  return readDescription([first, ...rest].join(''))
}
