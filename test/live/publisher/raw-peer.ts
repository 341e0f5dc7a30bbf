/**
 * A peer that is only a socket: it signs its checks as it should, and then sends whatever a test wants.
 *
 * @module
 */
import { createHmac, randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'

/** A socket that knows an answer. */
export interface RawPeer {
  readonly answers: readonly Buffer[]
  send(datagram: Uint8Array): void

  /** Sends a check; signed with that password instead of the right one where it is given. */
  check(password?: string): void
  close(): void
}

/** Opens a socket for the peer that was answered so. */
export async function openRawPeer(answer: string): Promise<RawPeer> {
  const [, name = ''] = /a=ice-ufrag:(\S+)/.exec(answer) ?? []
  const [, right = ''] = /a=ice-pwd:(\S+)/.exec(answer) ?? []
  const [, port = ''] = /a=candidate:\d+ 1 udp \d+ 127\.0\.0\.1 (\d+)/.exec(answer) ?? []
  const socket = createSocket('udp4')
  const answers: Buffer[] = []
  socket.on('message', (datagram) => answers.push(datagram))
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const send = (datagram: Uint8Array) => socket.send(datagram, Number(port), '127.0.0.1')
  return {
    answers,
    send,
    check: (password = right) => send(writeCheck(`${name}:peer`, password)),
    close: () => socket.close(),
  }
}

/** A check that chooses its path (RFC 8445, section 7.1). */
export function writeCheck(username: string, password: string): Buffer {
  const name = Buffer.from(username)
  const padded = Buffer.concat([name, Buffer.alloc((4 - (name.length % 4)) % 4)])
  const attributes = Buffer.concat([
    attribute(0x06, name.length, padded),
    attribute(0x25, 0, Buffer.alloc(0)),
    attribute(0x24, 4, Buffer.from([0x6e, 0x7f, 0, 0xff])),
  ])
  const head = Buffer.alloc(20)
  head.writeUInt16BE(1, 0)
  head.writeUInt16BE(attributes.length + 24, 2)
  head.writeUInt32BE(0x2112a442, 4)
  randomBytes(12).copy(head, 8)
  const signed = Buffer.concat([head, attributes])
  return Buffer.concat([signed, attribute(0x08, 20, createHmac('sha1', password).update(signed).digest())])
}

function attribute(type: number, length: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4)
  head.writeUInt16BE(type, 0)
  head.writeUInt16BE(length, 2)
  return Buffer.concat([head, value])
}
