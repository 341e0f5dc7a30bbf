/**
 * What settings mean to the engine.
 *
 * @module
 */
import type { SessionPolicy } from '../engine/settled.ts'
import type { Settings } from './setting-table.ts'

/** The policy that settings ask for. */
export function policyOf(settings: Settings): SessionPolicy {
  const { lifetime, idle, maxStaleness, serveStale, refreshGrace, atLimit, sessionsPerUser } = settings
  return {
    lifetime,
    idle,
    maxStaleness,
    serveStale,
    refreshGrace,
    atLimit,
    journal: { age: settings.journalAge, entries: settings.journalEntries },
    ...(sessionsPerUser !== undefined && { sessionsPerUser }),
  }
}
