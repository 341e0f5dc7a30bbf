import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { type FaultProxy, faultProxy } from '../support/fault-proxy.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { until } from '../support/until.ts'

test('what goes through an unspoilt proxy arrives whole, and its end too', async () => {
  await using bench = await echo()
  const line = await bench.open()
  const sent = 'x'.repeat(1_000_000)
  line.socket.end(sent)
  await until('everything is back', () => line.ended)
  assert.equal(line.heard, sent)
})

test('latency delays what passes, and jitter never reorders it', async () => {
  await using bench = await echo()
  const line = await bench.open()
  bench.proxy.begin({ is: 'latency', milliseconds: 20, jitter: 30 })
  const began = performance.now()
  for (let number = 0; number < 50; number++) line.socket.write(`${number};`)
  await until('everything is back', () => line.heard.split(';').length === 51)
  assert.ok(performance.now() - began >= 40, 'each way takes its time')
  assert.equal(line.heard, `${Array.from({ length: 50 }, (_, number) => number).join(';')};`)
})

test('what was delayed is not overtaken by what comes after the delay', async () => {
  await using bench = await echo()
  const line = await bench.open()
  bench.proxy.begin({ is: 'latency', milliseconds: 5, jitter: 10 })
  for (let number = 0; number < 400; number++) {
    line.socket.write(`${number};`)
    if (number % 100 === 60)
      bench.proxy.begin({ is: number % 200 === 60 ? 'none' : 'latency', milliseconds: 3, jitter: 4 })
    await new Promise((resolve) => setTimeout(resolve, number % 3))
  }
  await until('everything is back', () => line.heard.split(';').length === 401)
  assert.equal(line.heard, `${Array.from({ length: 400 }, (_, number) => number).join(';')};`)
})

test('a black hole says nothing, and lets through what waited once it is healed', async () => {
  await using bench = await echo()
  const line = await bench.open()
  bench.proxy.begin({ is: 'black-hole' })
  line.socket.write('lost?')
  await new Promise((resolve) => setTimeout(resolve, 60))
  assert.deepEqual([line.heard, line.closed, bench.received()], ['', false, ''])
  bench.proxy.heal()
  await until('it is heard', () => line.heard === 'lost?')
})

test('a lost reply is one to a request that the server has acted on', async () => {
  await using bench = await echo()
  const line = await bench.open()
  bench.proxy.begin({ is: 'lost-replies' })
  line.socket.write('do it')
  await until('the server has acted', () => bench.received() === 'do it')
  assert.deepEqual([line.heard, line.closed], ['', false])
  bench.proxy.heal()
  await until('a connection that lost something is reset', () => line.closed)
  assert.equal(line.heard, '')
})

test('a proxy that refuses resets who comes, and leaves who is there', async () => {
  await using bench = await echo()
  const line = await bench.open()
  bench.proxy.begin({ is: 'refuse' })
  const late = await bench.open()
  await until('it is reset', () => late.closed)
  line.socket.write('still here')
  await until('it is heard', () => line.heard === 'still here')
})

test('cutting resets every connection, at once or in the middle of an answer', async () => {
  await using bench = await echo()
  const lines = [await bench.open(), await bench.open()]
  bench.proxy.cut()
  await until('both are reset', () => lines.every(({ closed }) => closed))
  const halved = await bench.open()
  bench.proxy.cut(4)
  halved.socket.write('1234')
  await until('the first half is heard', () => halved.heard === '1234')
  halved.socket.write('5678')
  await until('the rest is cut off', () => halved.closed)
  assert.equal(halved.heard, '1234')
})

test('a proxy that is aimed anew leads new connections elsewhere', async () => {
  await using bench = await echo()
  await using other = await echo()
  bench.proxy.aim({ port: other.port })
  const line = await bench.open()
  line.socket.write('hello')
  await until('the other has it', () => other.received() === 'hello')
  assert.equal(bench.received(), '')
})

/** A connection through a proxy, and what became of it. */
interface Heard {
  readonly socket: Socket
  heard: string
  ended: boolean
  closed: boolean
}

interface Bench extends AsyncDisposable {
  readonly proxy: FaultProxy
  readonly port: number
  open(): Promise<Heard>
  received(): string
}

/** A server that says back what it hears, behind a proxy. */
async function echo(): Promise<Bench> {
  let received = ''
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('data', (piece) => {
      received += piece
      socket.write(piece)
    })
    socket.on('end', () => socket.end())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { readonly port: number }
  const proxy = await faultProxy({ port, random: seededRandom(1) })
  return {
    proxy,
    port,
    received: () => received,
    async open() {
      const socket = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true })
      const line: Heard = { socket, heard: '', ended: false, closed: false }
      socket.on('data', (piece) => (line.heard += piece))
      socket.on('end', () => (line.ended = true))
      socket.on('error', () => undefined)
      socket.on('close', () => (line.closed = true))
      await until('it has got somewhere', () => !socket.connecting)
      return line
    },
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]()
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
