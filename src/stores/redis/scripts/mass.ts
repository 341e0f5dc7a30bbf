/**
 * Scripts that end everything of a user at once, and write the single endings behind mass endings.
 *
 * @module
 */
import { type Script, script } from '../script.ts'
import { COMMON, EVEN_WITHOUT_MEMORY, JOURNAL } from './common.ts'
import { CROWD } from './crowd.ts'
import { ENDING } from './ending.ts'
import { INDEXES, SESSIONS, USERS } from './session.ts'

const KEEPING = `
-- The login that is kept, or whose child is named, by what follows the partition in its id; nil where that does not live.
local function kept_login(realm, user, named, epoch)
  local session = named and read_session(named)
  if not lives(session, epoch) or session.realm ~= realm or (user and session.user ~= user) then return nil end
  return session.parent or session.rest
end

-- A login and what lives under it.
local function family_of(login, epoch)
  local family = {}
  local function consider(session)
    if lives(session, epoch) then family[#family + 1] = session end
  end
  consider(read_session(login))
  for _, member in ipairs(redis.call('zrange', key('op:', login), 0, -1)) do consider(read_session(rest_of(member))) end
  return family
end
`

const END_USER = `
-- How many live under no other and under another: those of a list that are not kept.
local function count_without(members, is_kept)
  local top, under = 0, 0
  for _, member in ipairs(members) do
    if not is_kept[rest_of(member)] then
      if is_child(member) then under = under + 1 else top = top + 1 end
    end
  end
  return top, under
end

-- Takes everything but the kept ones out of a user's open sessions, as what a mass ending ended.
local function doom(index, position, family)
  if redis.call('exists', index) == 0 then return end
  local doomed = key('x:', position)
  redis.call('rename', index, doomed)
  for _, session in ipairs(family) do
    redis.call('zrem', doomed, marked_member_of(session))
    redis.call('zadd', index, session.issued, marked_member_of(session))
  end
end

-- Ends everything of a user but for one login and what lives under it. Answers how many it ended, how many under them,
-- and the place of the entry that says so, which is the user's epoch from now on.
local function end_user(realm, id, how)
  local index, told = key('ou:', realm, id), key('g:', realm)
  local login = kept_login(realm, id, how.except, how.epoch)
  local family, is_kept = login and family_of(login, how.epoch) or {}, {}
  for _, session in ipairs(family) do is_kept[session.rest] = true end
  local current = current_of(redis.call('zrange', index, 0, -1), how.epoch, how.after)
  local top, under = count_without(undue_of(current), is_kept)
  local position = tell('sessions.ended', {
    realm = realm, userId = id, except = login and 'ses_' .. partition .. login, count = top + under,
    reason = how.reason, by = how.by
  })
  local user = user_of(realm, id)
  if user then
    local counted_top, counted_under = count_without(current, is_kept)
    if (tonumber(redis.call('hget', told, 'counted')) or 0) == how.epoch then
      redis.call('hincrby', told, 'top', 0 - counted_top)
      redis.call('hincrby', told, 'under', 0 - counted_under)
    end
    redis.call('zadd', key('m'), position, cjson.encode({
      position, realm, id, now, order, how.reason, how.by.kind, how.by.id
    }))
    doom(index, position, family)
    user.epoch = position
    write_user(user)
    for _, session in ipairs(family) do
      session.user_epoch = position
      write_session(session)
    end
  end
  mark_write()
  return { top, under, position }
end
`

/** Ends everything of a user at once. Answers how many, how many under them, and the place that says so. */
export const END_ALL_OF_USER: Script = script(
  'write',
  'end all of user',
  EVEN_WITHOUT_MEMORY,
  COMMON,
  JOURNAL,
  SESSIONS,
  USERS,
  INDEXES,
  CROWD,
  KEEPING,
  END_USER,
  `
return end_user(request.realm, request.user, request)
`,
)

/** Changes a user; a ban ends everything of theirs. Answers their text, then as `END_ALL_OF_USER` does; nothing if there is none. */
export const UPDATE_USER: Script = script(
  'write',
  'update user',
  EVEN_WITHOUT_MEMORY,
  COMMON,
  JOURNAL,
  SESSIONS,
  USERS,
  INDEXES,
  CROWD,
  KEEPING,
  END_USER,
  `
local user = user_of(request.realm, request.user)
mark_write()
if not user then return false end
local patch = request.patch
if patch.banned ~= nil then user.banned = patch.banned end
user.name = patch.name or user.name
user.role = patch.role or user.role
user.ban_reason = user.banned and (patch.ban_reason or user.ban_reason) or nil
write_user(user)
tell_user(user, request.by)
local over = patch.banned and end_user(request.realm, request.user, request) or { 0, 0, head() }
return { redis.call('get', key('u:', request.realm, request.user)), over[1], over[2], over[3] }
`,
)

/**
 * How many sessions of a realm a mass ending of it would end in this partition: under no other, and under another. Those
 * that are kept do not count. Answers also which login is kept, and the latest epoch that a session was begun under.
 */
export const COUNT_REALM: Script = script(
  'read',
  'count realm',
  COMMON,
  SESSIONS,
  USERS,
  INDEXES,
  KEEPING,
  `
local MOST_LOOKED_AT = 5000
local told = redis.call('hmget', key('g:', request.realm), 'counted', 'top', 'under')
local counted = tonumber(told[1]) or 0
if counted ~= request.epoch then return { 0, 0, false, counted } end
local top, under = tonumber(told[2]) or 0, tonumber(told[3]) or 0
local function leave_out(session)
  if session.parent then under = under - 1 else top = top - 1 end
end
for _, member in ipairs(redis.call('zrangebyscore', DUE, '-inf', now, 'limit', 0, MOST_LOOKED_AT)) do
  local session = read_session(rest_of(member))
  local is_counted = session and session.realm == request.realm and session.realm_epoch == request.epoch
  if is_counted and not outlived_by_user(session) then leave_out(session) end
end
local login = kept_login(request.realm, nil, request.except, request.epoch)
for _, session in ipairs(login and family_of(login, request.epoch) or {}) do leave_out(session) end
return { top, under, login or false, counted }
`,
)

/** Lifts a login of a realm, and what lives under it, over an epoch of the realm that was to spare it. */
export const SPARE: Script = script(
  'write',
  'spare',
  EVEN_WITHOUT_MEMORY,
  COMMON,
  JOURNAL,
  SESSIONS,
  USERS,
  INDEXES,
  KEEPING,
  `
mark_write()
for _, session in ipairs(family_of(request.login, request.before)) do
  if session.realm_epoch < request.epoch then
    session.realm_epoch = request.epoch
    write_session(session)
    count_open(session, 1)
  end
end
return 1
`,
)

const TIDYING = `
-- Writes the ending that a mass ending brought to an open session; what was due before that is ended as due.
local function end_behind(session, mass, epoch)
  if mass.at < due_at(session) then
    end_one(session, { mass.at, mass.reason, mass.kind, mass.by }, mass.position)
  else
    end_with_children(session, due_ending(session), epoch)
  end
end
`

/**
 * Writes single endings behind a mass ending of a user, at most `limit`. Answers how many; the mass ending is forgotten
 * when none is left.
 */
export const TIDY_USER: Script = script(
  'write',
  'tidy user',
  EVEN_WITHOUT_MEMORY,
  COMMON,
  JOURNAL,
  SESSIONS,
  USERS,
  INDEXES,
  ENDING,
  TIDYING,
  `
local doomed, written = key('x:', request.count), 0
for _, member in ipairs(redis.call('zrange', doomed, 0, request.limit - 1)) do
  redis.call('zrem', doomed, member)
  local session = read_session(rest_of(member))
  if session and session.ending == nil and session.user_epoch < request.count then
    end_behind(session, request.mass, request.epoch)
    written = written + 1
  end
end
local is_done = redis.call('exists', doomed) == 0
if is_done then redis.call('zremrangebyscore', key('m'), request.count, request.count) end
return { written, is_done and 1 or 0 }
`,
)

/**
 * Writes single endings behind a mass ending of a realm in this partition, at most `limit`, going on where it stopped.
 * From the first of these on, nobody who was welcomed before that mass ending can begin here.
 */
export const TIDY_REALM: Script = script(
  'write',
  'tidy realm',
  EVEN_WITHOUT_MEMORY,
  COMMON,
  JOURNAL,
  SESSIONS,
  USERS,
  INDEXES,
  ENDING,
  TIDYING,
  `
local told, index = key('g:', request.realm), key('oi:', request.realm)
local known = redis.call('hmget', told, 'epoch', 'tidied', 'walking', 'walked')
if (tonumber(known[2]) or 0) >= request.count then return { 0, 1 } end
if (tonumber(known[1]) or 0) < request.count then redis.call('hset', told, 'epoch', request.count) end
local from = tonumber(known[3]) == request.count and known[4] or '-inf'
local written, skipped, looked_at, is_done = 0, 0, 0, false
repeat
  local page = redis.call('zrangebyscore', index, from, '+inf', 'withscores', 'limit', skipped, request.limit)
  is_done = #page == 0
  for place = 1, #page, 2 do
    if written == request.limit then break end
    local session = read_session(rest_of(page[place]))
    looked_at = looked_at + 1
    if session and session.ending == nil and session.realm_epoch < request.count then
      end_behind(session, request.mass, request.count)
      written = written + 1
    elseif page[place + 1] == from then
      skipped = skipped + 1
    else
      from, skipped = page[place + 1], 1
    end
  end
until is_done or written == request.limit or looked_at > 2 * request.limit + 1000
if is_done then
  redis.call('hset', told, 'tidied', request.count)
  redis.call('hdel', told, 'walking', 'walked')
else
  redis.call('hset', told, 'walking', request.count, 'walked', from)
end
return { written, is_done and 1 or 0 }
`,
)
