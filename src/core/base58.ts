/**
 * Base 58: letters and digits without `0`, `O`, `I` and `l`. A double click selects all of it.
 *
 * @module
 */

/** The digits, in order. */
export const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** Writes bytes as a base-58 number of exactly `length` digits; higher digits are dropped. */
export function encodeBase58(bytes: Uint8Array, length: number): string {
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  let text = ''
  for (let digit = 0; digit < length; digit++) {
    text = BASE58.charAt(Number(value % 58n)) + text
    value /= 58n
  }
  return text
}
