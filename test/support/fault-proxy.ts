/** A TCP proxy that spoils what goes through it: what a network does to a connection, at will and from a seed. */
import { connect, createServer, type Server, type Socket } from 'node:net'

/** What the proxy does to what passes. */
export type Fault =
  /** Passes everything on as it comes. */
  | { readonly is: 'none' }

  /** Delays each piece by so many milliseconds, and by chance by up to `jitter` more. Bytes stay in their order. */
  | { readonly is: 'latency'; readonly milliseconds: number; readonly jitter?: number }

  /** Passes nothing on and says nothing. What came meanwhile is passed on once it is healed, as by any network that retransmits. */
  | { readonly is: 'black-hole' }

  /** Passes requests on and loses the answers: the server has acted, and nobody hears of it. Healing resets those connections. */
  | { readonly is: 'lost-replies' }

  /** Resets every connection that is begun. */
  | { readonly is: 'refuse' }

/** A proxy in front of one server. */
export interface FaultProxy extends AsyncDisposable {
  /** Where it listens, on loopback. */
  readonly port: number

  /** Begins a fault, in place of the one before. */
  begin(fault: Fault): void

  /** Passes everything on again. */
  heal(): void

  /** Resets every connection there is, `after` that many more bytes of answers on each; at once unless told otherwise. */
  cut(after?: number): void

  /** Leads new connections to another server. */
  aim(target: ProxyTarget): void

  /** Where new connections are led. */
  target(): ProxyTarget

  /** Connections that are open just now. */
  connections(): number
}

/** Where a proxy leads. */
export interface ProxyTarget {
  readonly port: number
  readonly host?: string
}

/** What a proxy is made from. */
export interface FaultProxyOptions extends ProxyTarget {
  /** The source of chance. */
  readonly random?: () => number

  /** The port to listen on; a free one unless told otherwise. */
  readonly listen?: number
}

/** Starts a proxy. */
export async function faultProxy({
  random = Math.random,
  listen = 0,
  ...first
}: FaultProxyOptions): Promise<FaultProxy> {
  const lines = new Set<Line>()
  let target: ProxyTarget = first
  let fault: Fault = { is: 'none' }

  const server = createServer({ allowHalfOpen: true }, (near) => {
    if (fault.is === 'refuse') {
      near.resetAndDestroy()
      return
    }
    const far = connect({ host: '127.0.0.1', ...target, allowHalfOpen: true })
    const line: Line = { near, far, maimed: false, left: Number.POSITIVE_INFINITY, pumps: [] }
    lines.add(line)
    for (const socket of [near, far]) {
      socket.setNoDelay()
      socket.on('error', () => reset(line))
      socket.on('close', () => {
        reset(line)
        lines.delete(line)
      })
    }
    line.pumps = [pump(line, near, far, 'request'), pump(line, far, near, 'answer')]
  })

  function pump(line: Line, from: Socket, to: Socket, direction: Direction): () => void {
    const held: (() => void)[] = []
    const deliver = queue()

    function flow(): void {
      if (fault.is === 'black-hole') return
      const { milliseconds = 0, jitter = 0 } = fault.is === 'latency' ? fault : {}
      for (const act of held.splice(0)) deliver(milliseconds + random() * jitter, act)
    }

    function pass(act: () => void): void {
      held.push(act)
      flow()
    }

    from.on('data', (piece) => {
      if (fault.is === 'lost-replies' && direction === 'answer') {
        line.maimed = true
        return
      }
      if (direction === 'answer') line.left -= piece.length
      if (line.left < 0) return reset(line)
      pass(() => void (to.writable && to.write(piece)))
    })
    from.on('end', () => pass(() => void to.end()))
    return flow
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(listen, '127.0.0.1', resolve)
  })

  function begin(next: Fault): void {
    fault = next
    for (const line of lines) {
      if (line.maimed && next.is !== 'lost-replies') reset(line)
      else for (const flow of line.pumps) flow()
    }
  }

  return {
    port: portOf(server),
    begin,
    heal: () => begin({ is: 'none' }),
    cut(after = 0) {
      for (const line of lines) {
        if (after === 0) reset(line)
        else line.left = after
      }
    },
    aim(next) {
      target = next
    },
    target: () => target,
    connections: () => lines.size,
    async [Symbol.asyncDispose]() {
      for (const line of lines) reset(line)
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

type Direction = 'request' | 'answer'

/** One connection, seen from the proxy. */
interface Line {
  readonly near: Socket
  readonly far: Socket

  /** Whether something of it was lost, so that it can never be whole again. */
  maimed: boolean

  /** Bytes of answers that may still pass. */
  left: number
  pumps: readonly (() => void)[]
}

/** Resets both ends; one that has said good-bye already can only be let go. */
function reset({ near, far }: Line): void {
  for (const socket of [near, far]) {
    if (socket.destroyed) continue
    if (socket.writableEnded) socket.destroy()
    else socket.resetAndDestroy()
  }
}

/** Does one thing after another, each no sooner than so many milliseconds from when it was asked for. Nothing overtakes anything. */
function queue(): (milliseconds: number, act: () => void) => void {
  const waiting: { readonly due: number; readonly act: () => void }[] = []
  let timer: NodeJS.Timeout | undefined

  function run(): void {
    timer = undefined
    for (let [first] = waiting; first !== undefined; [first] = waiting) {
      const left = first.due - performance.now()
      if (left > 0) {
        timer = setTimeout(run, Math.ceil(left)).unref()
        return
      }
      waiting.shift()
      first.act()
    }
  }

  return (milliseconds, act) => {
    waiting.push({ due: performance.now() + milliseconds, act })
    if (timer === undefined) run()
  }
}

function portOf(server: Server): number {
  const address = server.address()
  if (typeof address === 'object' && address !== null) return address.port
  throw new Error('The proxy does not listen')
}
