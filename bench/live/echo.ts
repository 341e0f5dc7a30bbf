/** The least that passes a stream on with werift's peer connections: who posts to /whip is echoed to all who post to /whep. */
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { MediaStreamTrack } from 'werift'
import { connection } from './synthetic.ts'

const viewers: MediaStreamTrack[] = []

async function answer(path: string, offer: string): Promise<string> {
  const peer = connection()
  if (path.endsWith('/whep')) {
    const track = new MediaStreamTrack({ kind: 'video' })
    peer.addTransceiver(track, { direction: 'sendonly' })
    viewers.push(track)
  }
  peer.onTrack.subscribe((published) =>
    published.onReceiveRtp.subscribe((packet) => {
      for (const viewer of viewers) viewer.writeRtp(packet)
    }),
  )
  await peer.setRemoteDescription({ type: 'offer', sdp: offer })
  await peer.setLocalDescription(await peer.createAnswer())
  return peer.localDescription?.sdp ?? ''
}

createServer(async (request, response) => {
  const sdp = await answer(request.url ?? '', await text(request))
  response.writeHead(201, { 'content-type': 'application/sdp' }).end(sdp)
}).listen(Number(process.argv[2]), '127.0.0.1', () => process.stdout.write('echoes\n'))
