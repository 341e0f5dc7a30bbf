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

/** A session, its user and its parent: `rest` names it. Answers the moment and three texts, or nothing. */
export const FIND: Script = script(
  'read',
  'find a session',
  COMMON,
  SESSIONS,
  `
local text = redis.call('get', key('s:', request.rest))
if not text then return nil end
local session = parse_session(request.rest, text)
local user = session.user and redis.call('get', key('u:', session.realm, session.user))
local parent = session.parent and redis.call('get', key('s:', session.parent))
return { now, text, user or '', parent or '' }
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
