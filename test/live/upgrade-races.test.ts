import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { test } from 'node:test'
import { routeUpgrades } from '../../src/http/live/upgrades.ts'
import type { Channel } from '../../src/live/contract.ts'
import { watchConnections } from '../../src/server/connections.ts'
import { type AppBench, appBench } from '../support/app.ts'
import { openWebSocket } from '../support/lines.ts'
import { until } from '../support/until.ts'
import { open, requestFor } from './sockets.ts'

test('a line that is cut before its client was answered is closed as soon as it was', async () => {
  await using bench = await appBench()
  cutEarly(bench, (channel) => channel)
  const { token } = await bench.issue('ada')
  const line = await openWebSocket(bench.url, token)
  const { reason, code } = await line.gone
  assert.deepEqual([reason, code], ['revoked', 4401])
})

test('a channel that does not remember what came too early is caught by that', async () => {
  await using bench = await appBench()
  cutEarly(bench, (channel) => ({ ...channel, cut: () => undefined }))
  const { token } = await bench.issue('ada')
  const { socket } = await open(bench, token)
  assert.equal(bench.hub.lines(), 0)
  assert.equal(socket.readyState, socket.OPEN, 'nobody told it')
  socket.terminate()
  await once(socket, 'close')
})

test('a server that ends waits no longer than it said for the answer to an upgrade', async () => {
  const server = createServer()
  routeUpgrades(server, () => undefined)
  const { release } = watchConnections(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const client = connect(port, '127.0.0.1')
  client.on('error', () => undefined)
  client.write(requestFor(`http://127.0.0.1:${port}`, 'whoever'))
  await once(server, 'upgrade')
  const released = release(200)
  const closed = once(server, 'close')
  server.close()
  await Promise.all([closed, once(client.resume(), 'close')])
  released()
})

/** Ends each line that is opened before whoever opens it hears of it. */
function cutEarly({ hub, sessions }: AppBench, spoil: (channel: Channel) => Channel): void {
  const { open: openLine } = hub
  Object.assign(hub, {
    open: async (...[request, channel]: Parameters<typeof openLine>) => {
      const line = await openLine(request, spoil(channel))
      await sessions.end({ ids: [line.session.id] })
      await until('it was cut', () => !hub.has(line.session.id))
      return line
    },
  })
}
