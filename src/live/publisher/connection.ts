/**
 * The connection to one peer: ICE-lite (RFC 8445, section 2.5), DTLS and SRTP over the ports that all peers share.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import type { RtpHeader } from 'werift'
import type { Clock } from './clock.ts'
import { type Association, associate, type Certificate } from './dtls.ts'
import type { Paths, Reachable } from './paths.ts'
import type { Path } from './ports.ts'
import { type Feedback, readRtcp } from './rtcp.ts'
import { type RtpPacket, readRtp } from './rtp.ts'
import type { Fingerprint } from './sdp.ts'
import type { MediaKeys } from './srtp.ts'

/** A connection, from the moment its addresses are told to the other end. */
export interface Connection {
  /** The name and the password that the other end signs its checks with. */
  readonly ice: { readonly name: string; readonly password: string }

  /** Says whose certificate is expected. Nothing connects before. */
  expect(fingerprint: Fingerprint): void

  /** Encrypts a packet and sends it. Answers its size without encryption, in bytes; 0 where it was not sent. */
  sendRtp(header: RtpHeader, payload: Buffer): number

  /** Encrypts reports and sends them. */
  sendRtcp(...packets: readonly Buffer[]): void

  /** When something of the other end came last that could not be anybody else's, in milliseconds of the clock. */
  heardAt(): number

  /** Where the other end is. */
  remoteAddress(): string | undefined

  /** Drops it at once, and says so to the other end where `alert` is set. The listener hears nothing more. */
  close(alert: boolean): void
}

/** Who hears of a connection. */
export interface ConnectionListener {
  connected(): void
  gone(why: 'closed' | 'failed'): void
  rtp(packet: RtpPacket): void
  rtcp(feedback: readonly Feedback[]): void
}

/** What connections share. */
export interface ConnectionParts {
  readonly paths: Paths
  readonly certificate: Certificate
  readonly clock: Clock
}

/** Opens one, and waits for the other end. */
export function openConnection(
  { paths, certificate, clock }: ConnectionParts,
  listener: ConnectionListener,
): Connection {
  const ice = { name: randomBytes(6).toString('hex'), password: randomBytes(18).toString('hex') }
  let selected: Path | undefined
  let association: Association | undefined
  let expected: Fingerprint | undefined
  let keys: MediaKeys | undefined
  let shaken = false
  let heardAt = clock.monotonic()
  let closed = false

  const reachable: Reachable = {
    ice,
    checked(path, nominates) {
      heardAt = clock.monotonic()
      if (selected === undefined || nominates) selected = path
    },
    take(datagram, path) {
      const [first = 0] = datagram
      if (first >= 128 && first < 192) takeMedia(datagram)
      else if (first >= 20 && first < 64) takeHandshake(datagram, path)
    },
  }
  paths.add(reachable)

  function takeHandshake(datagram: Buffer, path: Path): void {
    if (closed) return
    selected ??= path
    association ??= associate(certificate, {
      send: (answer) => selected?.send(answer),
      connected() {
        shaken = true
        secure()
      },
      closed: () => gone('closed'),
      failed: () => gone('failed'),
    })
    association.take(datagram)
  }

  /** Makes the keys once both are there: the handshake, and the certificate that it has to be. */
  function secure(): void {
    if (closed || !shaken || expected === undefined || keys !== undefined) return
    keys = association?.isShownBy(expected) ? association.secure() : undefined
    heardAt = clock.monotonic()
    if (keys === undefined) gone('failed')
    else listener.connected()
  }

  function takeMedia(datagram: Buffer): void {
    const [, type = 0] = datagram
    if (type >= 192 && type < 224) takeFeedback(keys?.decryptRtcp(datagram))
    else takePacket(keys?.decryptRtp(datagram))
  }

  function takeFeedback(compound: Buffer | undefined): void {
    if (compound === undefined) return
    heardAt = clock.monotonic()
    listener.rtcp(readRtcp(compound))
  }

  function takePacket(plain: Buffer | undefined): void {
    const packet = plain && readRtp(plain)
    if (packet === undefined) return
    heardAt = clock.monotonic()
    listener.rtp(packet)
  }

  function gone(why: 'closed' | 'failed'): void {
    if (closed) return
    close(false)
    listener.gone(why)
  }

  function close(alert: boolean): void {
    if (closed) return
    closed = true
    if (alert) association?.deny()
    association?.close()
    association = undefined
    paths.remove(reachable)
    keys = undefined
  }

  return {
    ice,
    expect(fingerprint) {
      expected = fingerprint
      secure()
    },
    sendRtp(header, payload) {
      if (keys === undefined || selected === undefined) return 0
      selected.send(keys.encryptRtp(header, payload))
      return payload.length + 12
    },
    sendRtcp(...packets) {
      if (keys !== undefined) selected?.send(keys.encryptRtcp(Buffer.concat(packets)))
    },
    heardAt: () => heardAt,
    remoteAddress: () => selected && toText(selected),
    close,
  }
}

function toText({ address, port }: Path): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}
