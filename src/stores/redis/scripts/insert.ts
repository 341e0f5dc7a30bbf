/**
 * Beginning a session, in one step with all its guards.
 *
 * @module
 */
import { MOST_IN_THE_WAY } from '../../../core/store.ts'
import { type Script, script } from '../script.ts'
import { COMMON, JOURNAL } from './common.ts'
import { CROWD } from './crowd.ts'
import { ENDING } from './ending.ts'
import { INDEXES, SESSIONS, USERS } from './session.ts'

const GUARDS = `
local draft = request.draft
local epoch = request.welcome.epoch
local told = key('g:', draft.realm)

-- The latest that this partition has been told of.
local function told_of(field)
  return tonumber(redis.call('hget', told, field)) or 0
end

-- Whether this partition has been told of something that the welcome does not know of yet.
local function is_outdated()
  return told_of('epoch') > epoch or told_of('denials') > request.welcome.denials
end

local function may_live_under(parent)
  return lives(parent, epoch) and draft.kind ~= LOGIN and parent.kind == LOGIN
    and parent.realm == draft.realm and parent.user == draft.user
end

-- Sessions that this one is to replace: one by its id, or those of its kind with its label.
local function find_replaced()
  local replaced = {}
  local function consider(session)
    local is_own = session and session.realm == draft.realm and session.user == draft.user
    if is_own and lives(session, epoch) then replaced[#replaced + 1] = session end
  end
  if not draft.user then return replaced end
  if request.replaces_id then consider(read_session(request.replaces_id)) end
  if request.replaces_label then
    local mark = label_mark(request.replaces_label)
    for _, member in ipairs(redis.call('zrange', key('ou:', draft.realm, draft.user), 0, -1)) do
      if string.sub(member, MARK_AT + 1) == mark and kind_of(member) == draft.kind then
        local session = read_session(rest_of(member))
        if session and session.label == request.replaces_label then consider(session) end
      end
    end
  end
  return replaced
end

-- What leaves with those that are replaced: they, and what lives under them.
local function leaving_with(replaced)
  local leaving = {}
  for _, session in ipairs(replaced) do
    leaving[session.rest] = true
    if session.kind == LOGIN then
      for _, member in ipairs(redis.call('zrange', key('op:', session.rest), 0, -1)) do leaving[rest_of(member)] = true end
    end
  end
  return leaving
end

-- Members that count towards the limit, whoever gives way first in front.
local function line_up(leaving)
  local line = {}
  if not request.limit or not draft.user then return line end
  local open = redis.call('zrange', key('ou:', draft.realm, draft.user), 0, -1)
  for _, member in ipairs(living_of(open, epoch, request.welcome.after)) do
    if kind_of(member) == draft.kind and not leaving[rest_of(member)] then line[#line + 1] = member end
  end
  if request.limit.atLimit == 'evict-idlest' then return by_activity(line, key('oa:', draft.realm)) end
  return line
end
`

const CARRYING_OUT = `
-- Sessions that one script evicts at the most: of more, so many first, without beginning anything.
local MOST_EVICTED = 500

-- The user as the session finds them, with the stamp that it is given. Told, where they were known and have changed.
local function welcome_user(known)
  local user = known or { realm = draft.realm, id = draft.user, role = 0, banned = false, epoch = 0, stamp = 0, created = now }
  local given = request.user
  local has_changed = (given.name and given.name ~= user.name) or (given.role and given.role ~= user.role)
  user.name = given.name or user.name
  user.role = given.role or user.role
  user.stamp = math.max(math.floor(now / 1000), user.stamp + 1)
  write_user(user)
  if not known then redis.call('zadd', key('us:', draft.realm), 0, draft.user) end
  if known and has_changed then tell_user(user, request.by) end
  return user
end

local function make_session(user, parent)
  return {
    rest = draft.rest, facts = draft.facts, secrets = draft.secrets, serial = request.welcome.serial, kind = draft.kind,
    stamp = user and user.stamp or math.floor(now / 1000), issued = now, proven = draft.ago, active = now,
    expires = math.min(now + draft.lifetime, parent and parent.expires or math.huge), idle = draft.idle,
    realm_epoch = epoch, user_epoch = user and user.epoch or 0, revision = 0, role = user and user.role or 0,
    realm = draft.realm, user = draft.user, parent = draft.parent, resource = draft.resource, name = draft.name,
    label = draft.label, node = draft.node
  }
end

local function user_text(id)
  return id and redis.call('get', key('u:', draft.realm, id)) or false
end
`

/**
 * Begins a session if every guard holds; changes nothing otherwise.
 *
 * Answers `begun` with its text, its user, and what gave way; `again` where the welcome is out of date or a limit has more
 * to evict than one script does, with the epoch and the version of denials known here, and what gave way so far; `late` where the
 * claim to its name has run out, `void` where another has taken that over; else the guard that refused it. A session that was begun already is answered as it is.
 */
export const INSERT: Script = script(
  'write',
  'insert',
  COMMON,
  JOURNAL,
  SESSIONS,
  USERS,
  INDEXES,
  ENDING,
  CROWD,
  GUARDS,
  CARRYING_OUT,
  `
local begun = redis.call('get', key('s:', draft.rest))
mark_write()
if begun then return { 'begun', begun, user_text(draft.user), {} } end
if redis.call('exists', key('v:', draft.rest)) == 1 then return { 'void' } end
if request.claim and request.claim.deadline <= now then return { 'late' } end
if is_outdated() then return { 'again', told_of('epoch'), told_of('denials'), {} } end

local known = draft.user and user_of(draft.realm, draft.user)
if known and known.banned then return { 'user-banned' } end
if request.welcome.denied > now then return { 'denied', request.welcome.denied } end
local parent = draft.parent and read_session(draft.parent)
if request.is_orphan or (draft.parent and not may_live_under(parent)) then return { 'parent-not-live' } end

if request.is_taken then return { 'name-taken' } end

local replaced = find_replaced()
local leaving = leaving_with(replaced)
local holder = request.claim and request.claim.gives_way
if holder and not leaving[holder] and lives(read_session(holder), epoch) then return { 'name-taken' } end
local line = line_up(leaving)
local crowd = request.limit and math.max(0, #line + 1 - request.limit.sessions) or 0
crowd = math.min(crowd, #line)
if crowd > 0 and request.limit.atLimit == 'refuse' then
  local first = {}
  for index = 1, math.min(#line, ${MOST_IN_THE_WAY}) do first[index] = read_session(rest_of(line[index])) end
  return { 'limit-reached', answer_of(first) }
end

local victims, reasons = {}, {}
for _, session in ipairs(replaced) do victims[#victims + 1], reasons[#victims + 1] = session, 'replaced' end
for index = 1, crowd do
  victims[#victims + 1], reasons[#victims + 1] = read_session(rest_of(line[index])), 'evicted'
end
for _, victim in ipairs(victims) do
  if victim.rest == draft.parent then return { 'parent-not-live' } end
end

local gave_way = {}
if crowd > MOST_EVICTED then
  for index = 1, MOST_EVICTED do
    local victim = victims[#replaced + index]
    end_with_children(victim, { now, 'evicted', 'system', draft.id }, epoch)
    gave_way[index] = victim.rest
  end
  return { 'again', epoch, request.welcome.denials, gave_way }
end
for index, victim in ipairs(victims) do
  end_with_children(victim, { now, reasons[index], 'system', draft.id }, epoch)
  gave_way[index] = victim.rest
end
local user = draft.user and welcome_user(known)
local session = make_session(user, parent)
write_session(session)
index_open(session)
tell_of('session.created', now, session)
return { 'begun', text_of(session), user_text(draft.user), gave_way }
`,
)
