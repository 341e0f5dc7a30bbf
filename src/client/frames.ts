/**
 * Reading server-sent events (HTML Living Standard 9.2.6).
 *
 * @module
 */
import { RollcallProblem } from './problem.ts'

/** What one frame says. A frame of comments alone says nothing and is left out. */
export interface Frame {
  /** Where the stream stands after it. */
  readonly id?: string

  /** The text that it carries. */
  readonly data?: string

  /** How long to wait before coming back, in milliseconds. */
  readonly retry?: number
}

/** Takes the next piece of a stream, cut anywhere, and answers the frames that are now whole. */
export type FrameReader = (piece: Uint8Array) => readonly Frame[]

/** Characters that one frame may have. */
const LONGEST = 1_048_576

/** Makes a reader for one connection. What was cut off is never answered. @throws RollcallProblem for a frame too long */
export function frameReader(): FrameReader {
  const nextLines = lineReader()
  let frame: Frame = {}
  return (piece) => {
    const whole: Frame[] = []
    for (const line of nextLines(piece)) {
      if (line !== '') {
        frame = withLine(frame, line)
        continue
      }
      if (Object.keys(frame).length > 0) whole.push(frame)
      frame = {}
    }
    if ((frame.data?.length ?? 0) > LONGEST) throw tooLong()
    return whole
  }
}

/** Splits pieces into lines, which end in CR, LF or both. */
function lineReader(): (piece: Uint8Array) => readonly string[] {
  const decoder = new TextDecoder()
  let rest = ''
  let halfEnded = false
  return (piece) => {
    const decoded = decoder.decode(piece, { stream: true })
    if (decoded === '') return []
    const lines = (rest + (halfEnded ? decoded.replace(/^\n/, '') : decoded)).split(/\r\n|\r|\n/)
    halfEnded = decoded.endsWith('\r')
    rest = lines.pop() ?? ''
    if (rest.length > LONGEST) throw tooLong()
    return lines
  }
}

function withLine(frame: Frame, line: string): Frame {
  const colon = line.indexOf(':')
  const field = colon < 0 ? line : line.slice(0, colon)
  const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
  if (field === 'data')
    return { ...frame, data: frame.data === undefined ? value : `${frame.data}\n${value}` }
  if (field === 'id' && !value.includes('\0')) return { ...frame, id: value }
  if (field === 'retry' && /^\d{1,9}$/.test(value)) return { ...frame, retry: Number(value) }
  return frame
}

function tooLong(): RollcallProblem {
  return new RollcallProblem('unexpected-answer', 'The stream carries a frame that is too long.')
}
