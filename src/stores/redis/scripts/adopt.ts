/**
 * Scripts that take in what another store kept. Nothing of this is told.
 *
 * @module
 */
import { type Script, script } from '../script.ts'
import { COMMON } from './common.ts'
import { INDEXES, SESSIONS, USERS } from './session.ts'

/** Takes in users that are not there yet; of those that are, makes later stamps greater. Answers how many were new. */
export const ADOPT_USERS: Script = script(
  'write',
  'adopt users',
  COMMON,
  USERS,
  `
local taken = 0
for _, each in ipairs(request.users) do
  local known = read_user(each.realm, each.id)
  if not known then
    redis.call('set', key('u:', each.realm, each.id), each.text)
    redis.call('zadd', key('us:', each.realm), 0, each.id)
    redis.call('sadd', key('rs'), each.realm)
    taken = taken + 1
  elseif known.stamp < each.stamp then
    known.stamp = each.stamp
    write_user(known)
  end
end
return taken
`,
)

/** Takes in sessions that are not there yet, under the epochs there are. Answers how many were new. */
export const ADOPT_SESSIONS: Script = script(
  'write',
  'adopt sessions',
  COMMON,
  SESSIONS,
  USERS,
  INDEXES,
  `
-- The newest epoch of a realm that this partition was told of: behind that, nobody tidies any more.
local function told_epoch(realm)
  return tonumber(redis.call('hget', key('g:', realm), 'epoch')) or 0
end

local taken = 0
for _, each in ipairs(request.sessions) do
  if redis.call('exists', key('s:', each.rest)) == 0 then
    local session = parse_session(each.rest, each.text)
    local user = session.user and user_of(session.realm, session.user)
    session.realm_epoch = math.max(request.epochs[session.realm], told_epoch(session.realm))
    session.user_epoch = user and user.epoch or 0
    write_session(session)
    if session.ending then index_closed(session) else index_open(session) end
    if each.salt_ends then redis.call('zadd', key('salt'), each.salt_ends, each.rest) end
    taken = taken + 1
  end
end
return taken
`,
)
