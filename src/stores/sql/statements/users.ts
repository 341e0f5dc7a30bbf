/**
 * Statements about users.
 *
 * @module
 */
import type { Kysely } from 'kysely'
import type { Database, UserTable } from '../schema.ts'
import { compile, place, type Statement } from '../statement.ts'
import { livesAt, outlivedByNoEpoch } from './living.ts'

/** Statements about users. */
export interface UserStatements {
  readonly findUser: Statement<UserTable>
  readonly listUsers: Statement<UserTable>

  /** The same, of those who have a live session of a kind. */
  readonly listHolders: Statement<UserTable>
  readonly insertUser: Statement<unknown>
  readonly updateUser: Statement<unknown>
}

/** Builds them. */
export function userStatements(builder: Kysely<Database>): UserStatements {
  const all = builder.selectFrom('users').selectAll().where('realm', '=', place<string>('realm'))
  const fields = {
    display_name: place<string>('display_name'),
    role: place<string>('role'),
    banned: place<number>('banned'),
    ban_reason: place<string>('ban_reason'),
    last_stamp: place<number>('last_stamp'),
  }
  return {
    findUser: compile(all.where('id', '=', place<string>('id'))),
    listUsers: compile(
      all.where('id', '>', place<string>('after')).orderBy('id').limit(place<number>('limit')),
    ),
    listHolders: compile(
      all
        .where('id', '>', place<string>('after'))
        .where(({ exists, selectFrom }) =>
          exists(
            selectFrom('sessions as s')
              .select('s.serial')
              .whereRef('s.realm', '=', 'users.realm')
              .whereRef('s.user_id', '=', 'users.id')
              .where('s.ended_at', 'is', null)
              .where('s.kind', '=', place<number>('kind'))
              .where(livesAt('s'))
              .where(outlivedByNoEpoch('s')),
          ),
        )
        .orderBy('id')
        .limit(place<number>('limit')),
    ),
    insertUser: compile(
      builder.insertInto('users').values({
        ...fields,
        realm: place<string>('realm'),
        id: place<string>('id'),
        epoch: place<number>('epoch'),
        created_at: place<number>('created_at'),
      }),
    ),
    updateUser: compile(
      builder
        .updateTable('users')
        .set(fields)
        .where('realm', '=', place<string>('realm'))
        .where('id', '=', place<string>('id')),
    ),
  }
}
