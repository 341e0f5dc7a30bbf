/**
 * Every operation that writes, by name. Each runs within one transaction and knows no engine.
 *
 * @module
 */
import type { Transaction } from '../engine.ts'
import { adopt } from './adopt.ts'
import { replace, touch } from './change.ts'
import { liftDenial } from './denials.ts'
import { end, expire, sweep } from './end.ts'
import { insert } from './insert.ts'
import { advanceEpoch, tidy } from './mass-end.ts'
import { eraseSalts, rotate } from './rotate.ts'
import { trim } from './trim.ts'
import { insertKey, updateUser, withdrawKey } from './users-and-keys.ts'

/** The operations. */
export const OPERATIONS: Operations = {
  insert,
  replace,
  rotate,
  touch,
  end,
  advanceEpoch,
  tidy,
  expire,
  sweep,
  eraseSalts,
  liftDenial,
  updateUser,
  insertKey,
  withdrawKey,
  trim,
  adopt,
}

/** What each operation is told and answers. */
export interface Operations {
  readonly insert: typeof insert
  readonly replace: typeof replace
  readonly rotate: typeof rotate
  readonly touch: typeof touch
  readonly end: typeof end
  readonly advanceEpoch: typeof advanceEpoch
  readonly tidy: typeof tidy
  readonly expire: typeof expire
  readonly sweep: typeof sweep
  readonly eraseSalts: typeof eraseSalts
  readonly liftDenial: typeof liftDenial
  readonly updateUser: typeof updateUser
  readonly insertKey: typeof insertKey
  readonly withdrawKey: typeof withdrawKey
  readonly trim: typeof trim
  readonly adopt: typeof adopt
}

/** The name of an operation. */
export type OperationName = keyof Operations

/** What an operation is told. */
export type RequestOf<Name extends OperationName> = Parameters<Operations[Name]>[1]

/** What an operation answers. */
export type AnswerOf<Name extends OperationName> = Awaited<ReturnType<Operations[Name]>>

/** An operation as whoever runs it sees it. */
export type AnyOperation = (tx: Transaction, request: unknown) => Promise<unknown>
