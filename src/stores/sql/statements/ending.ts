/**
 * Statements that end, change and forget sessions. Each that changes one is guarded: it changes open rows only.
 *
 * @module
 */
import { type Kysely, type RawBuilder, type SelectQueryBuilder, sql } from 'kysely'
import { ACTIVITY_FLUSH } from '../../../core/policy.ts'
import type { Database, MassEndingTable } from '../schema.ts'
import { compile, place, type Statement } from '../statement.ts'

/** Statements that end, change and forget sessions. */
export interface EndingStatements {
  readonly endSession: Statement<unknown>
  readonly replaceSession: Statement<unknown>
  readonly touchSession: Statement<unknown>

  /** Moves `due_at` on to where activity has moved the end of silence. */
  readonly postponeSession: Statement<unknown>
  readonly setRealmEpoch: Statement<unknown>
  readonly setUserEpoch: Statement<unknown>

  /** How many open rows in scope live at `now`: top level ones, and ones under another; without those that are kept. */
  readonly countUserSessions: Statement<Counted>
  readonly countRealmSessions: Statement<Counted>
  readonly keepInUser: Statement<unknown>
  readonly keepInRealm: Statement<unknown>
  readonly insertMassEnding: Statement<unknown>
  readonly firstMassEnding: Statement<MassEndingTable>
  readonly oldestMassEnding: Statement<MassEndingTable>
  readonly deleteMassEnding: Statement<unknown>

  /** Ids of open rows that a mass ending of a user, or of a realm, ended. */
  readonly untidyOfUser: Statement<{ readonly id: string }>
  readonly untidyOfRealm: Statement<{ readonly id: string }>
  readonly insertDenial: Statement<unknown>
  readonly deleteDenials: Statement<unknown>
  readonly sweepSessions: Statement<unknown>
}

/** Sessions that live under no other, and those that do. */
export interface Counted {
  readonly top: number
  readonly under: number
}

/** Builds them. */
export function endingStatements(builder: Kysely<Database>): EndingStatements {
  const open = builder
    .updateTable('sessions')
    .where('id', '=', place<string>('id'))
    .where('ended_at', 'is', null)
  return {
    endSession: compile(
      open.set({
        ended_at: place<number>('at'),
        end_reason: place<string>('reason'),
        end_by: place<string>('by'),
        due_at: place<number>('due_at'),
        revision: sql<number>`revision + 1`,
      }),
    ),
    replaceSession: compile(
      open.where('revision', '=', place<number>('revision')).set({
        label: place<string>('label'),
        authentication: place<string>('authentication'),
        data: place<string>('data'),
        revision: sql<number>`revision + 1`,
      }),
    ),
    postponeSession: compile(open.set({ due_at: place<number>('due_at') })),
    touchSession: compile(
      open
        .where('last_active_at', '<', place<number>('active_at'))
        .where(livesAt())
        .where(outlivedByNoEpoch('sessions'))
        .set({
          last_active_at: place<number>('active_at'),
        }),
    ),
    ...epochStatements(builder),
    insertDenial: compile(
      builder.insertInto('denials').values({
        realm: place<string>('realm'),
        key: place<string>('key'),
        value: place<string>('value'),
        until: place<number>('until'),
      }),
    ),
    deleteDenials: compile(builder.deleteFrom('denials').where('until', '<=', place<number>('now'))),
    sweepSessions: compile(
      builder
        .deleteFrom('sessions')
        .where('serial', 'in', (select) =>
          select
            .selectFrom('sessions')
            .select('serial')
            .where('ended_at', 'is not', null)
            .where('due_at', '<=', place<number>('now'))
            .orderBy('due_at')
            .limit(place<number>('limit')),
        ),
    ),
  }
}

type EpochStatements = Omit<
  EndingStatements,
  | 'endSession'
  | 'postponeSession'
  | 'replaceSession'
  | 'touchSession'
  | 'insertDenial'
  | 'deleteDenials'
  | 'sweepSessions'
>

function epochStatements(builder: Kysely<Database>): EpochStatements {
  const inRealm = builder
    .selectFrom('sessions')
    .where('realm', '=', place<string>('realm'))
    .where('ended_at', 'is', null)
  const ofUser = inRealm.where('user_id', '=', place<string>('user'))
  const kept = builder.updateTable('sessions').where('id', 'in', (select) =>
    select
      .selectFrom('sessions')
      .select('id')
      .where('id', '=', place<string>('kept'))
      .where('ended_at', 'is', null)
      .where(livesAt())
      .unionAll(
        select
          .selectFrom('sessions')
          .select('id')
          .where('parent_id', '=', place<string>('kept'))
          .where('parent_id', 'is not', null)
          .where('ended_at', 'is', null)
          .where(livesAt()),
      ),
  )
  const masses = builder.selectFrom('mass_endings').selectAll()
  return {
    setRealmEpoch: compile(
      builder
        .insertInto('realms')
        .values({ realm: place<string>('realm'), epoch: place<number>('epoch') })
        .onConflict((conflict) => conflict.column('realm').doUpdateSet({ epoch: place<number>('epoch') })),
    ),
    setUserEpoch: compile(
      builder
        .updateTable('users')
        .set({ epoch: place<number>('epoch') })
        .where('realm', '=', place<string>('realm'))
        .where('id', '=', place<string>('user')),
    ),
    countUserSessions: compile(counting(ofUser)),
    countRealmSessions: compile(counting(inRealm)),
    keepInUser: compile(kept.set({ user_epoch: place<number>('epoch') })),
    keepInRealm: compile(kept.set({ realm_epoch: place<number>('epoch') })),
    insertMassEnding: compile(
      builder.insertInto('mass_endings').values({
        position: place<number>('position'),
        realm: place<string>('realm'),
        user_id: place<string>('user'),
        at: place<number>('at'),
        reason: place<string>('reason'),
        by: place<string>('by'),
      }),
    ),
    firstMassEnding: compile(
      masses.where(
        'position',
        '=',
        sql<number>`(select min(position) from (
          select min(position) as position from mass_endings
          where realm = ${place<string>('realm')} and user_id is null
            and position > ${place<number>('realm_epoch')}
          union all
          select min(position) as position from mass_endings
          where realm = ${place<string>('realm')} and user_id = ${place<string>('user')}
            and position > ${place<number>('user_epoch')}) as firsts)`,
      ),
    ),
    oldestMassEnding: compile(masses.orderBy('position').limit(sql.lit(1))),
    deleteMassEnding: compile(
      builder.deleteFrom('mass_endings').where('position', '=', place<number>('position')),
    ),
    untidyOfUser: compile(
      ofUser.select('id').where('user_epoch', '<', place<number>('position')).limit(place<number>('limit')),
    ),
    untidyOfRealm: compile(
      inRealm.select('id').where('realm_epoch', '<', place<number>('position')).limit(place<number>('limit')),
    ),
  }
}

function counting(query: SelectQueryBuilder<Database, 'sessions', object>) {
  return query
    .select(sql<number>`count(*) filter (where parent_id is null)`.as('top'))
    .select(sql<number>`count(*) filter (where parent_id is not null)`.as('under'))
    .where(livesAt())
    .where('id', '!=', place<string>('kept'))
    .where(sql<boolean>`coalesce(parent_id, '') != ${place<string>('kept')}`)
    .where(outlivedByNoEpoch('sessions'))
}

/**
 * Holds for an open row that time has not ended `now`. Reckoned from activity: `due_at` may lag behind it, so that
 * activity moves no index.
 */
function livesAt(): RawBuilder<boolean> {
  const now = place<number>('now')
  return sql<boolean>`(expires_at > ${now}
    and (idle is null or last_active_at + idle + ${sql.lit(ACTIVITY_FLUSH)} > ${now}))`
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
