/**
 * Which slot of a cluster a partition is in.
 *
 * @module
 */
/** The slot of a partition: of every key that has its digit between braces (Redis Cluster specification, "Hash tags"). */
export function slotOf(partition: string): number {
  let sum = 0
  for (const byte of new TextEncoder().encode(partition)) {
    sum ^= byte << 8
    for (let bit = 0; bit < 8; bit++) sum = ((sum << 1) ^ (sum & 0x8000 ? POLYNOMIAL : 0)) & 0xffff
  }
  return sum % SLOTS
}

const SLOTS = 16_384

/** CRC-16/XMODEM. */
const POLYNOMIAL = 0x1021
