/**
 * Recorded exchanges, a file each: comment lines that say what they cover and what is given, then requests and the
 * answers that they must get, to the byte.
 *
 * @module
 */
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Step } from './scene.ts'

/** One file. */
export interface ExchangeFile {
  readonly dialect: string
  readonly file: string
  readonly title: string

  /** The rows of the contract that it shows. */
  readonly covers: readonly string[]
  readonly given: readonly Step[]

  /** What the dialect is made with. */
  readonly options: Readonly<Record<string, unknown>>
  readonly pairs: readonly Pair[]
}

/** A request, and the answer it must get. */
export interface Pair {
  readonly request: Message & { readonly method: string; readonly target: string }
  readonly answer: Message & { readonly status: number }
}

/** Header lines in order, and a body. */
export interface Message {
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
}

/** Where they are, a folder for each dialect. */
export const EXCHANGES: string = join(import.meta.dirname, 'exchanges')

/** Reads all of them. */
export function readExchanges(dialect = '*'): readonly ExchangeFile[] {
  return globSync(`${dialect}/*.http`, { cwd: EXCHANGES })
    .sort()
    .map((file) => readExchange(file, readFileSync(join(EXCHANGES, file), 'utf8')))
}

function readExchange(file: string, text: string): ExchangeFile {
  const lines = text.split('\n')
  const comments = lines.filter((line) => line.startsWith('# ')).map((line) => line.slice(2))
  const [title = ''] = comments
  const noted = (name: string) =>
    comments.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2))
  const rest = lines.filter((line) => !line.startsWith('# ')).join('\n')
  return {
    dialect: file.split('/')[0] ?? '',
    file: basename(file, '.http'),
    title,
    covers: noted('covers'),
    given: noted('given').flatMap((json) => JSON.parse(json) as readonly Step[]),
    options: Object.assign({}, ...noted('options').map((json) => JSON.parse(json) as object)),
    pairs: rest
      .split(/^---$/m)
      .filter((part) => part.trim() !== '')
      .map(readPair),
  }
}

function readPair(text: string): Pair {
  const [asked = '', answered = ''] = text.trim().split(/^(?=HTTP\/1\.1 \d)/m)
  const [requestLine = '', request] = readMessage(asked)
  const [method = '', target = ''] = requestLine.split(' ')
  const [statusLine = '', answer] = readMessage(answered)
  return {
    request: { ...request, method, target },
    answer: { ...answer, status: Number(statusLine.split(' ')[1]) },
  }
}

function readMessage(text: string): readonly [string, Message] {
  const [head = '', ...body] = text.trim().split('\n\n')
  const [first = '', ...lines] = head.split('\n')
  const headers = lines.map((line): readonly [string, string] => {
    const colon = line.indexOf(':', 1)
    return [line.slice(0, colon), line.slice(colon + 1).trim()]
  })
  return [first, { headers, body: body.join('\n\n') }]
}
