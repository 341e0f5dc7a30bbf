/**
 * The dialects that settings ask for, made and mounted.
 *
 * @module
 */

import { newKeySecret } from '../core/token.ts'
import { crossid } from '../dialects/crossid/index.ts'
import { cumulonimbus } from '../dialects/cumulonimbus/index.ts'
import { datepoll } from '../dialects/datepoll/index.ts'
import { ome, type ReadStatistics } from '../dialects/ome/index.ts'
import { weplanx } from '../dialects/weplanx/index.ts'
import type { SessionManager } from '../engine/manager.ts'
import { nodeEnv } from '../env.ts'
import type { Dialect } from '../http/dialects/contract.ts'
import type { Mount } from '../http/dialects/mount.ts'
import type { DialectName } from './dialect-values.ts'
import type { Settings } from './setting-table.ts'

/** The settings that dialects go by. */
export type DialectSettings = Pick<
  Settings,
  | 'allowOrigins'
  | 'dialects'
  | 'resources'
  | 'omeKeepOut'
  | 'crossidCookie'
  | 'weplanxCsrfKey'
  | 'weplanxUnsafeAnyUser'
  | 'cumulonimbusLimit'
>

/** What every dialect is made over. */
interface Ground {
  readonly sessions: SessionManager
  readonly realm: string

  /** Knows what was sent to whoever plays. */
  readonly statistics?: ReadStatistics
}

const MAKERS: Readonly<Record<DialectName, (ground: Ground, settings: DialectSettings) => Dialect>> = {
  ome: (ground, { resources, omeKeepOut }) =>
    ome({ ...ground, resources, ...(omeKeepOut !== undefined && { keepOut: omeKeepOut }) }),
  weplanx: (ground, { weplanxCsrfKey, weplanxUnsafeAnyUser }) =>
    weplanx({
      ...ground,
      unsafeAnyUserMayEndEverything: weplanxUnsafeAnyUser,
      ...(weplanxCsrfKey !== undefined && { csrfKey: weplanxCsrfKey }),
    }),
  crossid: (ground, { crossidCookie, allowOrigins }) =>
    crossid({ ...ground, cookie: crossidCookie, allowOrigins }),
  cumulonimbus: (ground, { cumulonimbusLimit }) =>
    cumulonimbus({ ...ground, limit: cumulonimbusLimit, now: storeClock(ground.sessions) }),
  datepoll: (ground) => datepoll(ground),
}

/**
 * Makes every dialect that is asked for. Those of another place or realm share nothing but the engine, and the key behind
 * the CSRF pairs of weplanx: a browser that visits two of them has one pair.
 */
export function mountsOf(
  given: DialectSettings,
  sessions: SessionManager,
  statistics?: ReadStatistics,
): readonly Mount[] {
  const settings = { ...given, weplanxCsrfKey: given.weplanxCsrfKey ?? newKeySecret(nodeEnv()) }
  return settings.dialects.map(({ name, prefix, host, realm }) => ({
    dialect: MAKERS[name]({ sessions, realm, ...(statistics && { statistics }) }, settings),
    prefix,
    ...(host !== undefined && { host }),
  }))
}

/** The store's clock, about: when a limit is over does not depend on this machine's. */
function storeClock(sessions: SessionManager): () => number {
  const { now } = nodeEnv()
  return () => Math.round(now() + (sessions.stats().clockOffset ?? 0))
}
