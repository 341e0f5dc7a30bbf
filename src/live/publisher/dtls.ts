/**
 * DTLS with one peer (RFC 6347), by werift, and the keys of its media (RFC 5764).
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { DtlsServer, keyLength, type RTCCertificate, RTCDtlsTransport, saltLength } from 'werift'
import type { Fingerprint } from './sdp.ts'
import { type MediaKeys, mediaKeys } from './srtp.ts'

/** What this side shows to every peer. */
export type Certificate = RTCCertificate

/** Makes a certificate for as long as this thread lives. */
export function makeCertificate(): Promise<Certificate> {
  return RTCDtlsTransport.SetupCertificate()
}

/** The SHA-256 digest of a certificate, as SDP wants it. */
export function fingerprintOf(certificate: Certificate): string {
  return certificate.getFingerprints()[0]?.value ?? ''
}

/** A DTLS association, in which the other end speaks first. */
export interface Association {
  /** Takes a datagram. Whatever it holds, nothing is thrown. */
  take(datagram: Buffer): void

  /** Whether the other end showed the certificate of that digest. */
  isShownBy(fingerprint: Fingerprint): boolean

  /** The keys of the media, once `connected` was called. */
  secure(): MediaKeys | undefined

  /** Sends the fatal alert "access denied" (RFC 5246, section 7.2), twice, for it may get lost. */
  deny(): void

  /** Sends nothing more. */
  close(): void
}

/** Who hears of an association. */
export interface AssociationListener {
  send(datagram: Buffer): void
  connected(): void
  closed(): void
  failed(): void
}

/**
 * As many messages as a handshake may take, and beginnings among them, which cost the most. An honest one takes half a dozen,
 * and two, each as often as it is repeated.
 */
const LONGEST_HANDSHAKE = 200
const MOST_HELLOS = 24

/** The longest datagram of a handshake, in bytes. Honest ones fit into a packet of the network. */
const LONGEST_DATAGRAM = 4_096

const ALERT = 21
const HANDSHAKE = 22

/** The message that begins a handshake. */
const CLIENT_HELLO = 1

/** The one message of a handshake that may come again later, where the answer to it was lost. */
const FINISHED = 20
const RECORD_HEADER = 13
const MESSAGE_HEADER = 12

/** Alerts: their levels, and what they say (RFC 5246, section 7.2). */
const FATAL = 2
const CLOSE_NOTIFY = 0
const ACCESS_DENIED = 49

/** Begins to listen for a handshake. */
export function associate(certificate: Certificate, listener: AssociationListener): Association {
  let silent = false
  let connected = false
  let taken = 0
  let hellos = 0
  const socket = {
    type: 'udp',
    address: {},
    closed: false,
    onData: (_datagram: Buffer): void => undefined,
    send(datagram: Buffer) {
      if (!silent) listener.send(datagram)
      return Promise.resolve()
    },
    close: () => Promise.resolve(),
  }
  const server = new DtlsServer({
    cert: certificate.certPem,
    key: certificate.privateKey,
    signatureHash: certificate.signatureHash,
    transport: socket as unknown as ConstructorParameters<typeof DtlsServer>[0]['transport'],
    srtpProfiles: [7, 1], // AES-128 GCM before AES-128 with HMAC-SHA1.
    extendedMasterSecret: true,
    certificateRequest: true,
  })
  server.onConnect.once(() => {
    connected = true
    if (!silent) listener.connected()
  })
  server.onError.subscribe(() => {
    if (!connected && !silent) listener.failed()
  })
  server.onClose.subscribe(() => {
    if (!connected && !silent) listener.failed()
  })

  /** Once there are keys, only what was encrypted with them counts: anybody could have written the rest. */
  function takeRecord(record: Buffer): void {
    if (record.readUInt16BE(3) === 0) return
    const type = record.readUInt8(0)
    if (type !== HANDSHAKE && type !== ALERT) return
    const [first, second] = open(server, record)
    if (type === HANDSHAKE && first === FINISHED) socket.onData(record)
    else if (type === ALERT && second === CLOSE_NOTIFY) listener.closed()
    else if (type === ALERT && first === FATAL) listener.failed()
  }

  function takeHandshake(datagram: Buffer): void {
    if (datagram.length > LONGEST_DATAGRAM) return
    const messages = messagesIn(datagram)
    taken += Math.max(1, messages.length)
    hellos += messages.filter((type) => type === CLIENT_HELLO).length
    if (taken > LONGEST_HANDSHAKE || hellos > MOST_HELLOS) listener.failed()
    else socket.onData(datagram)
  }

  return {
    take(datagram) {
      if (silent) return
      try {
        if (connected) for (const record of records(datagram)) takeRecord(record)
        else takeHandshake(datagram)
      } catch {
        // It is not what it claims to be.
      }
    },

    isShownBy({ algorithm, value }) {
      const shown = server.remoteCertificate
      if (shown === undefined) return false
      return createHash(algorithm.replace('-', '')).update(shown).digest('hex').toUpperCase() === value
    },

    secure() {
      const profile = server.srtp.srtpProfile
      if (!connected || profile === undefined) return undefined
      const keys = server.extractSessionKeys(keyLength(profile), saltLength(profile))
      return mediaKeys({
        profile,
        keys: {
          localMasterKey: keys.localKey,
          localMasterSalt: keys.localSalt,
          remoteMasterKey: keys.remoteKey,
          remoteMasterSalt: keys.remoteSalt,
        },
      })
    },

    deny() {
      if (!connected || silent) return
      for (const sequence of ALERT_NUMBERS)
        listener.send(seal(server, sequence, Buffer.from([FATAL, ACCESS_DENIED])))
    },

    close() {
      silent = true
    },
  }
}

/**
 * Numbers of the records of the two alerts. werift numbers the last message of its handshake on from all that it repeated
 * before, and begins again at 1 after it. A number that is used twice would look replayed, and give the key away; no
 * handshake of so few datagrams comes anywhere near these.
 */
const ALERT_NUMBERS = [2 ** 24, 2 ** 24 + 1]

/** Writes an alert as an encrypted record of the first epoch with keys. */
function seal(server: DtlsServer, sequence: number, alert: Buffer): Buffer {
  const header = {
    contentType: ALERT,
    protocolVersion: server.dtls.version,
    epoch: 1,
    sequenceNumber: sequence,
    contentLen: alert.length,
  }
  const { fragment } = server.cipher.encryptPacket(toRecord(header, alert))
  const record = Buffer.alloc(RECORD_HEADER + fragment.length)
  record.writeUInt8(ALERT, 0)
  record.writeUInt8(header.protocolVersion.major, 1)
  record.writeUInt8(header.protocolVersion.minor, 2)
  record.writeUInt16BE(1, 3)
  record.writeUIntBE(sequence, 5, 6)
  record.writeUInt16BE(fragment.length, 11)
  fragment.copy(record, RECORD_HEADER)
  return record
}

/** Decrypts a record. @throws Error where it was not encrypted by the other end */
function open(server: DtlsServer, record: Buffer): Buffer {
  const header = {
    contentType: record.readUInt8(0),
    protocolVersion: { major: record.readUInt8(1), minor: record.readUInt8(2) },
    epoch: record.readUInt16BE(3),
    sequenceNumber: record.readUIntBE(5, 6),
    contentLen: record.readUInt16BE(11),
  }
  return server.cipher.decryptPacket(toRecord(header, record.subarray(RECORD_HEADER)))
}

type SealedRecord = Parameters<DtlsServer['cipher']['encryptPacket']>[0]

/** The fields of a record that werift's ciphers look at; its own class is not to be had. */
function toRecord(recordLayerHeader: SealedRecord['recordLayerHeader'], fragment: Buffer): SealedRecord {
  return { recordLayerHeader, fragment } as SealedRecord
}

/** The types of the handshake's messages in a datagram, as werift finds them: one record may hold several, the last be cut off. */
function messagesIn(datagram: Buffer): readonly number[] {
  const types: number[] = []
  for (let at = 0; at + RECORD_HEADER <= datagram.length; ) {
    const end = at + RECORD_HEADER + datagram.readUInt16BE(at + 11)
    const record = datagram.subarray(at, end)
    for (let from = RECORD_HEADER; record[0] === HANDSHAKE && from + MESSAGE_HEADER <= record.length; ) {
      types.push(record.readUInt8(from))
      from += MESSAGE_HEADER + record.readUIntBE(from + 9, 3)
    }
    at = end
  }
  return types
}

function* records(datagram: Buffer): Generator<Buffer> {
  for (let at = 0; at + RECORD_HEADER <= datagram.length; ) {
    const end = at + RECORD_HEADER + datagram.readUInt16BE(at + 11)
    if (end > datagram.length) return
    yield datagram.subarray(at, end)
    at = end
  }
}
