/**
 * CRC-32 (ISO 3309, the polynomial of zip and PNG), written as six base-58 digits.
 *
 * @module
 */
import { BASE58 } from './base58.ts'

/** Digits of a written checksum. 58^6 exceeds 2^32, so none is lost. */
export const CHECKSUM_LENGTH = 6

const TABLE: Uint32Array = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1
  return value
})

/** The checksum of the first `end` characters of an ASCII text. */
export function checksum(text: string, end: number = text.length): string {
  let crc = 0xffffffff
  for (let index = 0; index < end; index++)
    crc = (TABLE[(crc ^ text.charCodeAt(index)) & 0xff] ?? 0) ^ (crc >>> 8)
  let value = (crc ^ 0xffffffff) >>> 0
  let digits = ''
  for (let digit = 0; digit < CHECKSUM_LENGTH; digit++) {
    digits = BASE58.charAt(value % 58) + digits
    value = Math.floor(value / 58)
  }
  return digits
}
