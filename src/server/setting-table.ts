/**
 * The settings, as one table.
 *
 * @module
 */
import type { AtLimit } from '../core/store.ts'
import type { RequestLimit } from '../dialects/cumulonimbus/index.ts'
import type { AttemptLimit } from '../http/attempts.ts'
import { SECURE_COOKIE } from '../protocol/cookies.ts'
import {
  type DialectSetting,
  readCookieName,
  readDialects,
  readRequestLimit,
  readResources,
} from './dialect-values.ts'
import { LIVE_SETTINGS, type LiveSettings } from './live-settings.ts'
import { MEDIA_SETTINGS, type MediaSettings } from './media-settings.ts'
import { row } from './setting-row.ts'
import {
  oneOf,
  readAttemptLimit,
  readKey,
  readOrigins,
  readProxies,
  readSessionLimit,
  readSpan,
  readText,
  readYesOrNo,
  type SessionLimit,
  spanWithin,
  wholeNumber,
} from './setting-values.ts'
import {
  type DurabilitySetting,
  readAddress,
  readFeedUrl,
  readStore,
  type StoreSetting,
} from './store-values.ts'
import { STREAM_SETTINGS, type StreamSettings } from './stream-settings.ts'

/** Everything that can be set. Spans are milliseconds. */
export interface Settings extends LiveSettings, StreamSettings, MediaSettings {
  readonly host: string
  readonly port: number
  readonly store: StoreSetting

  /** Where the feed between nodes runs, if not where the store is. */
  readonly feed: string | undefined
  readonly durability: DurabilitySetting

  /** How many replicas a write waits for where it is to be replicated. */
  readonly replicas: number

  /** How long the store is given to answer. */
  readonly storePatience: number

  /** Where other nodes reach this one, if they do not where it listens. */
  readonly address: string | undefined
  readonly key: string | undefined
  readonly allowOrigins: readonly string[]
  readonly trustProxies: readonly string[]
  readonly attemptLimit: AttemptLimit | undefined
  readonly maxStaleness: number

  /** How long sessions at hand are served while the store is away; not at all unless it is set. */
  readonly serveStale: number
  readonly lifetime: number
  readonly idle: number
  readonly refreshGrace: number
  readonly sessionsPerUser: SessionLimit | undefined
  readonly atLimit: AtLimit
  readonly journalAge: number
  readonly journalEntries: number
  readonly logLevel: string
  readonly dialects: readonly DialectSetting[]

  /** Paths that `ome` knows before anybody plays them: `vhost`, `vhost/app` or `vhost/app/stream`. */
  readonly resources: readonly string[]
  readonly crossidCookie: string
  readonly weplanxCsrfKey: string | undefined
  readonly weplanxUnsafeAnyUser: boolean
  readonly cumulonimbusLimit: RequestLimit

  /** How long the name of a playback that ome ended is kept out; not at all unless it is set. */
  readonly omeKeepOut: number | undefined
}

/** One row of the table. */
export interface Setting {
  /** The flag without its dashes; also the field of the file. */
  readonly flag: string
  readonly variable: string
  readonly fallback: string | undefined
  readonly help: string

  /** Reads a text. Throws an error whose message says what is allowed. */
  readonly read: (text: string) => unknown

  /** The field of {@link Settings} that it fills. */
  readonly field: keyof Settings
}

/** The table. `rollcall serve --help` is printed from it. */
export const SETTINGS: readonly Setting[] = [
  row('port', 'port', '4780', 'TCP port to listen on; 0 takes a free one', wholeNumber(0, 65_535)),
  row('host', 'host', '127.0.0.1', 'address to listen on', readText),
  row(
    'store',
    'store',
    'sqlite:./data/rollcall.db',
    'sqlite:PATH, postgres://…, redis://…, rediss://…, redis-cluster://HOST:PORT,HOST:PORT, or memory: to forget everything at the end',
    readStore,
  ),
  row(
    'feed',
    'feed',
    undefined,
    'URL by which nodes hear of each other where that of the store goes through a pooler; that of the store unless set',
    readFeedUrl,
  ),
  row(
    'durability',
    'durability',
    'local',
    'local: a write is done once the store has it; replicated: once its replicas have it too, or else 503',
    oneOf('local', 'replicated'),
  ),
  row(
    'replicas',
    'replicas',
    '1',
    'how many replicas a write waits for with --durability replicated',
    wholeNumber(1, 9),
  ),
  row(
    'store-patience',
    'storePatience',
    '2s',
    'how long the store is given to answer, before that is a 503',
    spanWithin('100ms', '60s'),
  ),
  row(
    'address',
    'address',
    undefined,
    'URL where other nodes reach this one; where it listens unless set, if that is no loopback address',
    readAddress,
  ),
  row('key', 'key', undefined, 'access key to accept for everything, 16 or more visible characters', readKey),
  row(
    'allow-origin',
    'allowOrigins',
    '',
    'origins whose pages may read answers and use the session cookie, with commas between',
    readOrigins,
  ),
  row(
    'trust-proxy',
    'trustProxies',
    '',
    'proxies whose X-Forwarded headers are believed: addresses, networks or loopback, with commas between',
    readProxies,
  ),
  row(
    'guess-limit',
    'attemptLimit',
    '100/1m',
    'wrong credentials that a client may send in a time; a right one is never refused; 0 sets no limit',
    readAttemptLimit,
  ),
  row(
    'max-staleness',
    'maxStaleness',
    '1s',
    'how long a session may be vouched for without asking the store; 0 asks each time',
    readSpan,
  ),
  row(
    'serve-stale',
    'serveStale',
    '0s',
    'how long after its lease a node serves what it has at hand while the store is away; 0s not at all, 5m at most',
    spanWithin('0s', '5m'),
  ),
  row('lifetime', 'lifetime', '30d', 'longest life of a session', spanWithin('1s', '36500d')),
  row('idle', 'idle', '7d', 'longest silence of a session', spanWithin('1s', '36500d')),
  row(
    'refresh-grace',
    'refreshGrace',
    '10s',
    'how long a refreshed token stands beside its successor, 300s at most',
    spanWithin('0s', '300s'),
  ),
  row(
    'sessions-per-user',
    'sessionsPerUser',
    undefined,
    'most live logins of a user, or login=5,connection=20,playback=2; unlimited unless set',
    readSessionLimit,
  ),
  row(
    'at-limit',
    'atLimit',
    'evict-oldest',
    'then: evict-oldest, evict-idlest or refuse',
    oneOf('evict-oldest', 'evict-idlest', 'refuse'),
  ),
  ...LIVE_SETTINGS,
  ...STREAM_SETTINGS,
  ...MEDIA_SETTINGS,
  row('journal-age', 'journalAge', '7d', 'how long the journal is kept', spanWithin('1m', '36500d')),
  row(
    'journal-entries',
    'journalEntries',
    '1000000',
    'how many journal entries are kept',
    wholeNumber(1_000, 999_999_999),
  ),
  row(
    'dialects',
    'dialects',
    'all',
    'foreign APIs to speak: all, none, or names, each with ;prefix=/x ;host=h ;realm=r, with commas between',
    readDialects,
  ),
  row(
    'resources',
    'resources',
    '',
    'paths that ome knows before anybody plays them, such as default/app/stream, with commas between',
    readResources,
  ),
  row(
    'ome-keep-out',
    'omeKeepOut',
    undefined,
    'how long the name of a playback that ome ended may not play the same stream again; not at all unless set',
    spanWithin('1s', '36500d'),
  ),
  row(
    'crossid-cookie',
    'crossidCookie',
    SECURE_COOKIE,
    'cookie that crossid reads a token from',
    readCookieName,
  ),
  row(
    'weplanx-csrf-key',
    'weplanxCsrfKey',
    undefined,
    'secret behind the CSRF pairs of weplanx, 16 or more visible characters; a new one at each start unless set',
    readKey,
  ),
  row(
    'weplanx-unsafe-any-user',
    'weplanxUnsafeAnyUser',
    'no',
    'yes lets every signed-in user list and end all sessions by weplanx, and not operators alone',
    readYesOrNo,
  ),
  row(
    'cumulonimbus-limit',
    'cumulonimbusLimit',
    '200/5m',
    'requests that a user or address may send to cumulonimbus in a time',
    readRequestLimit,
  ),
  row(
    'log-level',
    'logLevel',
    'info',
    'fatal, error, warn, info, debug or silent',
    oneOf('fatal', 'error', 'warn', 'info', 'debug', 'silent'),
  ),
]
