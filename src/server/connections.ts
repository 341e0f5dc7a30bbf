/**
 * The connections of a server that is to end.
 *
 * @module
 */
import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** Who is connected. */
export interface Connections {
  /**
   * Ends connections as soon as nothing is under way on them, and all that are left after `patience` milliseconds.
   * Returns what stops it.
   */
  release(patience: number): () => void
}

/** How often to look for connections that can go, in milliseconds. */
const LOOK = 50

/** Watches who connects from now on. */
export function watchConnections(server: Server): Connections {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })

  /** Node knows nothing any more of connections that asked for an upgrade. */
  function endAll(): void {
    for (const socket of sockets) socket.destroy()
  }

  /** Node counts a connection as idle only behind its first request. */
  function endIdle(): void {
    server.closeIdleConnections()
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
  }

  return {
    release(patience) {
      const looking = setInterval(endIdle, LOOK)
      const impatience = setTimeout(endAll, patience)
      return () => {
        clearInterval(looking)
        clearTimeout(impatience)
      }
    },
  }
}
