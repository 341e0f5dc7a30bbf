/**
 * Scripts that only read.
 *
 * @module
 */
import { BASE58 } from '../../../core/base58.ts'
import { type Script, script } from '../script.ts'
import { COMMON } from './common.ts'
import { SESSIONS } from './session.ts'

const SERIALS = `
local DIGITS = '${BASE58}'

local function serial_of(member)
  local serial = 0
  for place = 1, 7 do serial = serial * 58 + string.find(DIGITS, string.sub(member, place, place), 1, true) - 1 end
  return serial
end
`

/**
 * Sessions, their users and their parents: `ids` names them, each by its partition and what follows it. In a cluster all
 * are of one partition, and `realms` is empty. Answers the moment; of each of `realms`, given as its home and its name,
 * the epoch; and of each session three texts, empty for what there is not.
 */
export const FIND: Script = script(
  'read',
  'find sessions',
  COMMON,
  `
local REALM_AT, USER_AT, PARENT_AT = 14, 15, 16
local prefix = string.match(base, '^(.*){.}:$')

local function base_of(partition) return prefix .. '{' .. partition .. '}:' end

local answer = { now }
for _, realm in ipairs(request.realms) do
  answer[#answer + 1] = redis.call('hget', base_of(realm[1]) .. 'r:' .. realm[2], 'epoch') or 0
end
for _, id in ipairs(request.ids) do
  local home = base_of(string.sub(id, 1, 1))
  local text = redis.call('get', home .. 's:' .. string.sub(id, 2))
  local frame = text and cjson.decode(string.match(text, '^[^\\n]*'))
  local has_user = frame and frame[USER_AT] ~= 0
  local has_parent = frame and frame[PARENT_AT] ~= 0
  answer[#answer + 1] = text or ''
  answer[#answer + 1] = has_user and redis.call('get', home .. 'u:' .. frame[REALM_AT] .. '\\n' .. frame[USER_AT]) or ''
  answer[#answer + 1] = has_parent and redis.call('get', home .. 's:' .. frame[PARENT_AT]) or ''
end
return answer
`,
)

/**
 * The next sessions of some `indexes`, latest first: at most `count`, behind a place (`moment` and `serial`), none
 * before `floor`. Answers the moment, whether these were the last, then of each session its member, score and text, and
 * of each of their users realm and id, and text.
 */
export const WALK: Script = script(
  'read',
  'list sessions',
  COMMON,
  SESSIONS,
  SERIALS,
  `
-- How many members come before those behind a place.
local function rank_behind(index, moment, serial)
  local first = redis.call('zcount', index, '(' .. moment, '+inf')
  local last = first + redis.call('zcount', index, moment, moment)
  while first < last do
    local middle = math.floor((first + last) / 2)
    local member = redis.call('zrevrange', index, middle, middle)[1]
    if serial_of(member) < serial then last = middle else first = middle + 1 end
  end
  return first
end

local found = {}
local is_last = 1
for _, name in ipairs(request.indexes) do
  local index = base .. name
  local first = request.moment and rank_behind(index, request.moment, request.serial) or 0
  local members = redis.call('zrevrange', index, first, first + request.count - 1, 'withscores')
  if #members == 2 * request.count then is_last = 0 end
  for place = 1, #members, 2 do
    local score = tonumber(members[place + 1])
    if request.floor and score < request.floor then
      break
    end
    found[#found + 1] = { member = members[place], score = score, serial = serial_of(members[place]) }
  end
end

table.sort(found, function(a, b)
  if a.score ~= b.score then return a.score > b.score end
  return a.serial > b.serial
end)
if #found > request.count then is_last = 0 end

local sessions = {}
local users = {}
local seen = {}
for place = 1, math.min(#found, request.count) do
  local member = found[place].member
  local rest = string.sub(member, 8, 28)
  local text = redis.call('get', key('s:', rest))
  sessions[#sessions + 1] = member
  sessions[#sessions + 1] = found[place].score
  sessions[#sessions + 1] = text or ''
  local session = text and parse_session(rest, text)
  local owner = session and session.user and session.realm .. '\\n' .. session.user
  if owner and not seen[owner] then
    seen[owner] = true
    users[#users + 1] = owner
    users[#users + 1] = redis.call('get', key('u:', owner)) or ''
  end
end
return { now, is_last, sessions, users }
`,
)

/** How many sessions some `indexes` have from `floor` to `ceiling`. */
export const MEASURE: Script = script(
  'read',
  'count sessions',
  COMMON,
  `
local sum = 0
for _, name in ipairs(request.indexes) do
  sum = sum + redis.call('zcount', base .. name, request.floor, request.ceiling)
end
return sum
`,
)

/** The mass endings of a user, or of a realm, that are not tidied yet. */
export const MASS_ENDINGS: Script = script(
  'read',
  'find mass endings',
  COMMON,
  `
local found = {}
for _, text in ipairs(redis.call('zrange', key('m'), 0, -1)) do
  local kept = cjson.decode(text)
  if kept[2] == request.realm and kept[3] == (request.user or 0) then found[#found + 1] = text end
end
return found
`,
)

/**
 * Sessions of a realm in the order in which they were issued, open and closed: at most `count`, after a place (`moment`
 * and `serial`). Answers of each its member, score, text and the text of its user.
 */
export const GATHER_SESSIONS: Script = script(
  'read',
  'gather sessions',
  COMMON,
  SESSIONS,
  SERIALS,
  `
-- How many members come before those after a place.
local function rank_after(index)
  local first = redis.call('zcount', index, '-inf', '(' .. request.moment)
  local last = first + redis.call('zcount', index, request.moment, request.moment)
  while first < last do
    local middle = math.floor((first + last) / 2)
    local member = redis.call('zrange', index, middle, middle)[1]
    if serial_of(member) > request.serial then last = middle else first = middle + 1 end
  end
  return first
end

local found = {}
for _, index in ipairs({ key('oi:', request.realm), key('ci:', request.realm) }) do
  local first = rank_after(index)
  local members = redis.call('zrange', index, first, first + request.count - 1, 'withscores')
  for place = 1, #members, 2 do
    found[#found + 1] = { member = members[place], score = tonumber(members[place + 1]), serial = serial_of(members[place]) }
  end
end
table.sort(found, function(a, b)
  if a.score ~= b.score then return a.score < b.score end
  return a.serial < b.serial
end)

local answer = {}
for place = 1, math.min(#found, request.count) do
  local rest = string.sub(found[place].member, 8, 28)
  local text = redis.call('get', key('s:', rest))
  local session = text and parse_session(rest, text)
  answer[#answer + 1] = found[place].member
  answer[#answer + 1] = found[place].score
  answer[#answer + 1] = text or ''
  answer[#answer + 1] = session and session.user and redis.call('get', key('u:', session.realm, session.user)) or ''
end
return answer
`,
)
