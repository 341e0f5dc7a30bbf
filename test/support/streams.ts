/**
 * Publishing and playing over HTTP, as clients of WHIP and WHEP do.
 *
 * @module
 */
import { type Answer, KEY } from './server-process.ts'
import { type PeerChoices, type Playing, type Publishing, playByOffer, publishByOffer } from './webrtc.ts'

/** The media type of offers. */
export const SDP = 'application/sdp'

/** The media type of fragments with candidates. */
export const FRAGMENT = 'application/trickle-ice-sdpfrag'

/** What an offer was answered with. */
export interface Posted {
  readonly status: number
  readonly headers: Headers
  readonly body: string

  /** The URL of whoever publishes or plays from now on. */
  readonly location: string

  /** The URL of its events. */
  readonly events: string
}

/** How to ask. */
export interface Asking {
  /** Path of the endpoint; `/app/stream/whip` or `/app/stream/whep` unless told otherwise, with a query where wanted. */
  readonly path?: string

  /** Sent as `Authorization: Bearer`; the key of the tests for whoever publishes, nothing for whoever plays. */
  readonly credential?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly choices?: PeerChoices
}

/** Posts an offer. Redirects are not followed. */
export async function postOffer(url: string, offer: string, asking: Asking = {}): Promise<Posted> {
  const { path = '/app/stream/whep', credential, headers = {} } = asking
  const response = await fetch(url + path, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      'content-type': SDP,
      ...(credential !== undefined && { authorization: `Bearer ${credential}` }),
      ...headers,
    },
    body: offer,
  })
  const location = new URL(response.headers.get('location') ?? '', url).href
  const [, events = ''] =
    /<([^>]+)>; rel="urn:ietf:params:whep:ext:core:server-sent-events"/.exec(
      response.headers.get('link') ?? '',
    ) ?? []
  return {
    status: response.status,
    headers: response.headers,
    body: await response.text(),
    location,
    events: new URL(events, url).href,
  }
}

/** Publishes by WHIP. Throws with the status and the body where that is refused. */
export async function publishTo(
  url: string,
  asking: Asking = {},
): Promise<Publishing & { readonly posted: Posted }> {
  return begin(publishByOffer, url, { path: '/app/stream/whip', credential: KEY, ...asking })
}

/** Plays by WHEP. Throws with the status and the body where that is refused. */
export async function playFrom(
  url: string,
  asking: Asking = {},
): Promise<Playing & { readonly posted: Posted }> {
  return begin(playByOffer, url, asking)
}

/** The code of a refusal; undefined for what is none. */
export function codeOf({ body }: Pick<Posted, 'body'>): string | undefined {
  return body.startsWith('{') ? (JSON.parse(body) as Answer).code : undefined
}

/** An offer to play pictures and sound, as browsers make them. Whoever made it never connects. */
export const AN_OFFER: string = [
  'v=0',
  'o=- 4611731400430051336 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0 1',
  ...medium('video', 0, ['VP8/90000', 'H264/90000']),
  ...medium('audio', 1, ['opus/48000/2']),
  '',
].join('\r\n')

function medium(kind: string, mid: number, codecs: readonly string[]): readonly string[] {
  const types = codecs.map((_, index) => 96 + 10 * mid + index)
  return [
    `m=${kind} 9 UDP/TLS/RTP/SAVPF ${types.join(' ')}`,
    'c=IN IP4 0.0.0.0',
    'a=rtcp:9 IN IP4 0.0.0.0',
    'a=ice-ufrag:EsAw',
    'a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1',
    `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => 'D1').join(':')}`,
    'a=setup:actpass',
    `a=mid:${mid}`,
    'a=recvonly',
    'a=rtcp-mux',
    ...codecs.map((codec, index) => `a=rtpmap:${types[index]} ${codec}`),
  ]
}

async function begin<Peer extends Playing | Publishing>(
  open: (send: (offer: string) => Promise<string>, choices?: PeerChoices) => Promise<Peer>,
  url: string,
  asking: Asking,
): Promise<Peer & { readonly posted: Posted }> {
  let posted: Posted | undefined
  const peer = await open(async (offer) => {
    posted = await postOffer(url, offer, asking)
    if (posted.status !== 201) throw new Error(`${posted.status} ${posted.body}`)
    return posted.body
  }, asking.choices)
  if (posted === undefined) throw new Error('nothing was posted')
  return { ...peer, posted }
}
