/**
 * Statements that end, change and forget sessions. Each that changes one is guarded: it changes open rows only.
 *
 * @module
 */
import { type Kysely, type SelectQueryBuilder, sql } from 'kysely'
import type { Database, MassEndingTable } from '../schema.ts'
import { compile, place, type Statement } from '../statement.ts'
import { livesAt, outlivedByNoEpoch } from './living.ts'

/** Statements that end, change and forget sessions. */
export interface EndingStatements {
  readonly endSession: Statement<unknown>
  readonly replaceSession: Statement<unknown>
  readonly touchSession: Statement<unknown>

  /** Puts another token in the place of the one there is: of a session in use, and of one that changed its privileges. */
  readonly rotateSession: Statement<unknown>
  readonly reissueSession: Statement<unknown>

  /** Writes predecessors, of whatever row. */
  readonly writeSalts: Statement<unknown>

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

  /** One open row under a session, if there is any: asked for each that ends, and rarely so. */
  readonly anyChild: Statement<{ readonly id: string }>

  /** Ids of open rows that a mass ending of a user, or of a realm, ended. */
  readonly untidyOfUser: Statement<{ readonly id: string }>
  readonly untidyOfRealm: Statement<{ readonly id: string }>
  readonly sweepSessions: Statement<unknown>
}

/** Sessions that live under no other, and those that do. */
export interface Counted {
  readonly top: number
  readonly under: number
}

/** Builds them. */
export function endingStatements(
  builder: Kysely<Database>,
  wholeRealm: (column: string) => string,
): EndingStatements {
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
        authenticated_ago: place<number>('authenticated_ago'),
        data: place<string>('data'),
        revision: sql<number>`revision + 1`,
      }),
    ),
    rotateSession: compile(
      open.set({
        ...tokenPlaces,
        last_active_at: place<number>('active_at'),
        revision: sql<number>`revision + 1`,
      }),
    ),
    reissueSession: compile(open.set(tokenPlaces)),
    writeSalts: compile(
      builder
        .updateTable('sessions')
        .where('id', '=', place<string>('id'))
        .set({ predecessors: place<string>('predecessors'), salt_until: place<number>('salt_until') }),
    ),
    postponeSession: compile(open.set({ due_at: place<number>('due_at') })),
    touchSession: compile(
      open
        .where('last_active_at', '<', place<number>('active_at'))
        .where(livesAt('sessions'))
        .where(outlivedByNoEpoch('sessions'))
        .set({
          last_active_at: place<number>('active_at'),
        }),
    ),
    ...epochStatements(builder, wholeRealm('realm')),
    anyChild: compile(
      builder
        .selectFrom('sessions')
        .select('id')
        .where('parent_id', '=', place<string>('id'))
        .where('ended_at', 'is', null)
        .limit(1),
    ),
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

const tokenPlaces = {
  token_hash: place<Uint8Array>('token_hash'),
  token_role: place<number>('token_role'),
  predecessors: place<string>('predecessors'),
  salt_until: place<number>('salt_until'),
}

type EpochStatements = Omit<
  EndingStatements,
  | 'endSession'
  | 'postponeSession'
  | 'replaceSession'
  | 'touchSession'
  | 'rotateSession'
  | 'reissueSession'
  | 'writeSalts'
  | 'anyChild'
  | 'sweepSessions'
>

function epochStatements(builder: Kysely<Database>, realm: string): EpochStatements {
  const open = builder.selectFrom('sessions').where('ended_at', 'is', null)
  const inRealm = open.where(sql<boolean>`${sql.raw(realm)} = ${place('realm')}`)
  const ofUser = open.where('realm', '=', place<string>('realm')).where('user_id', '=', place<string>('user'))
  const kept = builder.updateTable('sessions').where('id', 'in', (select) =>
    select
      .selectFrom('sessions')
      .select('id')
      .where('id', '=', place<string>('kept'))
      .where('ended_at', 'is', null)
      .where(livesAt('sessions'))
      .unionAll(
        select
          .selectFrom('sessions')
          .select('id')
          .where('parent_id', '=', place<string>('kept'))
          .where('parent_id', 'is not', null)
          .where('ended_at', 'is', null)
          .where(livesAt('sessions')),
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
    .where(livesAt('sessions'))
    .where('id', '!=', place<string>('kept'))
    .where(sql<boolean>`coalesce(parent_id, '') != ${place<string>('kept')}`)
    .where(outlivedByNoEpoch('sessions'))
}
