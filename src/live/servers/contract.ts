/**
 * Media servers that are not ours: what one of them must be able to do so that its viewers are sessions here.
 *
 * @module
 */
import type { Device } from '../../core/session.ts'

/** Somebody who watches at a media server. */
export interface Viewer {
  /** What the server knows them by. It may be as good as a password there: it is never listed, kept or logged. */
  readonly key: string

  /** What they watch, such as `janus/streaming/1`. */
  readonly resource: string

  /** Their name there; no two of a resource watch under one. */
  readonly name: string

  /** Tells this playback from any other under the same name; absent where the server tells names and nothing else. */
  readonly mark?: string
  readonly device: Device
}

/** A media server, as far as sessions are concerned. */
export interface MediaServer {
  /** What it is called in sessions, logs and metrics, such as `janus`. */
  readonly name: string

  /** How long somebody who was let in may take until they are listed, in milliseconds. */
  readonly settling: number

  /** Lists everybody who watches there. Rejects where it cannot tell of all of them: half a list would end sessions. */
  list(): Promise<readonly Viewer[]>

  /** Ends a playback there. Resolves where nobody watches by that key either; rejects where the server did not do it. */
  cut(viewer: Viewer): Promise<void>
}
