/**
 * A handshake's beginning.
 *
 * @module
 */

/** The first message of a handshake (RFC 6347, section 4.2.1), with an extension for SRTP. */
export const HELLO: Buffer = Buffer.from(
  `16fefd00000000000000010062010000560000000000000056fefd6b01ba31e4e5023fc7c8faaa8340acdfcd08e1e319
   8548927f72477fde66a16200000004c02bc02f01000028000e000700040007000100000a00060004001d0017000d0006
   00040401040300170000ff01000100`.replaceAll(/\s/g, ''),
  'hex',
)
