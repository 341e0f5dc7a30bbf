/**
 * Every command there is, in the order people meet them.
 *
 * @module
 */
import type { Command } from './command.ts'
import { demo } from './commands/demo.ts'
import { denialsLift, denialsList } from './commands/denials.ts'
import { doctor } from './commands/doctor.ts'
import { exportCommand } from './commands/export.ts'
import { importCommand } from './commands/import.ts'
import { keysCreate } from './commands/keys-create.ts'
import { keysList } from './commands/keys-list.ts'
import { keysWithdraw } from './commands/keys-withdraw.ts'
import { nodesList } from './commands/nodes.ts'
import { serve } from './commands/serve.ts'
import { sessionsCount } from './commands/sessions-count.ts'
import { sessionsEnd } from './commands/sessions-end.ts'
import { sessionsIssue } from './commands/sessions-issue.ts'
import { sessionsList } from './commands/sessions-list.ts'
import { sessionsShow } from './commands/sessions-show.ts'
import { usersBan, usersUnban } from './commands/users-ban.ts'
import { usersEnd } from './commands/users-end.ts'
import { usersList } from './commands/users-list.ts'
import { usersShow } from './commands/users-show.ts'
import { usersUpdate } from './commands/users-update.ts'
import { watch } from './commands/watch.ts'

/** The table that `run` reads and `--help` prints. */
export const COMMANDS: readonly Command[] = [
  serve,
  sessionsList,
  sessionsCount,
  sessionsShow,
  sessionsIssue,
  sessionsEnd,
  usersList,
  usersShow,
  usersUpdate,
  usersBan,
  usersUnban,
  usersEnd,
  denialsList,
  denialsLift,
  keysList,
  keysCreate,
  keysWithdraw,
  nodesList,
  watch,
  exportCommand,
  importCommand,
  demo,
  doctor,
]
