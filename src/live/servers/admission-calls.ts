/**
 * What OvenMediaEngine asks by its AdmissionWebhooks, and whether it was OvenMediaEngine that asked.
 *
 * Read as its source writes it and its documentation shows it: names of protocols in any case, moments with any offset.
 *
 * @module
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { RollcallError } from '../../core/errors.ts'
import { isAddress } from '../../core/network.ts'
import type { Device } from '../../core/session.ts'
import { recordOf, wordOf } from './answers.ts'
import { plainPart } from './parts.ts'

/** A question: whether somebody may come in, or the news that somebody is gone. */
export interface AdmissionCall {
  readonly status: 'opening' | 'closing'

  /** `incoming`: somebody publishes. `outgoing`: somebody plays. */
  readonly direction: 'incoming' | 'outgoing'

  /** In lower case: `webrtc`, `llhls`, `srt`, `thumbnail` and whatever else there may be. */
  readonly protocol: string

  /** Everything that was asked for, credentials in its query included. Never listed, kept or logged. */
  readonly url: string

  /** What is asked for, percent-decoded where that can be the name of a stream. */
  readonly app: string
  readonly stream: string

  /** The name that was given by `?session=`. */
  readonly session?: string

  /** Address and port as OvenMediaEngine sees them. */
  readonly peer: string
  readonly device: Device

  /** The moment, as it was written. */
  readonly time: string
}

/** Whether `signature` is the base64url of HMAC-SHA1 (RFC 2104) of these very bytes, compared in constant time. */
export function isSigned(body: Uint8Array, signature: unknown, secret: string): boolean {
  if (typeof signature !== 'string') return false
  const expected = createHmac('sha1', secret).update(body).digest()
  const given = Buffer.from(signature, 'base64url')
  return given.length === expected.length && timingSafeEqual(given, expected)
}

/**
 * Reads a call.
 *
 * @throws RollcallError `bad-request` for what is none: that keeps whoever wants in out
 */
export function readAdmissionCall(body: unknown): AdmissionCall {
  const { client, request } = recordOf(body)
  const { direction, status, protocol, url, time } = recordOf(request)
  const { address, port, real_ip, user_agent } = recordOf(client)
  const ip = [real_ip, address].find((each) => typeof each === 'string' && isAddress(each))
  return {
    status: oneOf(status, 'status', ['opening', 'closing']),
    direction: oneOf(direction, 'direction', ['incoming', 'outgoing']),
    protocol: textOf(protocol, 'protocol').toLowerCase(),
    time: textOf(time, 'time'),
    ...readUrl(textOf(url, 'url')),
    peer: `${wordOf(address)} ${wordOf(port)}`,
    device: {
      ...(typeof ip === 'string' && { ip }),
      ...(typeof user_agent === 'string' && user_agent !== '' && { userAgent: user_agent }),
    },
  }
}

function readUrl(url: string): Pick<AdmissionCall, 'url' | 'app' | 'stream' | 'session'> {
  const parsed = URL.parse(url)
  const [app = '', stream = ''] = (parsed?.pathname ?? '').split('/').slice(1).map(plainPart)
  if (app === '' || stream === '') throw refusal('request.url names no application and stream.')
  const session = parsed?.searchParams.get('session') ?? ''
  return { url, app, stream, ...(session !== '' && { session }) }
}

function oneOf<Word extends string>(value: unknown, what: string, words: readonly Word[]): Word {
  const found = words.find((word) => word === value)
  if (found !== undefined) return found
  throw refusal(`request.${what} is none of ${words.join(', ')}.`)
}

function textOf(value: unknown, what: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw refusal(`request.${what} is missing.`)
}

function refusal(why: string): RollcallError {
  return new RollcallError('bad-request', `This is no call of AdmissionWebhooks: ${why}`)
}
