/**
 * The settings of media servers that are not ours.
 *
 * @module
 */
import { RollcallError } from '../core/errors.ts'
import { ADMITTED } from '../live/servers/admissions.ts'
import { row } from './setting-row.ts'
import type { Setting, Settings } from './setting-table.ts'
import { listed, readText, refusal, spanWithin } from './setting-values.ts'

/** What can be set of media servers. Spans are milliseconds. */
export interface MediaSettings {
  /** What OvenMediaEngine signs its AdmissionWebhooks with; without it they are not answered. */
  readonly admissionSecret: string | undefined

  /** What is let in there without a session that a backend has issued for it. */
  readonly admissionOpen: readonly string[]

  /** Longest life of a playback there. */
  readonly admissionLifetime: number

  /** Where the API of OvenMediaEngine Enterprise is. */
  readonly omeApi: string | undefined
  readonly omeApiToken: string | undefined

  /** Where the Admin API of Janus is. */
  readonly janusAdmin: string | undefined
  readonly janusSecret: string | undefined

  /** The password that Janus sends with its events. */
  readonly janusEventsSecret: string | undefined
}

/** Their part of the table. */
export const MEDIA_SETTINGS: readonly Setting[] = [
  row(
    'admission-secret',
    'admissionSecret',
    undefined,
    'SecretKey of the AdmissionWebhooks of OvenMediaEngine; unless set, they are not answered',
    readText,
  ),
  row(
    'admission-open',
    'admissionOpen',
    'play',
    'what OvenMediaEngine may let in that no backend issued a session for: play, publish, llhls, srt, thumbnail, with commas between, or none',
    readAdmitted,
  ),
  row(
    'admission-lifetime',
    'admissionLifetime',
    '6h',
    'longest life of a playback that OvenMediaEngine lets in; 1m or more',
    spanWithin('1m', '36500d'),
  ),
  row(
    'ome-api',
    'omeApi',
    undefined,
    'URL of the API of OvenMediaEngine Enterprise, by which playbacks are listed and cut',
    readUrl,
  ),
  row('ome-api-token', 'omeApiToken', undefined, 'its access token', readText),
  row(
    'janus-admin',
    'janusAdmin',
    undefined,
    'URL of the Admin API of Janus, by which its viewers are listed and cut',
    readUrl,
  ),
  row('janus-secret', 'janusSecret', undefined, 'its admin_secret', readText),
  row(
    'janus-events-secret',
    'janusEventsSecret',
    undefined,
    'password that the event handler of Janus sends; unless set, Janus is only asked every 5 s',
    readText,
  ),
]

/** Which setting is of no use without which other. */
const NEEDS: readonly (readonly [flag: string, field: keyof Settings, needed: string, by: keyof Settings])[] =
  [
    ['ome-api', 'omeApi', 'ome-api-token', 'omeApiToken'],
    ['ome-api-token', 'omeApiToken', 'ome-api', 'omeApi'],
    ['janus-admin', 'janusAdmin', 'janus-secret', 'janusSecret'],
    ['janus-secret', 'janusSecret', 'janus-admin', 'janusAdmin'],
    ['janus-events-secret', 'janusEventsSecret', 'janus-admin', 'janusAdmin'],
  ]

/** Refuses half of what belongs together. @throws RollcallError `bad-request` */
export function requireWhole(settings: Settings): void {
  for (const [flag, field, needed, by] of NEEDS)
    if (settings[field] !== undefined && settings[by] === undefined)
      throw new RollcallError(
        'bad-request',
        `--${flag} is of no use without --${needed}. Give both, or none.`,
      )
}

function readAdmitted(value: string): readonly string[] {
  const words = listed(value)
  const wrong = words.find((word) => !ADMITTED.includes(word) && word !== 'none')
  if (wrong !== undefined || (words.includes('none') && words.length > 1))
    throw refusal(`give any of ${ADMITTED.join(', ')}, with commas between, or none.`)
  return words.filter((word) => word !== 'none')
}

function readUrl(value: string): string {
  const url = URL.parse(value)
  const plain = url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.search === ''
  if (plain) return value.replace(/\/+$/, '')
  throw refusal('give a URL such as http://127.0.0.1:7088/admin, without credentials in it.')
}
