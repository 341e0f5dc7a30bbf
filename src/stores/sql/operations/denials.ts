/**
 * Keeping somebody or something out, and letting them in again.
 *
 * @module
 */
import { type DeniableSession, type Denial, type DenyKey, denyValue } from '../../../core/denial.ts'
import type { Actor } from '../../../core/session.ts'
import type { NewEnding } from '../../../core/store.ts'
import type { Transaction } from '../engine.ts'
import { fromActor, toDenial } from '../rows.ts'

/** What lifting a denial is told. */
export interface LiftRequest {
  readonly realm: string
  readonly id: string
  readonly by: Actor
}

/** Keeps out what an ending says is to be kept out of this session. */
export async function deny(tx: Transaction, record: DeniableSession, { deny, by }: NewEnding): Promise<void> {
  for (const key of deny?.keys ?? []) {
    const value = denyValue(record, key)
    if (value !== undefined)
      await addDenial(tx, { realm: record.realm, key, value, span: deny?.span ?? 0, by })
  }
}

/** What is to be kept out, and for how many milliseconds. */
export interface NewDenial {
  readonly realm: string
  readonly key: DenyKey
  readonly value: string
  readonly span: number
  readonly by: Actor
}

/** Keeps somebody or something out. What is kept out for longer already stays so, and is not told again. */
export async function addDenial(tx: Transaction, { span, by, ...what }: NewDenial): Promise<void> {
  const row = { ...what, at: tx.now, until: tx.now + span, by: fromActor(by) }
  if ((await tx.first(tx.statements.findSameDenial, row)) !== undefined) return
  const { id = 0 } = (await tx.first(tx.statements.insertDenial, row)) ?? {}
  const denial = toDenial({ id, ...row })
  await tx.append({ at: tx.now, realm: what.realm, type: 'denial.created', denial, by })
}

/** Lets somebody or something in again. */
export async function liftDenial(
  tx: Transaction,
  { realm, id, by }: LiftRequest,
): Promise<Denial | undefined> {
  const number = /^[1-9]\d{0,14}$/.test(id) ? Number(id) : 0
  const row = await tx.first(tx.statements.findDenial, { realm, id: number, now: tx.now })
  if (row === undefined) return undefined
  await tx.run(tx.statements.deleteDenial, { id: row.id })
  const denial = toDenial(row)
  await tx.append({ at: tx.now, realm, type: 'denial.lifted', denial, by })
  return denial
}
