/**
 * Session descriptions as they come over HTTP: offers (RFC 8866), and fragments with candidates (RFC 8840).
 *
 * @module
 */
import { RollcallError } from '../../core/errors.ts'
import type { IceCandidate } from '../../live/publisher/contract.ts'

/** The media type of offers and answers (RFC 8866 8.1). */
export const SDP_TYPE = 'application/sdp'

/** The media type of fragments (RFC 8840 9). */
export const FRAGMENT_TYPE = 'application/trickle-ice-sdpfrag'

/** Candidates that one fragment may have. */
const MOST_CANDIDATES = 64

/** What a fragment says. */
export interface Fragment {
  /** Names the ICE session that it is of, or the one that it begins. */
  readonly ufrag?: string
  readonly candidates: readonly IceCandidate[]
}

/** Refuses what cannot be an offer at all. @throws RollcallError `bad-request` */
export function requireOffer(body: unknown): string {
  if (typeof body === 'string' && /^v=0\r?\n/.test(body) && /^m=\S/m.test(body)) return body
  throw new RollcallError('bad-request', 'The body is no SDP offer: it begins with "v=0", and has media.')
}

/** The user fragment of an offer (RFC 8839 5.4): that of its first medium, as all of them are bundled. */
export function ufragOf(offer: string): string | undefined {
  return /^a=ice-ufrag:(\S+)/m.exec(offer)?.[1]
}

/** Reads a fragment. @throws RollcallError `bad-request` */
export function readFragment(body: unknown): Fragment {
  const lines = typeof body === 'string' ? body.split(/\r?\n/).filter((line) => line !== '') : []
  if (lines.length === 0 || !lines.every((line) => /^[a-z]=\S/.test(line)))
    throw new RollcallError('bad-request', 'The body is no SDP fragment (RFC 8840).')
  const ufrag = ufragOf(lines.join('\n'))
  const candidates = readCandidates(lines)
  if (candidates.length <= MOST_CANDIDATES) return { candidates, ...(ufrag !== undefined && { ufrag }) }
  throw new RollcallError('bad-request', `A fragment may have ${MOST_CANDIDATES} candidates at most.`)
}

/** Each with the medium that it is for: the first one unless a line before it says otherwise. */
function readCandidates(lines: readonly string[]): readonly IceCandidate[] {
  const candidates: IceCandidate[] = []
  let index = -1
  let mid: string | undefined
  for (const line of lines) {
    if (line.startsWith('m=')) {
      index += 1
      mid = undefined
    } else if (line.startsWith('a=mid:')) {
      mid = line.slice('a=mid:'.length)
    } else if (line.startsWith('a=candidate:')) {
      const candidate = line.slice('a='.length)
      candidates.push({
        candidate,
        sdpMLineIndex: Math.max(0, index),
        ...(mid !== undefined && { sdpMid: mid }),
      })
    }
  }
  return candidates
}
