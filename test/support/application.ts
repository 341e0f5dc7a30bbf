/** A node of `rollcall serve`, in the same process as an application with a Socket.IO server of its own: on SOCKET_IO_PORT, where that is set. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import { socketIo } from '../../src/adapters/socket-io.ts'
import { readSettings } from '../../src/server/settings.ts'
import { startServer } from '../../src/server/start-server.ts'

const settings = readSettings({ argv: process.argv.slice(2), env: process.env })
const { sessions, hub } = await startServer(settings)
const server = createServer()
new Server(server).use(socketIo({ sessions, hub }))
server.listen(Number(process.env.SOCKET_IO_PORT ?? 0), '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  process.stdout.write(`Socket.IO listens on ${port}\n`)
})
