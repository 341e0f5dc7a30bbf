/**
 * WebSockets on the port of the API: requests for one go through the application like any other, so that they are let in,
 * counted and refused alike, and a route may answer them with a socket.
 *
 * @module
 */
import { type IncomingMessage, type Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type WebSocket, WebSocketServer } from 'ws'
import { RollcallError } from '../../core/errors.ts'
import type { Handler } from '../whoami.ts'

/** Tells Node which requests to hand over as upgrades: those for a WebSocket (RFC 6455 4.1). Others ask in vain, and are answered. */
export function isForWebSocket({ method, headers }: Pick<IncomingMessage, 'method' | 'headers'>): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket'
}

/**
 * Sends the upgrades of a server through the application. Whoever does not wait for the answers to earlier requests before
 * asking for an upgrade is hung up on: nothing could be said in turn any more.
 */
export function routeUpgrades(server: Server, route: Handler): void {
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    const response = new ServerResponse(request)
    response.shouldKeepAlive = false
    if (!takes(request.socket, response)) return void socket.destroy()
    response.once('finish', () => finish(socket))
    upgrades.set(request, { socket, head })
    route(request, response)
  })
}

/** How a route takes WebSockets. */
export interface WebSocketOptions {
  /** The longest message that a client may send, in bytes. A longer one closes the socket with 1009. */
  readonly longestMessage: number

  /** The one subprotocol that is spoken; none unless told otherwise. */
  readonly protocol?: string
}

/** A way to answer requests with WebSockets. */
export interface WebSockets {
  /**
   * Makes sure that a request can be answered with a WebSocket.
   *
   * @throws RollcallError `upgrade-required` where it does not ask for one, `bad-request` where it asks in a wrong way
   */
  check(request: FastifyRequest, reply: FastifyReply): void

  /** Answers a request that was checked. Answers undefined where its client has hung up. Pings are for the caller to answer. */
  accept(request: FastifyRequest, reply: FastifyReply): WebSocket | undefined
}

/** Makes one. Nothing is compressed: frames are short, and a compressor for each socket is not. */
export function webSockets({ longestMessage, protocol }: WebSocketOptions): WebSockets {
  const options = {
    noServer: true,
    closeTimeout: PATIENCE,
    clientTracking: false,
    perMessageDeflate: false,
    autoPong: false,
    maxPayload: longestMessage,
    handleProtocols: (offered: ReadonlySet<string>) =>
      protocol !== undefined && offered.has(protocol) ? protocol : false,
  }
  const server = new WebSocketServer(options)

  return {
    check({ raw }, reply) {
      if (!upgrades.has(raw)) {
        reply.headers({ upgrade: 'websocket', connection: 'Upgrade' })
        throw new RollcallError('upgrade-required', 'Ask for this with a WebSocket: Upgrade: websocket.')
      }
      const { 'sec-websocket-key': key = '', 'sec-websocket-version': version } = raw.headers
      if (version !== VERSION) {
        reply.header('sec-websocket-version', VERSION)
        throw new RollcallError('upgrade-required', `This speaks version ${VERSION} of WebSocket (RFC 6455).`)
      }
      if (!KEY.test(key))
        throw new RollcallError('bad-request', 'Sec-WebSocket-Key is not 16 bytes in base64 (RFC 6455 4.1).')
      if (!areProtocols(raw.headers['sec-websocket-protocol']))
        throw new RollcallError(
          'bad-request',
          'Sec-WebSocket-Protocol names each protocol once (RFC 6455 4.1).',
        )
    },

    accept({ raw }, reply) {
      const upgrade = upgrades.get(raw)
      if (upgrade === undefined) throw new RollcallError('internal', 'a request was accepted unchecked')
      const { socket, head } = upgrade
      reply.hijack()
      reply.raw.detachSocket(raw.socket)
      let accepted: WebSocket | undefined
      server.handleUpgrade(raw, socket, head, (webSocket) => {
        accepted = webSocket
      })
      sayAnswered(reply.raw, accepted !== undefined)
      return accepted
    },
  }
}

const VERSION = '13'
const KEY = /^[+/0-9A-Za-z]{22}==$/

/** A name of a protocol: a token (RFC 9110 5.6.2). */
const PROTOCOL = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

function areProtocols(header: string | undefined): boolean {
  const names = header?.split(',').map((name) => name.trim()) ?? []
  return names.every((name) => PROTOCOL.test(name)) && new Set(names).size === names.length
}

/** How long a client that was refused or is to go may take to hang up, in milliseconds. */
const PATIENCE = 1_000

const upgrades = new WeakMap<IncomingMessage, { readonly socket: Duplex; readonly head: Buffer }>()

/** Makes a connection carry a response. Answers false where it still carries an earlier one. */
function takes(socket: Socket, response: ServerResponse): boolean {
  try {
    response.assignSocket(socket)
    return true
  } catch {
    return false
  }
}

function finish(socket: Duplex): void {
  socket.end()
  const impatience = setTimeout(() => socket.destroy(), PATIENCE).unref()
  socket.once('close', () => clearTimeout(impatience))
  socket.resume()
}

/** Lets those who wait for the end of an answer know of one that was not written through it. */
function sayAnswered(response: ServerResponse, accepted: boolean): void {
  response.statusCode = 101
  Object.defineProperty(response, 'headersSent', { value: accepted })
  response.emit('close')
}
