/**
 * What OvenMediaEngine's players and its signalling server say to each other: a JSON object in each text frame.
 *
 * The texts of faults are those of the origin (`rtc_signalling_server.cpp`), and so is the order in which they are found.
 * Keys are written in alphabetical order, as the origin writes them.
 *
 * @module
 */
import type { IceCandidate, Offered } from '../publisher/contract.ts'

/** What a player says. */
export type PlayerMessage =
  | { readonly command: 'request_offer' | 'stop' | 'change_rendition' | 'ping' | 'pong' }
  | { readonly command: 'answer'; readonly sdp: string }
  | { readonly command: 'candidate'; readonly candidates: readonly IceCandidate[] }

/** Why a player is sent away: an HTTP status, and the origin's text. */
export interface Fault {
  readonly code: number
  readonly error: string
}

/** Most candidates in one message. */
const MOST_CANDIDATES = 64

/** Characters of a foreign word that are said back. */
const SAID_BACK = 40

/** Reads what a player with that id says. Undefined for what is no message at all: the origin hangs up without a word. */
export function readMessage(text: string, id: number): PlayerMessage | Fault | undefined {
  const said = readObject(text)
  const command = said?.command
  if (said === undefined || typeof command !== 'string') return undefined
  if (UNNUMBERED.has(command)) return { command } as PlayerMessage
  if (said.id !== id) return { code: 400, error: 'Invalid ID' }
  const read = NUMBERED.get(command)
  return read === undefined ? unknown(command) : read(said)
}

/** Tells whether reading found a fault. */
export function isFault(read: PlayerMessage | Fault): read is Fault {
  return 'error' in read
}

/** Writes the offer to play, for the player of that id. */
export function writeOffer(id: number, { offer, candidates }: Pick<Offered, 'offer' | 'candidates'>): string {
  return JSON.stringify({
    candidates: candidates.map(({ candidate, sdpMLineIndex = 0, sdpMid }) => ({
      candidate,
      sdpMLineIndex,
      ...(sdpMid !== undefined && { sdpMid }),
    })),
    code: 200,
    command: 'offer',
    id,
    peer_id: 0,
    sdp: { sdp: offer, type: 'offer' },
  })
}

/** Writes why a player is sent away. */
export function writeFault({ code, error }: Fault): string {
  return JSON.stringify({ code, error })
}

/** Writes the answer to `ping`. */
export const PONG = '{"command":"pong"}'

/** Commands that need not say whose they are. */
const UNNUMBERED: ReadonlySet<string> = new Set(['request_offer', 'ping', 'pong'])

type Said = Readonly<Record<string, unknown>>

const NUMBERED: ReadonlyMap<string, (said: Said) => PlayerMessage | Fault> = new Map([
  ['answer', readAnswer],
  ['candidate', readCandidates],
  ['change_rendition', () => ({ command: 'change_rendition' }) as const],
  ['stop', () => ({ command: 'stop' }) as const],
])

function readAnswer({ sdp }: Said): PlayerMessage | Fault {
  if (!isObject(sdp)) return { code: 400, error: 'There is no SDP' }
  if (sdp.type !== 'answer') return { code: 400, error: 'Invalid SDP type' }
  if (typeof sdp.sdp !== 'string') return { code: 400, error: 'SDP must be a string' }
  return { command: 'answer', sdp: sdp.sdp }
}

function readCandidates({ candidates }: Said): PlayerMessage | Fault {
  if (candidates === undefined || candidates === null)
    return { code: 400, error: 'There is no candidate list' }
  if (!Array.isArray(candidates)) return { code: 400, error: 'Candidates must be array' }
  if (candidates.length > MOST_CANDIDATES) return { code: 400, error: 'Too many candidates' }
  const read = candidates.flatMap(readCandidate)
  const wrong = read.find(({ candidate }) => !CANDIDATE.test(candidate))
  if (wrong === undefined) return { command: 'candidate', candidates: read }
  return { code: 400, error: `Invalid candidate: ${wrong.candidate.slice(0, SAID_BACK)}` }
}

/** What each begins with (RFC 8839 5.1), with the name of its attribute or without. */
const CANDIDATE = /^(?:a=)?candidate:/

/** An empty candidate says that there are no more, and is passed over as the origin does. */
function readCandidate(item: unknown): readonly IceCandidate[] {
  if (!isObject(item) || typeof item.candidate !== 'string' || item.candidate === '') return []
  const { candidate, sdpMid, sdpMLineIndex } = item
  return [
    {
      candidate,
      ...(typeof sdpMid === 'string' && { sdpMid }),
      ...(Number.isSafeInteger(sdpMLineIndex) && { sdpMLineIndex: Number(sdpMLineIndex) }),
    },
  ]
}

function unknown(command: string): Fault {
  return { code: 400, error: `Unknown command: ${command.slice(0, SAID_BACK)}` }
}

function readObject(text: string): Said | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Said {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
