/**
 * When an open row stands for a session that lives. Closed rows never do.
 *
 * @module
 */
import { type RawBuilder, sql } from 'kysely'
import { ACTIVITY_FLUSH } from '../../../core/policy.ts'
import { place } from '../statement.ts'

/**
 * Holds for an open row that time has not ended `now`. Reckoned from activity: `due_at` may lag behind it, so that
 * activity has no such row to be looked at again before it is due.
 */
export function livesAt(table: string): RawBuilder<boolean> {
  const now = place<number>('now')
  const row = sql.raw(table)
  return sql<boolean>`(${row}.expires_at > ${now}
    and (${row}.idle is null or ${row}.last_active_at + ${row}.idle + ${sql.lit(ACTIVITY_FLUSH)} > ${now}))`
}

/** Holds for an open row that no epoch has ended: whatever one has is named by a mass ending until it is tidied. */
export function outlivedByNoEpoch(table: string): RawBuilder<boolean> {
  const row = sql.raw(table)
  return sql<boolean>`not exists (
    select 1 from mass_endings as m
    where m.realm = ${row}.realm and m.user_id is null and m.position > ${row}.realm_epoch)
  and not exists (
    select 1 from mass_endings as m
    where m.realm = ${row}.realm and m.user_id = ${row}.user_id and m.position > ${row}.user_epoch)`
}
