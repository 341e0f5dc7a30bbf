import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { WebSocket, WebSocketServer } from 'ws'
import { nodeEnv } from '../../../src/env.ts'
import type { Patience } from '../../../src/live/attendance.ts'
import { speakToPlayer } from '../../../src/live/signalling/socket.ts'
import { until } from '../../support/until.ts'

const UPGRADE = [
  'GET / HTTP/1.1',
  'Host: a',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
]

test('a player that answers two beats no more is given up; one that answers stays', async (t) => {
  const { port, open } = await listen(t, { heartbeat: 300 })
  const answering = new WebSocket(`ws://127.0.0.1:${port}`)
  let pings = 0
  answering.on('ping', () => {
    pings += 1
  })
  await once(answering, 'open')
  const deaf = await deafTo(port)
  assert.equal(open(), 2)
  await until('the deaf one is given up', () => open() === 1)
  const before = pings
  await until('the other was asked again and again', () => pings > before + 3)
  assert.equal(answering.readyState, answering.OPEN)
  answering.terminate()
  deaf.destroy()
})

test('bytes in place of text close the socket', async (t) => {
  const { port } = await listen(t)
  const player = new WebSocket(`ws://127.0.0.1:${port}`)
  await once(player, 'open')
  player.send(Buffer.from(PING))
  const [code]: readonly unknown[] = await once(player, 'close')
  assert.equal(code, 1008)
})

test('frames that come after the socket was closed cost nothing', async (t) => {
  const { port, sockets } = await listen(t)
  const player = new WebSocket(`ws://127.0.0.1:${port}`)
  await once(player, 'open')
  const [socket] = sockets()
  let most = 0
  socket?.on('message', () => {
    most = Math.max(most, socket.listenerCount('close'))
  })
  for (let count = 0; count < 500; count++) player.send(Buffer.alloc(0))
  await once(player, 'close')
  assert.ok(most > 0 && most < 10, `${most} wait for it to close`)
})

const PING = '{"command":"ping"}'

/** A server that talks with whoever comes, and has nothing to offer. */
async function listen(
  t: TestContext,
  patience: Patience = {},
): Promise<{
  readonly port: number
  readonly open: () => number
  readonly sockets: () => readonly WebSocket[]
}> {
  const server = createServer()
  const sockets = new WebSocketServer({ server, autoPong: false })
  sockets.on('connection', (socket) => {
    const offer = (): Promise<never> => Promise.reject(new Error('nothing to offer'))
    speakToPlayer(socket, { env: nodeEnv(), offer, report: () => undefined }, patience)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    for (const socket of sockets.clients) socket.terminate()
    server.close()
  })
  return {
    port: (server.address() as AddressInfo).port,
    open: () => sockets.clients.size,
    sockets: () => [...sockets.clients],
  }
}

/** Somebody who opens a WebSocket and answers nothing. */
async function deafTo(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write(`${UPGRADE.join('\r\n')}\r\n\r\n`)
  await once(socket, 'data')
  return socket
}
