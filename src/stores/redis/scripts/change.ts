/**
 * Scripts that change sessions which live: what is kept beside them, their tokens, their activity.
 *
 * @module
 */
import { type Script, script } from '../script.ts'
import { COMMON, JOURNAL } from './common.ts'
import { INDEXES, SESSIONS, USERS } from './session.ts'

/** What tells which session, with its user and parent, all as of one moment. Answers the clock first. */
export const LOOK: Script = script(
  'read',
  'look',
  COMMON,
  SESSIONS,
  `
local answer = { string.format('%.0f', now) }
for _, rest in ipairs(request.rests) do
  local text = redis.call('get', key('s:', rest))
  local session = text and parse_session(rest, text)
  answer[#answer + 1] = text
  answer[#answer + 1] = session and session.user and redis.call('get', key('u:', session.realm, session.user)) or false
  answer[#answer + 1] = session and session.parent and redis.call('get', key('s:', session.parent)) or false
end
return answer
`,
)

/**
 * Puts one text of a session in the place of another and tells so, provided that it is still the one that was read, and
 * that it and what it lives under still live. Answers 1, or 0 where it is not so.
 */
export const COMMIT: Script = script(
  'write',
  'commit',
  COMMON,
  JOURNAL,
  SESSIONS,
  USERS,
  INDEXES,
  `
local kept = redis.call('get', key('s:', request.rest))
if kept ~= request.before then return 0 end
local before, after = parse_session(request.rest, kept), parse_session(request.rest, request.after)
if not lives(before, request.epoch) then return 0 end
if before.parent and request.needs_parent and not lives(read_session(before.parent), request.epoch) then return 0 end
redis.call('set', key('s:', request.rest), request.after)
reindex(before, after)
if request.salt_ends then redis.call('zadd', key('salt'), request.salt_ends, request.rest) end
if not request.salt_ends then redis.call('zrem', key('salt'), request.rest) end
tell_of(request.tells, now, after)
return 1
`,
)

/**
 * Says whether the text of a session is still the one that was read. Writes, so that what is answered on the strength of that
 * text counts only once replicas have it, whoever wrote it.
 */
export const STAND: Script = script(
  'write',
  'stand',
  COMMON,
  JOURNAL,
  `
if redis.call('get', key('s:', request.rest)) ~= request.before then return 0 end
mark_write()
return 1
`,
)

/**
 * Records activity: `rest` and how long `ago`, by pairs. Never revives, never moves time back. Answers the realms whose
 * epoch it was not told, and whose sessions it left alone.
 */
export const TOUCH: Script = script(
  'note',
  'touch',
  COMMON,
  SESSIONS,
  USERS,
  INDEXES,
  `
local unknown = {}
for _, use in ipairs(request.uses) do
  local session, active = read_session(use[1]), now - use[2]
  local epoch = session and request.epochs[session.realm]
  if session and not epoch then
    unknown[#unknown + 1] = session.realm
  elseif session and active > session.active and lives(session, epoch) then
    local before = { active = session.active, idle = session.idle, expires = session.expires, label = session.label }
    session.active = active
    write_session(session)
    reindex(before, session)
  end
end
return unknown
`,
)

/** Texts of sessions whose salts are to be erased: what follows the partition in the id of each, and its text. */
export const SALTED: Script = script(
  'read',
  'salted',
  COMMON,
  `
local answer = { string.format('%.0f', now) }
for _, rest in ipairs(redis.call('zrangebyscore', key('salt'), '-inf', now, 'limit', 0, request.limit)) do
  answer[#answer + 1] = rest
  answer[#answer + 1] = redis.call('get', key('s:', rest))
end
return answer
`,
)

/** Puts texts without late salts in the place of those with them, each provided that it is still as it was read. Answers of how many. */
export const ERASE_SALTS: Script = script(
  'note',
  'erase salts',
  COMMON,
  `
local erased = 0
for _, each in ipairs(request.sessions) do
  local name = key('s:', each.rest)
  local kept = redis.call('get', name)
  if not kept then
    redis.call('zrem', key('salt'), each.rest)
  elseif kept == each.before then
    redis.call('set', name, each.after)
    if each.salt_ends then redis.call('zadd', key('salt'), each.salt_ends, each.rest) end
    if not each.salt_ends then redis.call('zrem', key('salt'), each.rest) end
    erased = erased + 1
  end
end
return erased
`,
)
