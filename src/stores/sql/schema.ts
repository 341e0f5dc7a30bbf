/**
 * The tables, as Kysely sees them. Moments are milliseconds since the Unix epoch; `by` and `body` are JSON.
 *
 * @module
 */
import type { Generated } from 'kysely'

/** Every table. */
export interface Database {
  readonly realms: RealmTable
  readonly users: UserTable
  readonly user_agents: UserAgentTable
  readonly sessions: SessionTable
  readonly mass_endings: MassEndingTable
  readonly denials: DenialTable
  readonly access_keys: AccessKeyTable
  readonly journal: JournalTable
  readonly head: HeadTable
}

/** A realm, from its first session on. */
export interface RealmTable {
  readonly realm: string
  readonly epoch: number
}

/** A user, from the first session on. */
export interface UserTable {
  readonly realm: string
  readonly id: string
  readonly display_name: string | null
  readonly role: string
  readonly banned: number
  readonly ban_reason: string | null
  readonly epoch: number
  readonly last_stamp: number
  readonly created_at: number
}

/** A user agent and what was parsed from it: written once, pointed at by many sessions. */
export interface UserAgentTable {
  readonly key: Generated<number>
  readonly text: string
  readonly browser: string | null
  readonly os: string | null
  readonly type: string | null
}

/** A session. `due_at` is when time ends it at the earliest; once it is over, when it may be forgotten. */
export interface SessionTable {
  readonly serial: Generated<number>
  readonly id: string
  readonly realm: string
  readonly kind: number
  readonly user_id: string | null
  readonly parent_id: string | null
  readonly resource: string | null
  readonly name: string | null
  readonly token_hash: Uint8Array | null
  readonly stamp: number
  readonly issued_at: number
  readonly authenticated_ago: number
  readonly last_active_at: number
  readonly expires_at: number
  readonly idle: number | null
  readonly due_at: number
  readonly ip: string | null
  readonly user_agent: number | null
  readonly label: string | null
  readonly authentication: string | null
  readonly data: string | null
  readonly realm_epoch: number
  readonly user_epoch: number
  readonly revision: number
  readonly token_role: Generated<number>
  readonly predecessors: string | null
  readonly salt_until: number | null
  readonly ended_at: number | null
  readonly end_reason: string | null
  readonly end_by: string | null
  readonly node: string | null
}

/** An advance of an epoch whose single endings are not all written yet. */
export interface MassEndingTable {
  readonly position: number
  readonly realm: string
  readonly user_id: string | null
  readonly at: number
  readonly reason: string
  readonly by: string
}

/** Somebody or something kept out until a moment. */
export interface DenialTable {
  readonly id: number
  readonly realm: string
  readonly key: string
  readonly value: string
  readonly at: number
  readonly until: number
  readonly by: string
}

/** An access key, by hash. */
export interface AccessKeyTable {
  readonly id: string
  readonly hash: Uint8Array
  readonly name: string
  readonly realm: string
  readonly scopes: string
  readonly created_at: number
  readonly withdrawn_at: number | null
}

/** What happened: `at` is when, `written_at` when it was noted; an expiry is noted later than it was due. */
export interface JournalTable {
  readonly position: number
  readonly written_at: number
  readonly at: number
  readonly realm: string
  readonly type: string
  readonly body: string
}

/** One row: the last position given, the last one forgotten, and how many commits there were. */
export interface HeadTable {
  readonly one: number
  readonly position: number
  readonly floor: number
  readonly commits: number
}
