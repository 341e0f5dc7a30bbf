/**
 * The settings of lines: what is held open, and how much of it.
 *
 * @module
 */
import { row } from './setting-row.ts'
import type { Setting } from './setting-table.ts'
import { wholeNumber } from './setting-values.ts'

/** What can be set of lines. Spans are milliseconds. */
export interface LiveSettings {
  /** Lines that may be open under one login, on this node. */
  readonly linesPerSession: number

  /** Lines that may be open from one address, on this node. */
  readonly linesPerAddress: number
}

/** Their part of the table. */
export const LIVE_SETTINGS: readonly Setting[] = [
  row(
    'lines-per-session',
    'linesPerSession',
    '32',
    'most connections and playbacks that may be open under one login, on one node',
    wholeNumber(1, 1_000_000),
  ),
  row(
    'lines-per-address',
    'linesPerAddress',
    '256',
    'most of them that may be open from one address or one /64 of IPv6, on one node',
    wholeNumber(1, 1_000_000),
  ),
]
