/**
 * Every statement of the store, built once for an engine.
 *
 * @module
 */
import type { Engine } from './engine.ts'
import { type DenialStatements, denialStatements } from './statements/denials.ts'
import { type EndingStatements, endingStatements } from './statements/ending.ts'
import { type IssuingStatements, issuingStatements } from './statements/issuing.ts'
import { type JournalStatements, journalStatements } from './statements/journal.ts'
import { type KeyStatements, keyStatements } from './statements/keys.ts'
import { type MovingStatements, movingStatements } from './statements/moving.ts'
import { type ReadingStatements, readingStatements } from './statements/reading.ts'
import { type SearchingStatements, searchingStatements } from './statements/searching.ts'
import { type UserStatements, userStatements } from './statements/users.ts'

/** All of them, by name. */
export interface Statements
  extends ReadingStatements,
    SearchingStatements,
    IssuingStatements,
    DenialStatements,
    EndingStatements,
    UserStatements,
    KeyStatements,
    MovingStatements,
    JournalStatements {}

/** What the statements of an engine differ in. */
export type Tongue = Pick<Engine, 'builder' | 'raiseSerial' | 'wholeRealm'>

/** Builds them. */
export function statementsFor({ builder, raiseSerial, wholeRealm }: Tongue): Statements {
  return {
    ...readingStatements(builder),
    ...searchingStatements(builder, wholeRealm),
    ...issuingStatements(builder),
    ...denialStatements(builder),
    ...endingStatements(builder, wholeRealm),
    ...userStatements(builder),
    ...keyStatements(builder),
    ...journalStatements(builder),
    ...movingStatements(builder, raiseSerial),
  }
}
