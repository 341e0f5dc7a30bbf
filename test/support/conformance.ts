/**
 * Holds every answer of a server against the description of its API.
 *
 * @module
 */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import type { App } from '../../src/http/app.ts'
import { LIVE_PATHS, readLiveFrame } from '../../src/protocol/live.ts'

/** A request and its answer, as they were on the wire. */
export interface Exchange {
  readonly method: string
  readonly path: string
  readonly status: number
  readonly type: string

  /** Names of headers, in lower case. */
  readonly headers: readonly string[]
  readonly body: string
}

/** Says what is wrong with an answer, or undefined where it is as described. */
export type Judge = (exchange: Exchange) => string | undefined

/** An OpenAPI document, as far as it is looked at. */
export interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>
}

/** An operation of it. */
export interface DescribedOperation {
  readonly operationId: string
  readonly parameters?: readonly DescribedParameter[]
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: object; readonly example?: unknown }>>
  }
  readonly responses: Readonly<Record<string, DescribedAnswer>>
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
}

/** A parameter of an operation. */
export interface DescribedParameter {
  readonly in: string
  readonly name: string
  readonly schema: object
  readonly description?: string
  readonly example?: unknown
}

/** An answer of an operation. */
export interface DescribedAnswer {
  readonly headers?: Readonly<Record<string, { readonly required?: boolean }>>
  readonly content: Readonly<Record<string, { readonly schema: object; readonly example?: unknown }>>
}

/** The description that an application gives of itself, as it is on the wire. */
export function descriptionOf(app: App): Description {
  return JSON.parse(JSON.stringify(app.swagger())) as Description
}

/** Makes a judge of a description. */
export function judgeBy(description: Description): Judge {
  const faultOf = schemasOf(description)
  const templates = Object.keys(description.paths).map((template) => [template, patternOf(template)] as const)

  return ({ method, path, status, type, headers, body }) => {
    const [bare = ''] = path.split(/[?#]/)
    const [template = ''] = templates.find(([, pattern]) => pattern.test(bare)) ?? []
    const verb = method === 'HEAD' ? 'get' : method.toLowerCase()
    const operation = description.paths[template]?.[verb]
    const [media = ''] = type.split(';')
    if (operation === undefined) return faultOfRefusal(method, status, media, body)
    const answer = operation.responses[status]
    if (answer === undefined) return `the status is not among ${Object.keys(operation.responses)}`
    if (!(media in answer.content)) return `its type, "${media}", is not among ${Object.keys(answer.content)}`
    const lacking = lacks(answer, headers)
    if (lacking !== undefined) return `it lacks the header ${lacking}`
    const way = ['paths', template, verb, 'responses', `${status}`, 'content', media, 'schema']
    if (method === 'HEAD') return undefined
    return template === LIVE_PATHS.eventStream ? faultOfLine(media, body) : faultOfBody(way, media, body)
  }

  function lacks({ headers: described = {} }: DescribedAnswer, given: readonly string[]): string | undefined {
    const [lacking] =
      Object.entries(described).find(
        ([name, { required }]) => required && !given.includes(name.toLowerCase()),
      ) ?? []
    return lacking
  }

  /** Where nothing is described, only a refusal will do, or the list of methods that would. */
  function faultOfRefusal(method: string, status: number, media: string, body: string): string | undefined {
    if (method === 'OPTIONS' && status === 204) return undefined
    if (status < 400 || status >= 500 || media !== 'application/problem+json')
      return 'nothing is described there, so that only a refusal would do'
    return method === 'HEAD' ? undefined : faultOf(['components', 'schemas', 'Problem'], body)
  }

  function faultOfBody(way: readonly string[], media: string, body: string): string | undefined {
    if (media === 'text/event-stream') return faultOfStream(body)
    return media.endsWith('json') ? faultOf(way, body) : undefined
  }

  function faultOfLine(media: string, body: string): string | undefined {
    if (media !== 'text/event-stream') return faultOf(['components', 'schemas', 'Problem'], body)
    const data = body.split('\n').filter((line) => line.startsWith('data:'))
    return data.every((line) => readLiveFrame(line.slice(5))) ? undefined : 'it has a frame that is none'
  }

  function faultOfStream(body: string): string | undefined {
    const data = body.split('\n').filter((line) => line.startsWith('data:'))
    return data.map((line) => faultOf(['components', 'schemas', 'Event'], line.slice(5))).find(Boolean)
  }
}

/** Notes every answer that an application gives from now on. Returns what was wrong with those so far, a list that grows. */
export async function judgeAnswers(app: App): Promise<string[]> {
  await app.ready()
  const judge = judgeOf(app)
  const breaches: string[] = []
  app.server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    const answer = record(response)
    response.once('close', () => {
      const { method = '', url: path = '' } = request
      const { status, type, headers, body } = answer()
      if (status === undefined || !(response.writableFinished || type.startsWith('text/event-stream'))) return
      const fault = judge({ method, path, status, type, headers, body })
      if (fault !== undefined)
        breaches.push(`${method} ${path.slice(0, 120)} answered ${status}: ${fault}\n  ${body.slice(0, 400)}`)
    })
  })
  return breaches
}

/** Judges are dear, and the applications of one process nearly all describe themselves alike. */
const judges = new Map<string, Judge>()

function judgeOf(app: App): Judge {
  const description = descriptionOf(app)
  const text = JSON.stringify(description)
  const judge = judges.get(text) ?? judgeBy(description)
  judges.set(text, judge)
  return judge
}

interface Recorded {
  readonly status: number | undefined
  readonly type: string
  readonly headers: readonly string[]
  readonly body: string
}

/** Listens in on what is written into a response, whoever writes it. */
function record(response: ServerResponse): () => Recorded {
  const { write, end, writeHead } = response
  const chunks: Buffer[] = []
  let status: number | undefined
  let headers: OutgoingHttpHeaders = {}

  function keep(chunk: unknown, encoding: unknown): void {
    if (typeof chunk === 'string')
      chunks.push(Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8'))
    else if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk))
  }

  Object.assign(response, {
    write: (...given: unknown[]) => {
      keep(given[0], given[1])
      return Reflect.apply(write, response, given)
    },
    end: (...given: unknown[]) => {
      keep(given[0], given[1])
      return Reflect.apply(end, response, given)
    },
    writeHead: (...given: unknown[]) => {
      status = Number(given[0])
      headers = { ...response.getHeaders(), ...headersOf(given.at(-1)) }
      return Reflect.apply(writeHead, response, given)
    },
  })
  return () => ({
    status,
    type: String(headers['content-type'] ?? ''),
    headers: Object.keys(headers),
    body: Buffer.concat(chunks).toString(),
  })
}

/** Reads headers as Node takes them: an object, or names and values in turn. */
function headersOf(given: unknown): OutgoingHttpHeaders {
  if (typeof given !== 'object' || given === null) return {}
  const pairs = Array.isArray(given)
    ? given.flatMap((name, index) => (index % 2 === 0 ? [[name, given[index + 1]]] : []))
    : Object.entries(given)
  return Object.fromEntries(pairs.map(([name, value]) => [String(name).toLowerCase(), value]))
}

/** Checks a text against a schema of a description, named by the way to it. */
function schemasOf(description: Description): (way: readonly string[], text: string) => string | undefined {
  const ajv = new Ajv2020({ strict: false, formats: { 'date-time': MOMENT } })
  ajv.addSchema(description, 'api')
  const compiled = new Map<string, ValidateFunction>()
  return (way, text) => {
    const reference = `api#/${way.map(escaped).join('/')}`
    const validate = compiled.get(reference) ?? ajv.compile({ $ref: reference })
    compiled.set(reference, validate)
    try {
      return validate(JSON.parse(text)) ? undefined : ajv.errorsText(validate.errors, { dataVar: 'the body' })
    } catch {
      return 'its body is no JSON'
    }
  }
}

/** RFC 3339, in UTC, with milliseconds. */
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** Escapes a name for a JSON pointer in a fragment (RFC 6901 6). */
export function escaped(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))
}

/** Matches the paths that a template stands for. A template without parameters goes before one with. */
function patternOf(template: string): RegExp {
  return new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`)
}
