/**
 * Every command there is, in the order people meet them.
 *
 * @module
 */
import type { Command } from './command.ts'
import { keysCreate } from './commands/keys-create.ts'
import { keysList } from './commands/keys-list.ts'
import { keysWithdraw } from './commands/keys-withdraw.ts'
import { serve } from './commands/serve.ts'
import { sessionsEnd } from './commands/sessions-end.ts'
import { sessionsIssue } from './commands/sessions-issue.ts'
import { sessionsList } from './commands/sessions-list.ts'
import { sessionsShow } from './commands/sessions-show.ts'

/** The table that `run` reads and `--help` prints. */
export const COMMANDS: readonly Command[] = [
  serve,
  sessionsList,
  sessionsShow,
  sessionsIssue,
  sessionsEnd,
  keysList,
  keysCreate,
  keysWithdraw,
]
