/**
 * Statements about access keys.
 *
 * @module
 */
import type { Kysely } from 'kysely'
import type { AccessKeyTable, Database } from '../schema.ts'
import { compile, place, type Statement } from '../statement.ts'

/** Statements about access keys. */
export interface KeyStatements {
  readonly findKeyByHash: Statement<AccessKeyTable>
  readonly findKeyById: Statement<AccessKeyTable>
  readonly findLiveKeysByName: Statement<AccessKeyTable>
  readonly listKeys: Statement<AccessKeyTable>
  readonly insertKey: Statement<unknown>
  readonly withdrawKey: Statement<unknown>
  readonly deleteKey: Statement<unknown>
}

/** Builds them. */
export function keyStatements(builder: Kysely<Database>): KeyStatements {
  const all = builder.selectFrom('access_keys').selectAll()
  return {
    findKeyByHash: compile(all.where('hash', '=', place<Uint8Array>('hash'))),
    findKeyById: compile(all.where('id', '=', place<string>('id'))),
    findLiveKeysByName: compile(
      all.where('name', '=', place<string>('name')).where('withdrawn_at', 'is', null),
    ),
    listKeys: compile(all.orderBy('created_at').orderBy('id')),
    insertKey: compile(
      builder.insertInto('access_keys').values({
        id: place<string>('id'),
        hash: place<Uint8Array>('hash'),
        name: place<string>('name'),
        realm: place<string>('realm'),
        scopes: place<string>('scopes'),
        created_at: place<number>('created_at'),
      }),
    ),
    withdrawKey: compile(
      builder
        .updateTable('access_keys')
        .set({ withdrawn_at: place<number>('now') })
        .where('id', '=', place<string>('id'))
        .where('withdrawn_at', 'is', null),
    ),
    deleteKey: compile(builder.deleteFrom('access_keys').where('id', '=', place<string>('id'))),
  }
}
