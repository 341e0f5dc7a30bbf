/**
 * Scripts that end sessions one by one: those pointed at, those whose token came back.
 *
 * @module
 */
import { type Script, script } from '../script.ts'
import { COMMON, EVEN_WITHOUT_MEMORY, JOURNAL } from './common.ts'
import { ENDING } from './ending.ts'
import { INDEXES, SESSIONS, USERS } from './session.ts'

/**
 * Ends the sessions of a realm that are named and live, at most `limit` of them, then what lives under them. Where a
 * name comes with `revision` and `active`, it is ended only if both are unchanged.
 *
 * Answers what was ended, what was under it, the place of the latest entry, and the names of what had changed. Writes,
 * also where there is nothing to end.
 */
export const END: Script = script(
  'write',
  'end',
  EVEN_WITHOUT_MEMORY,
  COMMON,
  JOURNAL,
  SESSIONS,
  USERS,
  INDEXES,
  ENDING,
  `
mark_write()
local ended, descendants, changed = {}, {}, {}
for _, named in ipairs(request.sessions) do
  local session = #ended < request.limit and read_session(named.rest)
  local is_meant = session and session.realm == request.realm and lives(session, request.epoch)
  local is_same = not named.revision or (session and session.revision == named.revision and session.active == named.active)
  if is_meant and not is_same then
    changed[#changed + 1] = named.rest
  elseif is_meant then
    if request.is_reused then tell_of('token.reused', now, session) end
    end_one(session, { now, request.reason, request.by.kind, request.by.id })
    ended[#ended + 1] = session
  end
end
for _, session in ipairs(ended) do
  for _, child in ipairs(end_children(session, request.epoch)) do descendants[#descendants + 1] = child end
end
return { answer_of(ended), answer_of(descendants), head(), changed }
`,
)

/** Makes a partition refuse whoever was welcomed before a version of a realm's denials. */
export const TAKE_NOTE: Script = script(
  'write',
  'take note',
  EVEN_WITHOUT_MEMORY,
  COMMON,
  `
local told = key('g:', request.realm)
local known = tonumber(redis.call('hget', told, 'denials')) or 0
redis.call('hset', told, 'denials', math.max(known, request.denials))
return 1
`,
)

/**
 * The sessions of a path that live, at most `limit` of them, latest first: what an end by that path means. Answers first
 * whether the path has ever led to a session that is still kept.
 */
export const POINTED: Script = script(
  'read',
  'pointed',
  COMMON,
  SESSIONS,
  USERS,
  INDEXES,
  `
local PAGE = 200
local found, first = {}, 0
local is_known = redis.call('exists', base .. request.open, base .. request.closed)
repeat
  local members = redis.call('zrevrange', base .. request.open, first, first + PAGE - 1)
  for _, member in ipairs(members) do
    local session = #found < 2 * request.limit and read_session(rest_of(member))
    if session and session.realm == request.realm and lives(session, request.epoch) then
      found[#found + 1] = session.rest
      found[#found + 1] = text_of(session)
    end
  end
  first = first + PAGE
until #members < PAGE or #found >= 2 * request.limit
return { is_known, found }
`,
)
