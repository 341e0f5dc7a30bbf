/**
 * A network between a peer and the publisher, that loses what it is told to lose.
 *
 * @module
 */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { TestContext } from 'node:test'
import { seededRandom } from '../../support/seeded-random.ts'

/** A way that datagrams take. */
export interface Dropper {
  /** Changes an answer so that its peer takes this way. */
  readonly lead: (answer: string) => string

  /** Loses that part of everything from now on, both ways: 1 is all. */
  drop(part: number): void

  /** Takes so many milliseconds for everything, each way. */
  delay(milliseconds: number): void

  /** Changes bytes in that part of everything. */
  mangle(part: number): void

  /** Sends something to the publisher from where the peer seems to be. */
  inject(datagram: Uint8Array): void

  /** Datagrams that were changed. */
  mangled(): number
}

/** Opens one until the test is over. Only the first IPv4 address of an answer is kept. */
export async function openDropper(t: TestContext): Promise<Dropper> {
  const random = seededRandom(20)
  let isOpen = true
  const near = createSocket('udp4')
  const ways = new Map<string, Socket>()
  let lost = 0
  let spoiled = 0
  let mangled = 0
  let delay = 0
  let publisher = 0
  t.after(() => {
    isOpen = false
    for (const socket of [near, ...ways.values()]) socket.close()
  })
  near.bind(0, '127.0.0.1')
  await once(near, 'listening')
  near.on('message', (datagram, { address, port }) => {
    const way = ways.get(`${address} ${port}`) ?? openWay(address, port)
    if (random() >= lost) pass(() => way.send(change(datagram), publisher, '127.0.0.1'))
  })

  /** A peer may send from several addresses: each gets back what is meant for it. */
  function openWay(address: string, port: number): Socket {
    const way = createSocket('udp4')
    ways.set(`${address} ${port}`, way)
    way.on('message', (datagram) => {
      if (random() >= lost) pass(() => near.send(change(datagram), port, address))
    })
    return way
  }

  function pass(send: () => void): void {
    if (delay === 0) send()
    else setTimeout(() => isOpen && send(), delay)
  }
  function change(datagram: Buffer): Buffer {
    if (random() >= spoiled) return datagram
    mangled++
    for (let changes = Math.floor(random() * 4); changes >= 0; changes--)
      datagram.writeUInt8(Math.floor(random() * 256), Math.floor(random() * datagram.length))
    return random() < 0.2 ? datagram.subarray(0, Math.floor(random() * datagram.length)) : datagram
  }
  return {
    mangled: () => mangled,
    inject(datagram) {
      for (const way of ways.values()) way.send(datagram, publisher, '127.0.0.1')
    },
    delay(milliseconds) {
      delay = milliseconds
    },
    mangle(part) {
      spoiled = part
    },
    lead(answer) {
      const [, port = ''] = /a=candidate:\d+ 1 udp \d+ 127\.0\.0\.1 (\d+)/.exec(answer) ?? []
      publisher = Number(port)
      return answer
        .replaceAll(/a=candidate:\d+ 1 udp \d+ ::1 .*\r\n/g, '')
        .replaceAll(`127.0.0.1 ${port}`, `127.0.0.1 ${near.address().port}`)
    },
    drop(part) {
      lost = part
    },
  }
}
