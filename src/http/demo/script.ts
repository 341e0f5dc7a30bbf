/**
 * What the demo page does. It uses the server as any page could: WHIP (RFC 9725), WHEP, and the native API.
 *
 * @module
 */

/** Text from elsewhere is only ever put into the page as text. */
export const SCRIPT = `
const STREAM = '/app/stream', RESOURCE = 'default/app/stream'
const EVENTS = /<([^>]+)>;\\s*rel="urn:ietf:params:whep:ext:core:server-sent-events"/
const by = (id) => document.getElementById(id)
const open = new Set()
let key = '', publishing

async function ask(method, path, headers = {}, init = {}) {
  const response = await fetch(path, { method, headers, ...init })
  if (response.ok) return response
  const problem = await response.json().catch(() => ({}))
  throw new Error(problem.detail || problem.title || 'The server answered ' + response.status + '.')
}
const asBackend = () => ({ authorization: 'Bearer ' + key })
const say = (text) => (by('said').textContent = text)
const trying = (work) => (event) => {
  event?.preventDefault()
  say('')
  return work(event).catch((fault) => say(fault.message))
}

/** Offers what a peer has, takes the answer, and answers with where the new resource is. */
async function connect(peer, path, headers) {
  await peer.setLocalDescription()
  const typed = { 'content-type': 'application/sdp', ...headers }
  const response = await ask('POST', path, typed, { body: peer.localDescription.sdp })
  const location = new URL(response.headers.get('location'), response.url).href
  open.add(location)
  await peer.setRemoteDescription({ type: 'answer', sdp: await response.text() })
  return { location, events: EVENTS.exec(response.headers.get('link') || '')?.[1] }
}
function close(location, headers) {
  if (!open.delete(location)) return
  return fetch(location, { method: 'DELETE', headers, keepalive: true }).catch(() => {})
}

async function publish(media) {
  await unpublish()
  const peer = new RTCPeerConnection()
  publishing = { peer, media }
  by('preview').srcObject = media
  by('preview').hidden = false
  by('stop').disabled = false
  for (const track of media.getTracks()) peer.addTransceiver(track, { direction: 'sendonly', streams: [media] })
  peer.onconnectionstatechange = () => {
    const state = peer.connectionState
    by('published').textContent = state === 'connected' ? 'Publishing ' + STREAM + '.' : 'The connection is ' + state + '.'
    if (state === 'failed') unpublish()
  }
  try {
    publishing.location = (await connect(peer, STREAM + '/whip', asBackend())).location
  } catch (fault) {
    await unpublish()
    throw fault
  }
}
async function unpublish() {
  if (!publishing) return
  const { peer, media, location } = publishing
  publishing = undefined
  for (const track of media.getTracks()) track.stop()
  by('preview').hidden = true
  by('stop').disabled = true
  by('published').textContent = 'Nobody publishes from this page.'
  await close(location, asBackend())
  peer.close()
}
function drawPattern() {
  const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 })
  const paint = canvas.getContext('2d')
  const colours = ['#c0c0c0', '#c0c000', '#00c0c0', '#00c000', '#c000c0', '#c00000', '#0000c0']
  const draw = () => {
    colours.forEach((colour, index) => {
      paint.fillStyle = colour
      paint.fillRect((index * 640) / 7, 0, 640 / 7 + 1, 360)
    })
    const now = performance.now()
    paint.fillStyle = '#fff'
    paint.fillRect(((now / 5) % 700) - 60, 290, 60, 60)
    paint.fillStyle = '#000'
    paint.fillRect(150, 130, 340, 90)
    paint.fillStyle = '#fff'
    paint.font = '48px ui-monospace, monospace'
    paint.fillText(new Date().toISOString().slice(11, 22), 162, 192)
  }
  draw()
  const media = canvas.captureStream(25)
  const drawing = setInterval(() => (media.active ? draw() : clearInterval(drawing)), 40)
  return media
}

async function play(name) {
  const item = by('player').content.firstElementChild.cloneNode(true)
  const [title, video, state, button] = ['h3', 'video', '.state', 'button'].map((each) => item.querySelector(each))
  const peer = new RTCPeerConnection()
  const media = new MediaStream()
  let location, source, over
  const show = (text, kind) => {
    state.textContent = text
    item.className = kind
  }
  const end = (text, kind) => {
    show(text, kind)
    if (over) return
    over = true
    peer.close()
    setTimeout(() => source?.close(), 2000)
    video.srcObject = null
    button.textContent = 'Remove'
    if (kind === 'cut') open.delete(location)
    else close(location)
  }
  title.textContent = name
  video.srcObject = media
  video.muted = true
  video.setAttribute('aria-label', 'What ' + name + ' sees')
  show('Connecting …', '')
  peer.addTransceiver('video', { direction: 'recvonly' })
  peer.addTransceiver('audio', { direction: 'recvonly' })
  peer.ontrack = ({ track }) => media.addTrack(track)
  peer.onconnectionstatechange = () => {
    if (peer.connectionState === 'connected') show('Playing', 'playing')
    if (peer.connectionState === 'failed') end('The server ended the connection.', 'cut')
  }
  button.onclick = () => (over ? item.remove() : end('Left', ''))
  const made = await connect(peer, STREAM + '/whep?session=' + encodeURIComponent(name))
  location = made.location
  by('players').append(item)
  if (!made.events) return
  const kinds = { body: JSON.stringify(['terminated']) }
  const told = await ask('POST', new URL(made.events, location), { 'content-type': 'application/json' }, kinds)
  source = new EventSource(new URL(told.headers.get('location'), told.url))
  source.addEventListener('terminated', ({ data }) => end('Cut: ' + JSON.parse(data).reason, 'cut'))
}

async function list() {
  const query = new URLSearchParams({ kind: 'playback', resource: RESOURCE, limit: '200' })
  const { items } = await (await ask('GET', '/v1/sessions?' + query, asBackend())).json()
  by('list').replaceChildren(...(items.length > 0 ? items.map(row) : [note('Nobody watches.')]))
}
function note(text) {
  const line = document.createElement('tr')
  line.append(Object.assign(document.createElement('td'), { colSpan: 4, textContent: text }))
  return line
}
function row({ id, name, issuedAt, device }) {
  const line = document.createElement('tr')
  const button = Object.assign(document.createElement('button'), { textContent: 'Cut' })
  button.setAttribute('aria-label', 'Cut ' + name)
  button.onclick = trying(() => ask('DELETE', '/v1/sessions/' + id, asBackend()))
  for (const text of [name, new Date(issuedAt).toLocaleTimeString(), device?.ip || ''])
    line.append(Object.assign(document.createElement('td'), { textContent: text }))
  const last = document.createElement('td')
  last.append(button)
  line.append(last)
  return line
}

/** Lists again whenever something happens to the stream, for as long as this key is the one. */
async function watch(own) {
  while (key === own) {
    try {
      const query = new URLSearchParams({ resource: RESOURCE })
      const stream = { ...asBackend(), accept: 'text/event-stream' }
      const { body } = await ask('GET', '/v1/events?' + query, stream)
      await list()
      const reader = body.pipeThrough(new TextDecoderStream()).getReader()
      for (let chunk = await reader.read(); !chunk.done && key === own; chunk = await reader.read())
        if (chunk.value.includes('event:')) await list()
      await reader.cancel()
    } catch (fault) {
      say(fault.message)
      by('list').replaceChildren(note('The list is out of reach. Trying again …'))
    }
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
}

by('key-form').onsubmit = trying(async () => {
  const given = by('key').value.trim()
  await ask('GET', '/v1/sessions?limit=1', { authorization: 'Bearer ' + given })
  key = given
  for (const id of ['pattern', 'camera']) by(id).disabled = false
  watch(key)
})
by('pattern').onclick = trying(() => publish(drawPattern()))
by('camera').onclick = trying(async () => {
  if (!navigator.mediaDevices) throw new Error('Browsers give cameras to pages of https:// and localhost only.')
  await publish(await navigator.mediaDevices.getUserMedia({ video: true, audio: true }))
})
by('stop').onclick = trying(unpublish)
by('watch-form').onsubmit = trying(async () => {
  const name = by('name')
  await play(name.value)
  name.value = name.value.replace(/(\\d*)$/, (digits) => Number(digits || 0) + 1)
})
addEventListener('pagehide', () => {
  if (publishing) close(publishing.location, asBackend())
  for (const location of [...open]) close(location)
})
`
