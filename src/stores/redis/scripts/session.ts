/**
 * Sessions in scripts: reading, writing, and the indexes that name them.
 *
 * @module
 */
import { BASE58 } from '../../../core/base58.ts'
import { ACTIVITY_FLUSH, TOMBSTONE_AGE } from '../../../core/policy.ts'

/** Reading and writing sessions, as `record.ts` says. */
export const SESSIONS: string = `
local LOGIN = 0
local FIELDS = {
  'serial', 'kind', 'stamp', 'issued', 'proven', 'active', 'expires', 'idle', 'realm_epoch', 'user_epoch',
  'revision', 'role', 'ending', 'realm', 'user', 'parent', 'resource', 'name', 'label', 'node'
}
local STAMP_AT, ACTIVE_AT, EXPIRES_AT = 3, 6, 7
local NODE_AT = #FIELDS
local MAY_LACK = { ending = true, user = true, parent = true, resource = true, name = true, label = true, node = true }
local FLUSH = ${ACTIVITY_FLUSH}
local TOMBSTONE_AGE = ${TOMBSTONE_AGE}

-- A session as a table, from what is kept of it: there, moments are spans from the one at which it was issued.
local function parse_session(rest, text)
  local frame, facts, secrets = string.match(text, '^([^\\n]*)\\n([^\\n]*)\\n?([^\\n]*)$')
  local session = { rest = rest, facts = facts, secrets = secrets }
  for index, value in ipairs(cjson.decode(frame)) do
    local field = FIELDS[index]
    if value ~= 0 or not MAY_LACK[field] then session[field] = value end
  end
  session.stamp = session.stamp + math.floor(session.issued / 1000)
  session.active = session.active + session.issued
  session.expires = session.expires + session.issued
  return session
end

-- A session, or nil where there is none of that name.
local function read_session(rest)
  local text = redis.call('get', key('s:', rest))
  return text and parse_session(rest, text)
end

local function frame_of(session)
  local frame = {}
  for index, field in ipairs(FIELDS) do frame[index] = session[field] or 0 end
  frame[NODE_AT] = session.node
  frame[STAMP_AT] = session.stamp - math.floor(session.issued / 1000)
  frame[ACTIVE_AT] = session.active - session.issued
  frame[EXPIRES_AT] = session.expires - session.issued
  return cjson.encode(frame)
end

local function text_of(session)
  return frame_of(session) .. '\\n' .. session.facts .. '\\n' .. session.secrets
end

local function write_session(session)
  redis.call('set', key('s:', session.rest), text_of(session))
end

-- The first moment at which a session that nobody ends is refused.
local function due_at(session)
  if session.idle < 0 then return session.expires end
  return math.min(session.expires, session.active + session.idle + FLUSH)
end

-- The ending that time brings, dated when it was due.
local function due_ending(session)
  local silent_at = session.idle >= 0 and session.active + session.idle
  if silent_at and silent_at < session.expires then return { silent_at, 'idle', 'system', 'expiry' } end
  return { session.expires, 'expired', 'system', 'expiry' }
end

-- Adds an entry about one session; where a mass ending ended it, with the position of that.
local function tell_of(kind, at, session, mass)
  local told = session.rest .. '\\n' .. frame_of(session) .. '\\n' .. session.facts
  if mass then return append(kind, at, 's', told, 'm', mass) end
  return append(kind, at, 's', told)
end
`

/** Users, and whether a session lives. */
export const USERS: string = `
local ROLES = { 'member', 'staff', 'operator' }
local users = {}

-- A user as a table, or nil where there is none.
local function read_user(realm, id)
  local text = redis.call('get', key('u:', realm, id))
  if not text then return nil end
  local kept = cjson.decode(text)
  return {
    realm = realm, id = id, role = kept[1], banned = kept[2] == 1, epoch = kept[3], stamp = kept[4], created = kept[5],
    name = kept[6] ~= 0 and kept[6] or nil, ban_reason = kept[7] ~= 0 and kept[7] or nil
  }
end

-- The user of a session: read once.
local function user_of(realm, id)
  local named = realm .. '\\n' .. id
  if users[named] == nil then users[named] = read_user(realm, id) or false end
  return users[named] or nil
end

local function write_user(user)
  users[user.realm .. '\\n' .. user.id] = user
  redis.call('set', key('u:', user.realm, user.id), cjson.encode({
    user.role, user.banned and 1 or 0, user.epoch, user.stamp, user.created, user.name or 0, user.ban_reason or 0
  }))
end

-- Tells that a user was changed, by whom.
local function tell_user(user, by)
  local told = {
    id = user.id, realm = user.realm, displayName = user.name, role = ROLES[user.role + 1],
    banned = user.banned, banReason = user.ban_reason
  }
  tell('user.updated', { realm = user.realm, user = told, by = by })
end

-- Whether an epoch of its user has passed a session by.
local function outlived_by_user(session)
  local user = session.user and user_of(session.realm, session.user)
  return user ~= nil and user ~= false and session.user_epoch < user.epoch
end

-- Whether a session lives at a moment; the epoch of its realm was read elsewhere.
local function lives_at(session, moment, realm_epoch)
  return session.ending == nil and moment < due_at(session)
    and session.realm_epoch >= realm_epoch and not outlived_by_user(session)
end

local function lives(session, realm_epoch)
  return session ~= nil and session ~= false and lives_at(session, now, realm_epoch)
end
`

/** The indexes: each session is in all that it has a path to, among the open or among the closed. */
export const INDEXES: string = `
local DIGITS = '${BASE58}'
local SERIAL_LENGTH = 7
local REST_LENGTH = 21
local KINDS_AT_THE_TOP = 'lcp'
local KINDS_UNDER_ANOTHER = 'LCP'

local function digits_of(serial)
  local digits = ''
  for _ = 1, SERIAL_LENGTH do
    local digit = serial % 58
    digits = string.sub(DIGITS, digit + 1, digit + 1) .. digits
    serial = (serial - digit) / 58
  end
  return digits
end

local VALUES = {}
for value = 1, #DIGITS do VALUES[string.byte(DIGITS, value)] = value - 1 end

-- The serial in a member. Members are never compared as texts: how Lua does that depends on the locale of the server.
local function serial_of(member)
  local serial = 0
  for _, digit in ipairs({ string.byte(member, 1, SERIAL_LENGTH) }) do serial = serial * 58 + VALUES[digit] end
  return serial
end

local function member_of(session)
  return digits_of(session.serial) .. session.rest
end

-- A line in the index of lines: its node, then what follows the partition in its id.
local function line_of(session)
  return session.node .. '\\n' .. session.rest
end

local function rest_of_line(member)
  return string.sub(member, 0 - REST_LENGTH)
end

local function rest_of(member)
  return string.sub(member, SERIAL_LENGTH + 1, SERIAL_LENGTH + REST_LENGTH)
end

-- What a user's index says of a session besides: its kind, whether it lives under another, and a trace of its label.
local function kind_mark(kind, is_child)
  return string.sub(is_child and KINDS_UNDER_ANOTHER or KINDS_AT_THE_TOP, kind + 1, kind + 1)
end

local function label_mark(label)
  return label and string.sub(redis.sha1hex(label), 1, 4) or '----'
end

local function marked_member_of(session)
  return member_of(session) .. kind_mark(session.kind, session.parent ~= nil) .. label_mark(session.label)
end

local MARK_AT = SERIAL_LENGTH + REST_LENGTH + 1

local function mark_of(member)
  return string.sub(member, MARK_AT, MARK_AT)
end

-- Calls back for each index of a session among the open (o) or the closed (c): key, moment, member.
local function each_index(session, side, visit)
  local member = member_of(session)
  visit(key(side .. 'i:', session.realm), session.issued, member)
  visit(key(side .. 'a:', session.realm), session.active, member)
  if session.user then visit(key(side .. 'u:', session.realm, session.user), session.issued, marked_member_of(session)) end
  if session.parent then visit(key(side .. 'p:', session.parent), session.issued, member) end
  if session.resource then visit(key(side .. 'r:', session.realm, session.resource), session.issued, member) end
end

local function add_to(index, moment, member)
  redis.call('zadd', index, moment, member)
end

local function take_from(index, _, member)
  redis.call('zrem', index, member)
end

-- Counts an open session of its realm in or out, unless an epoch has passed it by: what a mass ending will end.
local function count_open(session, change)
  if outlived_by_user(session) then return end
  local told = key('g:', session.realm)
  local counted = tonumber(redis.call('hget', told, 'counted')) or 0
  if session.realm_epoch > counted then
    redis.call('hset', told, 'counted', session.realm_epoch, 'top', 0, 'under', 0)
    counted = session.realm_epoch
  end
  if session.realm_epoch == counted then
    redis.call('hincrby', told, session.parent and 'under' or 'top', change)
  end
end

-- Puts a new session where it is looked for.
local function index_open(session)
  each_index(session, 'o', add_to)
  redis.call('sadd', key('rs'), session.realm)
  redis.call('zadd', DUE, due_at(session), member_of(session))
  if session.node then redis.call('zadd', key('ol'), 0, line_of(session)) end
  count_open(session, 1)
end

local function forgettable_at(session)
  return math.max(session.expires, session.ending[1] + TOMBSTONE_AGE)
end

-- Puts an ended session where the closed ones are.
local function index_closed(session)
  each_index(session, 'c', add_to)
  redis.call('sadd', key('rs'), session.realm)
  redis.call('zadd', key('forget'), forgettable_at(session), member_of(session))
end

-- Takes a session from among the open.
local function unindex_open(session)
  each_index(session, 'o', take_from)
  redis.call('zrem', DUE, member_of(session))
  if session.node then redis.call('zrem', key('ol'), line_of(session)) end
  count_open(session, -1)
end

-- Moves an open session in those indexes whose order or mark has changed.
local function reindex(before, after)
  local member = member_of(after)
  if after.active ~= before.active then redis.call('zadd', key('oa:', after.realm), after.active, member) end
  if due_at(after) ~= due_at(before) then redis.call('zadd', DUE, due_at(after), member) end
  if after.label ~= before.label and after.user then
    local index = key('ou:', after.realm, after.user)
    redis.call('zrem', index, marked_member_of(before))
    redis.call('zadd', index, after.issued, marked_member_of(after))
  end
end
`
