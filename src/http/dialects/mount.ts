/**
 * Mounting dialects beside the native API: each at its own paths, under a prefix or on a host of its own.
 *
 * @module
 */
import type { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../app.ts'
import { isLocal } from '../client.ts'
import { reportFault } from '../problems.ts'
import type { Answer, Dialect, Exchange } from './contract.ts'
import { hostAsked, routeByHost } from './host.ts'

/** Where a dialect is spoken. */
export interface Mount {
  readonly dialect: Dialect

  /** Stands before each of its paths: `/old`. */
  readonly prefix?: string

  /** The only host on which it is spoken, in lower case and without a port. */
  readonly host?: string
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The dialect that decides who may call, and what for. */
    readonly dialect?: Mount
  }
}

/** The native API has a route there, which asks for {@link AnswerUnmet}. */
const HOME = '/'

/** Bytes that a body may have. */
const LARGEST = 65_536

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'] as const

/**
 * Answers a request that no route of a dialect has met, if it is at a path of one: by whatever method, readable or not,
 * also `/`, where the native API has a route. Answers false at other paths.
 */
export type AnswerUnmet = (request: FastifyRequest, reply: FastifyReply) => Promise<boolean>

/** Adds the routes of dialects. Where two want the same path on the same host, the first has it. */
export function mountDialects(app: App, mounts: readonly Mount[]): AnswerUnmet {
  const taken = new Set<string>()
  routeByHost(app)
  for (const mount of mounts) app.register(async (scope) => mountOne(scope as unknown as App, mount, taken))

  return async (request, reply) => {
    const mount = mountFor(mounts, request)
    if (mount === undefined) return false
    await speak(mount, request, reply)
    return true
  }
}

/** The pattern of the route that a request meets, a dialect's own where it speaks; undefined where there is none. */
export function patternOf({ raw, routeOptions: { url, config } }: FastifyRequest): string | undefined {
  if (config.dialect === undefined) return url?.replace(CONDITION, '')
  const { dialect, prefix = '' } = config.dialect
  const [path = ''] = (raw.url ?? '').slice(prefix.length).split('?')
  const route = dialect.routeOf(raw.method ?? 'GET', path)
  return route === undefined ? url : prefix + route
}

/** What a parameter of a route must be like, behind its name. */
const CONDITION = /\(\^.*\$\)/

/** The mount with the longest path that a request is under. */
function mountFor(mounts: readonly Mount[], request: FastifyRequest): Mount | undefined {
  const [path = ''] = (request.raw.url ?? '').split('?')
  const asked = hostAsked(request.raw)
  const here = mounts.filter(({ host }) => host === undefined || host === asked)
  const reached = here.map((mount) => ({ mount, length: lengthOf(mount, path) }))
  return reached.filter(({ length }) => length >= 0).sort((a, b) => b.length - a.length)[0]?.mount
}

/** How much of a path is a mount's own; less than 0 where it is none of its. */
function lengthOf({ dialect, prefix = '' }: Mount, path: string): number {
  const under = dialect.roots
    .map((root) => prefix + root)
    .filter((root) => path === root || path.startsWith(`${root}/`))
  const exactly = dialect.exact.map((each) => prefix + each).filter((each) => path === each)
  return Math.max(-1, ...[...under, ...exactly].map(({ length }) => length))
}

function mountOne(scope: App, mount: Mount, taken: Set<string>): void {
  const { dialect, prefix = '', host } = mount
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', (_request, payload, done) => {
    readBody(payload).then((body) => done(null, body), done)
  })
  scope.setErrorHandler((_fault, request, reply) =>
    send(reply, dialect.refuse(toExchange(request, mount), 'too-many-headers'), request.method),
  )
  const paths = [...dialect.roots.flatMap((root) => [root, `${root}/*`]), ...dialect.exact]
  for (const url of paths.map((path) => prefix + path)) {
    if (url === HOME) continue
    const place = `${host ?? ''} ${url}`
    if (taken.has(place)) continue
    taken.add(place)
    scope.route({
      url,
      method: [...METHODS],
      config: { access: 'anyone', dialect: mount },
      schema: { hide: true },
      exposeHeadRoute: false,
      bodyLimit: Number.MAX_SAFE_INTEGER,
      ...(host !== undefined && { constraints: { host } }),
      handler: async (request, reply) => {
        if (hasUnreadBody(request)) request.body = await readBody(request.raw)
        if (request.body === 'oversized') reply.header('connection', 'close')
        return speak(mount, request, reply)
      },
    })
  }
}

async function speak(mount: Mount, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const report = (fault: unknown): void => reportFault(request, fault)
  return send(reply, await mount.dialect.speak(toExchange(request, mount), report), request.method)
}

/** The framework reads no body of a `GET`, for which HTTP gives none a meaning (RFC 9110 9.3.1) and an origin may. */
function hasUnreadBody({ body, headers }: FastifyRequest): boolean {
  if (body !== undefined) return false
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** Reads a body; of one that is too large, no more than that. */
function readBody(payload: Readable): Promise<Uint8Array | 'oversized'> {
  const chunks: Buffer[] = []
  let size = 0
  return new Promise((resolve, reject) => {
    payload.on('data', (chunk: Buffer) => {
      size += chunk.length
      chunks.push(chunk)
      if (size > LARGEST) {
        payload.pause()
        resolve('oversized')
      }
    })
    payload.on('end', () => resolve(Buffer.concat(chunks)))
    payload.on('error', reject)
  })
}

/** A body that is not there. */
const NOTHING = new Uint8Array()

function toExchange(request: FastifyRequest, { prefix = '' }: Mount): Exchange {
  const { raw, body } = request
  const url = raw.url ?? '/'
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  return {
    method: raw.method ?? 'GET',
    path: path.slice(prefix.length),
    query: mark < 0 ? '' : url.slice(mark + 1),
    headers: joined(raw.headers),
    body: body instanceof Uint8Array ? body : NOTHING,
    oversized: body === 'oversized',
    get address() {
      return request.ip
    },
    get secure() {
      return request.protocol === 'https' || isLocal(request)
    },
    prefix,
  }
}

function joined(headers: FastifyRequest['raw']['headers']): Exchange['headers'] {
  const all: Record<string, string | undefined> = {}
  for (const name in headers) {
    const value = headers[name]
    all[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return all
}

function send(reply: FastifyReply, { status, headers = {}, body }: Answer, method: string): FastifyReply {
  for (const [name, value] of Object.entries(headers)) reply.header(name, value)
  reply.code(status)
  if (body === undefined) return reply.send()
  if (!reply.hasHeader('content-type')) reply.header('content-type', 'application/json; charset=utf-8')
  if (method !== 'HEAD') return reply.send(body)
  return reply.header('content-length', String(Buffer.byteLength(body))).send()
}
