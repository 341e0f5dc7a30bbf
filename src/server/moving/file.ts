/**
 * The file that everything travels in: a line of JSON for each thing, between a first and a last line that say what it is.
 *
 * ```text
 * {"rollcall":"export","format":1,"at":"2026-11-20T12:00:00.000Z","from":"sqlite","version":"0.4.0"}
 * {"kind":"user","user":{…},"lastStamp":1763640000}
 * {"kind":"session","session":{…}}
 * {"rollcall":"end","counts":{"key":1,"user":1,"session":1,"denial":0},"sum":"…","sha256":"…"}
 * ```
 *
 * `sha256` is that of every line between, each with its newline; `sum` does not depend on their order.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { RollcallError } from '../../core/errors.ts'
import type { Portable } from '../../core/portable.ts'
import type { Instant } from '../../core/time.ts'
import { type Counts, newTally, type Tallied } from './tally.ts'

/** What is said of everything in front. */
export interface Header {
  /** When it was read. */
  readonly at: Instant

  /** The kind of store that it comes from. */
  readonly from: string

  /** The version of Rollcall that wrote it. */
  readonly version: string
}

/** The version of the format. It grows where an older reader would misunderstand what is written. */
const FORMAT = 1

/** The longest line: far more than a session with everything about it takes. */
const LONGEST = 1_048_576

/** Writes a file from pieces of everything. Answers, with the last line, what was written. */
export async function* writeLines(
  header: Header,
  pieces: AsyncIterable<readonly Portable[]>,
): AsyncGenerator<string, Tallied> {
  const { at, from, version } = header
  const tally = newTally(at)
  const digest = createHash('sha256')
  yield `${JSON.stringify({ rollcall: 'export', format: FORMAT, at: new Date(at).toISOString(), from, version })}\n`
  for await (const piece of pieces) {
    for (const item of piece) tally.add(item)
    const text = piece.map((item) => `${JSON.stringify(item)}\n`).join('')
    digest.update(text)
    if (text !== '') yield text
  }
  const written = tally.result()
  yield `${JSON.stringify({ rollcall: 'end', ...written, sha256: digest.digest('hex') })}\n`
  return written
}

/** A piece of a file. */
export interface FilePiece {
  readonly header: Header
  readonly items: readonly Portable[]
}

/**
 * Reads a file in pieces of so many things. Returns what it held, once that has been found to be what its last line says.
 *
 * @throws RollcallError `bad-request` for what is no such file, is cut short, or was changed.
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<FilePiece, Tallied & { readonly header: Header }> {
  const digest = createHash('sha256')
  let header: Header | undefined
  let tally = newTally(0)
  let items: Portable[] = []
  let said: Ending | undefined
  let number = 0
  for await (const line of linesOf(chunks)) {
    number += 1
    if (said !== undefined) throw broken('there is something behind its last line')
    const value = parse(line, number)
    if (header === undefined) {
      header = toHeader(value)
      tally = newTally(header.at)
    } else if (value.rollcall === 'end') said = value as unknown as Ending
    else {
      const item = toItem(value, number)
      digest.update(line).update('\n')
      tally.add(item)
      items.push(item)
      if (items.length >= size) {
        yield { header, items }
        items = []
      }
    }
  }
  if (header === undefined) throw broken('it is empty')
  if (items.length > 0) yield { header, items }
  const held = tally.result()
  checkEnding(said, held, digest.digest('hex'))
  return { ...held, header }
}

function checkEnding(said: Ending | undefined, held: Tallied, sha256: string): void {
  if (said === undefined) throw broken('it is cut short: its last line is missing')
  if (said.sha256 !== sha256 || said.sum !== held.sum)
    throw broken('its checksum is another than its last line says')
}

interface Ending {
  readonly counts: Counts
  readonly sum: string
  readonly sha256: string
}

type Parsed = Readonly<Record<string, unknown>>

async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true })
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > LONGEST) throw broken('a line of it has no end')
    yield* lines
  }
  if (rest !== '') yield rest
}

function parse(line: string, number: number): Parsed {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value === 'object' && value !== null) return value as Parsed
  } catch {}
  throw broken(number === 1 ? 'it does not begin as one' : `line ${number} cannot be read`)
}

function toHeader({ rollcall, format, at, from, version }: Parsed): Header {
  if (rollcall !== 'export') throw broken('it does not begin as one')
  if (format !== FORMAT)
    throw new RollcallError(
      'bad-request',
      `This export has format ${String(format).slice(0, 20)}, and this Rollcall reads ${FORMAT}. Import it with the version that wrote it (${String(version).slice(0, 40)}), or a newer one.`,
    )
  return { at: Date.parse(String(at)), from: String(from), version: String(version) }
}

const FIELDS: Readonly<Record<Portable['kind'], string>> = {
  user: 'user',
  session: 'session',
  denial: 'denial',
  key: 'key',
}

function toItem(value: Parsed, number: number): Portable {
  const field = FIELDS[value.kind as Portable['kind']]
  if (field !== undefined && typeof value[field] === 'object') return value as unknown as Portable
  throw broken(`line ${number} is nothing that this version knows`)
}

function broken(why: string): RollcallError {
  return new RollcallError(
    'bad-request',
    `This is no whole export of Rollcall: ${why}. Export again, and compare what was copied.`,
  )
}
