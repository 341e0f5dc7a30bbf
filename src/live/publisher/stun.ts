/**
 * The little of STUN (RFC 8489) that an ICE-lite agent (RFC 8445) needs: checks that come in, and their answers.
 *
 * @module
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { crc32 } from 'node:zlib'

/** A connectivity check. */
export interface Check {
  /** The name it was sent to: the part of `USERNAME` before the colon. */
  readonly to: string
  readonly transaction: Buffer

  /** Whether whoever sent it has chosen the path that it came on. */
  readonly nominates: boolean

  /** Whether it was signed with that password (RFC 8489, section 14.5). */
  isSignedWith(password: string): boolean
}

/** Reads a check; undefined where it is none. Never throws. */
export function readCheck(message: Buffer): Check | undefined {
  if (message.length < HEADER || message.readUInt16BE(0) !== BINDING_REQUEST) return undefined
  if (message.readUInt32BE(4) !== MAGIC || message.readUInt16BE(2) !== message.length - HEADER)
    return undefined
  const attributes = readAttributes(message)
  const username = attributes?.get(USERNAME)
  const signature = attributes?.get(MESSAGE_INTEGRITY)
  if (username === undefined || signature?.length !== SIGNATURE) return undefined
  const [to = ''] = username.toString('utf8').split(':', 1)
  return {
    to,
    transaction: message.subarray(8, HEADER),
    nominates: attributes?.has(USE_CANDIDATE) ?? false,
    isSignedWith(password) {
      const end = signature.byteOffset - message.byteOffset - 4
      const signed = Buffer.from(message.subarray(0, end))
      signed.writeUInt16BE(end - HEADER + 4 + SIGNATURE, 2)
      return timingSafeEqual(sign(signed, password), signature)
    },
  }
}

/** Writes the answer to a check: where it came from, signed (RFC 8489, sections 14.2, 14.5 and 14.7). */
export function writeCheckAnswer(check: Check, password: string, address: string, port: number): Buffer {
  const mapped = writeMappedAddress(check.transaction, address, port)
  const body = Buffer.alloc(HEADER + mapped.length + 4 + SIGNATURE + 8)
  body.writeUInt16BE(BINDING_RESPONSE, 0)
  body.writeUInt32BE(MAGIC, 4)
  check.transaction.copy(body, 8)
  mapped.copy(body, HEADER)
  let end = HEADER + mapped.length
  body.writeUInt16BE(end - HEADER + 4 + SIGNATURE, 2)
  const signature = sign(body.subarray(0, end), password)
  body.writeUInt16BE(MESSAGE_INTEGRITY, end)
  body.writeUInt16BE(SIGNATURE, end + 2)
  signature.copy(body, end + 4)
  end += 4 + SIGNATURE
  body.writeUInt16BE(end - HEADER + 8, 2)
  body.writeUInt16BE(FINGERPRINT, end)
  body.writeUInt16BE(4, end + 2)
  body.writeUInt32BE((crc32(body.subarray(0, end)) ^ 0x5354554e) >>> 0, end + 4)
  return body
}

const HEADER = 20
const SIGNATURE = 20
const MAGIC = 0x2112a442
const BINDING_REQUEST = 0x0001
const BINDING_RESPONSE = 0x0101
const USERNAME = 0x0006
const MESSAGE_INTEGRITY = 0x0008
const XOR_MAPPED_ADDRESS = 0x0020
const USE_CANDIDATE = 0x0025
const FINGERPRINT = 0x8028

/** Reads attributes up to the signature: what follows it, apart from the fingerprint, does not count. */
function readAttributes(message: Buffer): ReadonlyMap<number, Buffer> | undefined {
  const attributes = new Map<number, Buffer>()
  for (let at = HEADER; at + 4 <= message.length; ) {
    const type = message.readUInt16BE(at)
    const length = message.readUInt16BE(at + 2)
    if (at + 4 + length > message.length) return undefined
    if (!attributes.has(type)) attributes.set(type, message.subarray(at + 4, at + 4 + length))
    if (type === MESSAGE_INTEGRITY) return attributes
    at += 4 + length + ((4 - (length % 4)) % 4)
  }
  return attributes
}

function sign(message: Buffer, password: string): Buffer {
  return createHmac('sha1', password).update(message).digest()
}

function writeMappedAddress(transaction: Buffer, address: string, port: number): Buffer {
  const raw = toBytes(address)
  const attribute = Buffer.alloc(8 + raw.length)
  attribute.writeUInt16BE(XOR_MAPPED_ADDRESS, 0)
  attribute.writeUInt16BE(4 + raw.length, 2)
  attribute.writeUInt8(raw.length === 4 ? 1 : 2, 5)
  attribute.writeUInt16BE(port ^ (MAGIC >>> 16), 6)
  const mask = Buffer.concat([Buffer.from([0x21, 0x12, 0xa4, 0x42]), transaction])
  for (const [at, byte] of raw.entries()) attribute.writeUInt8(byte ^ (mask[at] ?? 0), 8 + at)
  return attribute
}

/** The bytes of an address as a socket reports it. */
function toBytes(address: string): Buffer {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number))
  const [plain = ''] = address.split('%', 1)
  const tail = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(plain)
  const whole = tail ? plain.slice(0, tail.index) + toGroups(tail.slice(1).map(Number)) : plain
  const [head = '', rest] = whole.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = rest === undefined || rest === '' ? [] : rest.split(':')
  const gap = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0')
  const bytes = Buffer.alloc(16)
  for (const [at, group] of [...before, ...gap, ...after].slice(0, 8).entries())
    bytes.writeUInt16BE(Number.parseInt(group, 16) & 0xffff, at * 2)
  return bytes
}

function toGroups([a = 0, b = 0, c = 0, d = 0]: readonly number[]): string {
  return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
}
