import { connect, createServer, type Socket } from 'node:net'

/** Something between client and server that can be told what to do to their connections. */
export interface Hindrance extends AsyncDisposable {
  readonly url: string

  /** Connections so far. */
  readonly connections: number

  /** Sockets that are open just now, of either side. */
  readonly open: number

  /** What the next connections suffer, in order. Those after them suffer nothing. */
  suffer(...fates: readonly Fate[]): void

  /** Cuts every connection that stands. */
  cut(): void
}

/**
 * What becomes of a connection: its answer is dropped as soon as the server has written all of it or its beginning;
 * it is cut after so many bytes of the answer; nothing ever comes of it.
 */
export type Fate = 'answer-lost' | { readonly cutAfter: number } | 'silence'

/** Stands between a client and a server. */
export async function hindranceBefore(target: string): Promise<Hindrance> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  let fates: readonly Fate[] = []
  let connections = 0

  const server = createServer((near) => {
    connections += 1
    const [fate, ...others] = fates
    fates = others
    if (fate === 'silence') {
      sockets.add(near.on('error', () => undefined).on('close', () => sockets.delete(near)))
      return
    }
    const far = connect({ host: hostname, port: Number(port) })
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    near.pipe(far)
    let passed = 0
    far.on('data', (piece: Buffer) => {
      if (fate === undefined) return near.write(piece)
      if (fate === 'answer-lost') return near.destroy()
      near.write(piece.subarray(0, Math.max(0, fate.cutAfter - passed)))
      passed += piece.length
      return passed >= fate.cutAfter && near.end(() => near.destroy())
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    get connections() {
      return connections
    },
    get open() {
      return sockets.size
    },
    suffer(...next) {
      fates = next
    },
    cut,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      cut()
      await closed
    },
  }
}
