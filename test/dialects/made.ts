/**
 * Every dialect, as tests make it.
 *
 * @module
 */

import { crossid } from '../../src/dialects/crossid/index.ts'
import { cumulonimbus } from '../../src/dialects/cumulonimbus/index.ts'
import { datepoll } from '../../src/dialects/datepoll/index.ts'
import { ome } from '../../src/dialects/ome/index.ts'
import { weplanx } from '../../src/dialects/weplanx/index.ts'
import type { SessionManager } from '../../src/engine/manager.ts'
import type { Dialect } from '../../src/http/dialects/contract.ts'

/** Makes a dialect over an engine, for one realm. */
export type MakeDialect = (
  options: { readonly sessions: SessionManager; readonly realm: string } & Readonly<Record<string, unknown>>,
) => Dialect

/** All of them, by name. */
export const MAKERS: Readonly<Record<string, MakeDialect>> = {
  crossid,
  datepoll,
  ome,
  cumulonimbus,
  weplanx,
}

/** Makes one by name. */
export function makeDialect(
  name: string,
  { sessions, realm }: { readonly sessions: SessionManager; readonly realm: string },
  options: Readonly<Record<string, unknown>> = {},
): Dialect {
  const make = MAKERS[name]
  if (make === undefined) throw new Error(`there is no dialect "${name}"`)
  return make({ sessions, realm, ...options })
}
