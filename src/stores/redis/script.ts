/**
 * Lua that runs inside Redis: each change is one script on one slot, and takes effect entirely or not at all.
 *
 * @module
 */
import { createHash } from 'node:crypto'

/** A script, as it is called: by the digest of its source. */
export interface Script {
  /** What it does, for errors and logs. */
  readonly name: string

  /**
   * Whether it changes something. What may have been written is never sent again unasked, and counts once it is
   * confirmed; what is only noted may be sent again, and need not outlive the server.
   */
  readonly kind: 'read' | 'note' | 'write'
  readonly source: string

  /** SHA-1 of the source, by which Redis knows it. */
  readonly sha: string
}

/** What a script is handed besides its keys. */
export type Argument = string | number

/** Makes a script of pieces: functions that several share in front, what it does itself at the end. */
export function script(kind: Script['kind'], name: string, ...pieces: readonly string[]): Script {
  const source = pieces.map((piece) => piece.trim()).join('\n')
  return { name, kind, source, sha: createHash('sha1').update(source).digest('hex') }
}
