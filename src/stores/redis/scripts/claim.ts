/**
 * Scripts about names: each is claimed in the partition of its resource before its session begins elsewhere.
 *
 * A claim is kept as `[holder, deadline, before]`: the id that holds the name; until when its session has to begin, 0
 * once it has; and the claim in whose place it came, where that holder is to give way.
 *
 * @module
 */
import { type Script, script } from '../script.ts'
import { COMMON, EVEN_WITHOUT_MEMORY, JOURNAL } from './common.ts'
import { ENDING } from './ending.ts'
import { INDEXES, SESSIONS, USERS } from './session.ts'

const CLAIM = `
local name = key('n:', request.realm, request.kind, request.resource, request.name)
local kept = redis.call('get', name)
`

/**
 * Claims a name for `holder`, provided that what is kept is still `expected` (nothing, where that is not given), and
 * with `before` in its place should the holder never begin. Answers what is kept then, and whether its deadline has passed.
 */
export const CLAIM_NAME: Script = script(
  'write',
  'claim name',
  COMMON,
  CLAIM,
  `
if kept == (request.expected or false) then
  kept = cjson.encode({ request.holder, now + request.patience, request.before or 0 })
  redis.call('set', name, kept)
end
return { kept, cjson.decode(kept)[2] <= now and 1 or 0 }
`,
)

/** Puts `next` in the place of the claim that is `expected`; nothing, where that is not given. Answers 1 if it was. */
export const SETTLE_NAME: Script = script(
  'write',
  'settle name',
  COMMON,
  CLAIM,
  `
if kept ~= (request.expected or false) then return 0 end
if request.next then redis.call('set', name, request.next) else redis.call('del', name) end
return 1
`,
)

/**
 * Asks of the holder of a claim whether it lives. One that is over by time is ended with this. One that never began is
 * kept from beginning, where `void` says so. Answers its session where it lives, else nothing.
 */
export const ASK_HOLDER: Script = script(
  'write',
  'ask holder',
  EVEN_WITHOUT_MEMORY,
  COMMON,
  JOURNAL,
  SESSIONS,
  USERS,
  INDEXES,
  ENDING,
  `
local LONGEST_DELAY = 86400000
local holder = read_session(request.holder)
if not holder then
  if request.void then redis.call('set', key('v:', request.holder), 1, 'px', LONGEST_DELAY) end
  return false
end
if lives(holder, request.epoch) then return text_of(holder) end
local is_due = holder.ending == nil and holder.realm_epoch >= request.epoch and not outlived_by_user(holder)
if is_due then end_with_children(holder, due_ending(holder), request.epoch) end
return false
`,
)
