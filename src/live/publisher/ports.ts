/**
 * The UDP ports that all peers share: one for each address that is bound.
 *
 * @module
 */
import { createSocket, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'

/** What is bound, and what is told of it. */
export interface PortOptions {
  /** Addresses to bind; `::` is all of IPv4 as well. 127.0.0.1 and ::1. */
  readonly bind?: readonly string[]

  /** Addresses to tell peers instead of those that are bound. */
  readonly publicAddresses?: readonly string[]

  /** The ports to choose from, both included. Whatever is free, unless told otherwise. */
  readonly mediaPorts?: { readonly from: number; readonly to: number }
}

/** Where a datagram came from, and the way back. */
export interface Path {
  /** Tells it from every other. */
  readonly key: string
  readonly address: string
  readonly port: number

  /** Sends one datagram. Whatever becomes of it, nothing is thrown. */
  send(datagram: Buffer): void
}

/** Ports that are open. */
export interface Ports {
  /** What peers are told. */
  readonly addresses: readonly { readonly address: string; readonly port: number }[]
  close(): void
}

/** What is bound unless told otherwise: nobody beyond this machine gets anywhere near it. */
const LOOPBACK = ['127.0.0.1', '::1']

/** The bytes that the system may hold back for a port, so that a burst is not lost. */
const BUFFER = 1_048_576

/**
 * Opens them. `receive` is told of every datagram.
 *
 * @throws Error where an address cannot be bound; a machine without ::1 does without it unless it was asked for
 */
export async function openPorts(
  { bind, publicAddresses = [], mediaPorts }: PortOptions,
  receive: (datagram: Buffer, path: Path) => void,
): Promise<Ports> {
  const sockets: Socket[] = []
  const addresses: { readonly address: string; readonly port: number }[] = []
  for (const [index, { address, needed }] of toBind(bind).entries()) {
    const socket = await openPort(address, mediaPorts).catch((fault: unknown) => {
      if (!needed) return undefined
      for (const open of sockets) open.close()
      throw fault
    })
    if (socket === undefined) continue
    listen(socket, index, receive)
    sockets.push(socket)
    const { port } = socket.address()
    for (const told of announced(address, publicAddresses)) addresses.push({ address: told, port })
  }
  return {
    addresses,
    close() {
      for (const socket of sockets) socket.close()
    },
  }
}

/** What is bound, and what may be missing: `::` stands for every address of either kind, as it does elsewhere. */
function toBind(
  bind: PortOptions['bind'],
): readonly { readonly address: string; readonly needed: boolean }[] {
  if (bind === undefined) return LOOPBACK.map((address, index) => ({ address, needed: index === 0 }))
  const named = bind.map((address) => ({ address, needed: true }))
  const addsV4 = bind.includes('::') && !bind.some((address) => !isIPv6(address))
  return addsV4 ? [...named, { address: '0.0.0.0', needed: false }] : named
}

async function openPort(address: string, range: PortOptions['mediaPorts']): Promise<Socket> {
  const { from, to } = range ?? { from: 0, to: 0 }
  let fault: unknown
  for (let port = from; port <= to; port++) {
    try {
      return await bindPort(address, port)
    } catch (cause) {
      fault = cause
    }
  }
  throw new Error(`No UDP port from ${from} to ${to} can be opened on ${address}.`, { cause: fault })
}

function bindPort(address: string, port: number): Promise<Socket> {
  const isV6 = isIPv6(address)
  const socket = createSocket({
    type: isV6 ? 'udp6' : 'udp4',
    ipv6Only: isV6,
    // Peers are sent to by address. There is nothing to look up.
    lookup: (host, _options, callback) => callback(null, host, isV6 ? 6 : 4),
  })
  return new Promise((resolve, reject) => {
    socket.once('error', (fault) => {
      socket.close()
      reject(fault)
    })
    socket.bind({ address, port, exclusive: true }, () => {
      socket.removeAllListeners('error')
      resolve(socket)
    })
  })
}

function listen(socket: Socket, index: number, receive: (datagram: Buffer, path: Path) => void): void {
  try {
    socket.setRecvBufferSize(BUFFER)
    socket.setSendBufferSize(BUFFER)
  } catch {
    // The system's own sizes have to do.
  }
  socket.on('error', () => undefined)
  socket.on('message', (datagram, { address, port }) => {
    receive(datagram, {
      key: `${index} ${address} ${port}`,
      address,
      port,
      send: (answer) => socket.send(answer, port, address, ignore),
    })
  })
}

/** What peers are told of a bound address: the public ones of its family, itself, or all there are where it stands for all. */
function announced(address: string, publicAddresses: readonly string[]): readonly string[] {
  const isV6 = isIPv6(address)
  const told = publicAddresses.filter((other) => isIPv6(other) === isV6)
  if (told.length > 0) return told
  if (address !== '0.0.0.0' && address !== '::') return [address]
  return Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .filter((entry) => isIPv6(entry.address) === isV6 && !entry.address.startsWith('fe80:'))
    .map((entry) => entry.address)
}

function ignore(): void {
  // A datagram that could not be sent is a datagram that was lost.
}
