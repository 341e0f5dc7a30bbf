/**
 * The process of somebody who watches at Janus: what a page with `janus.js` does. Its own, since libwebrtc's binding does
 * not survive the end of a process in which it answered an offer.
 *
 * @module
 */
import { createRequire } from 'node:module'
import { until } from './until.ts'

const [, , url = '', stream = '', name] = process.argv

const session = idIn(await ask(url, { janus: 'create' }))
const attach = {
  janus: 'attach',
  plugin: 'janus.plugin.streaming',
  ...(name !== undefined && { opaque_id: name }),
}
const handle = `${url}/${session}/${idIn(await ask(`${url}/${session}`, attach))}`
await ask(handle, { janus: 'message', body: { request: 'watch', id: Number(stream) } })
const offer = await nextOffer()
const { RTCPeerConnection } = createRequire(import.meta.url)('@roamhq/wrtc') as {
  readonly RTCPeerConnection: new (configuration: object) => Connection
}
const peer = new RTCPeerConnection({})
await peer.setRemoteDescription(offer)
await peer.setLocalDescription(await peer.createAnswer())
await until('candidates are gathered', () => peer.iceGatheringState === 'complete')
await ask(handle, { janus: 'message', body: { request: 'start' }, jsep: peer.localDescription })
let told: string | undefined
setInterval(() => {
  const state = peer.getReceivers()[0]?.transport.state
  if (state !== told) process.send?.(state)
  told = state
}, 2)
process.on('message', () => peer.close())

interface Connection {
  readonly iceGatheringState: string
  readonly localDescription: object
  setRemoteDescription(description: object): Promise<void>
  setLocalDescription(description: object): Promise<void>
  createAnswer(): Promise<object>
  getReceivers(): readonly { readonly transport: { readonly state: string } }[]
  close(): void
}

interface Message {
  readonly data?: { readonly id: number }
  readonly jsep?: object
}

async function ask(to: string, body: object): Promise<Message> {
  const response = await fetch(to, {
    method: 'POST',
    body: JSON.stringify({ transaction: 'viewer', ...body }),
  })
  return (await response.json()) as Message
}

async function nextOffer(): Promise<object> {
  for (;;) {
    const { jsep } = (await (await fetch(`${url}/${session}?maxev=1`)).json()) as Message
    if (jsep !== undefined) return jsep
  }
}

function idIn({ data }: Message): number {
  if (data === undefined) throw new Error('Janus gave no id')
  return data.id
}
