import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { appBench } from '../support/app.ts'
import { pick, seededRandom } from '../support/seeded-random.ts'
import { until } from '../support/until.ts'
import { open, quickBench, rawLine, requestFor } from './sockets.ts'

test('whatever else a client says closes its line, and nothing falls over', async () => {
  await using bench = await appBench([], {}, { lines: { linesPerAddress: 2_000, linesPerSession: 2_000 } })
  const { token } = await bench.issue('ada')
  const random = seededRandom(6)
  const codes = new Map<number, number>()
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      for (let each = 0; each < 100; each++) {
        const { socket } = await open(bench, token)
        const closed = once(socket, 'close') as Promise<[number]>
        socket.on('error', () => undefined)
        socket.send(garbage(random))
        const [code] = await closed
        codes.set(code, (codes.get(code) ?? 0) + 1)
      }
    }),
  )
  assert.deepEqual(
    [...codes.keys()].sort(),
    [1007, 1008, 1009].filter((code) => codes.has(code)),
  )
  assert.ok((codes.get(1008) ?? 0) > 100 && (codes.get(1009) ?? 0) > 100)
  await until('all of them are closed', () => bench.hub.lines() === 0)
  assert.equal((await fetch(`${bench.url}/healthz`)).status, 200)
})

test('frames that break the protocol of WebSockets close the line, and nothing falls over', async () => {
  await using bench = await appBench([], {}, { lines: { linesPerAddress: 2_000, linesPerSession: 2_000 } })
  const { token } = await bench.issue('ada')
  const random = seededRandom(7)
  for (let each = 0; each < 200; each++) {
    const socket = await rawLine(bench, token)
    socket.write(Buffer.from(Array.from({ length: 1 + random() * 60 }, () => random() * 256)))
    socket.end()
    socket.resume()
    await once(socket, 'close')
  }
  await until('all of them are closed', () => bench.hub.lines() === 0)
  assert.equal((await fetch(`${bench.url}/healthz`)).status, 200)
})

test('whoever asks for a WebSocket before an earlier request was answered is hung up on, and nothing falls over', async () => {
  await using bench = await appBench()
  const { token } = await bench.issue('ada')
  for (const path of ['/healthz', '/v1/whoami', '/v1/live', '/nowhere']) {
    const earlier = `GET ${path} HTTP/1.1\r\nHost: ${new URL(bench.url).host}\r\n\r\n`
    const socket = connect(Number(new URL(bench.url).port), '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write(earlier + requestFor(bench.url, token))
    socket.resume()
    await once(socket, 'close')
  }
  assert.equal(bench.hub.lines(), 0)
  assert.equal((await fetch(`${bench.url}/healthz`)).status, 200)
})

test('a peer that answers no beats is given up, and one that does is not', async () => {
  await using bench = await quickBench()
  const { token } = await bench.issue('ada')
  const { socket } = await open(bench, token)
  const silent = await rawLine(bench, token)
  silent.resume()
  assert.equal(bench.hub.lines(), 2)
  await once(silent, 'close')
  await until('its line is closed', () => bench.hub.lines() === 1)
  assert.equal(socket.readyState, socket.OPEN)
  socket.close()
})

test('a peer that asks and never reads is given up before much waits for it', async () => {
  await using bench = await appBench()
  const { token } = await bench.issue('ada')
  const socket = await rawLine(bench, token)
  socket.pause()
  const ping = Buffer.concat([Buffer.from([0x89, 0x80 | 125, 0, 0, 0, 0]), Buffer.alloc(125)])
  const pings = Buffer.concat(Array.from({ length: 512 }, () => ping))
  const flood = setInterval(() => socket.writable && socket.write(pings), 1)
  socket.on('error', () => undefined)
  await until('its line is closed', () => bench.hub.lines() === 0)
  clearInterval(flood)
  socket.destroy()
})

test('a peer that does not close what was closed is gone soon after', async () => {
  await using bench = await appBench()
  const { token, id } = await bench.issue('ada')
  const socket = await rawLine(bench, token)
  socket.resume()
  const ended = performance.now()
  await bench.sessions.end({ id })
  await once(socket, 'close')
  assert.ok(performance.now() - ended < 5_000)
})

const STARTS = ['{', '[', '"', '{"type":"active"', '{"type":"ended"}', '{"type":"active","n":', 'null', '\0']

/** Something that is no frame: text or bytes, short or too long. */
function garbage(random: () => number): string | Buffer {
  const length = Math.floor(random() * (random() < 0.3 ? 4_000 : 200))
  const bytes = Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)))
  if (random() < 0.3) return bytes
  return `${pick(STARTS, random) ?? ''}${bytes.toString('latin1')}!`
}
