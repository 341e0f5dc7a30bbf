/**
 * Scripts that time calls for: ending what is due, forgetting what is long over.
 *
 * @module
 */
import { type Script, script } from '../script.ts'
import { COMMON, EVEN_WITHOUT_MEMORY, JOURNAL } from './common.ts'
import { ENDING } from './ending.ts'
import { INDEXES, SESSIONS, USERS } from './session.ts'

/**
 * Ends sessions that are due, at most `limit`, dated when they were due, and what lives under them. Those that an epoch
 * ended are left to whoever tidies. Answers how many, and the realms whose epoch it was not told.
 */
export const EXPIRE: Script = script(
  'write',
  'expire',
  EVEN_WITHOUT_MEMORY,
  COMMON,
  JOURNAL,
  SESSIONS,
  USERS,
  INDEXES,
  ENDING,
  `
local ended, passed, unknown = 0, 0, {}
local most = 2 * request.limit + 1000
repeat
  local due = redis.call('zrangebyscore', DUE, '-inf', now, 'limit', passed, request.limit)
  for _, member in ipairs(due) do
    local session = ended < request.limit and read_session(rest_of(member))
    local epoch = session and request.epochs[session.realm]
    if session and not epoch then unknown[#unknown + 1] = session.realm end
    local is_open = session and epoch and session.ending == nil
    if is_open and session.realm_epoch >= epoch and not outlived_by_user(session) then
      end_with_children(session, due_ending(session), epoch)
      ended = ended + 1
    else
      passed = passed + 1
    end
  end
until #due == 0 or ended >= request.limit or passed > most
return { ended, unknown }
`,
)

/** Whether anything is due, to be forgotten or untold here now: the first two as numbers, the third as `realm\\nnumber`s. */
export const DUE_HERE: Script = script(
  'read',
  'due here',
  COMMON,
  `
return {
  redis.call('zcount', DUE, '-inf', now),
  redis.call('zcount', key('forget'), '-inf', now),
  redis.call('zrangebyscore', key('du'), '-inf', now, 'limit', 0, 1000),
  redis.call('zrangebyscore', key('dn'), '-inf', now - request.patience, 'limit', 0, 1000),
  redis.call('zcount', key('salt'), '-inf', now),
  redis.call('zrange', key('m'), 0, request.masses - 1)
}
`,
)

/** Tombstones past their time, at most `limit`: what follows the partition in the id of each, and its text. */
export const FORGETTABLE: Script = script(
  'read',
  'forgettable',
  COMMON,
  INDEXES,
  `
local found = {}
for _, member in ipairs(redis.call('zrangebyscore', key('forget'), '-inf', now, 'limit', 0, request.limit)) do
  found[#found + 1] = rest_of(member)
  found[#found + 1] = redis.call('get', key('s:', rest_of(member)))
end
return found
`,
)

/** Forgets tombstones past their time, by name. Answers how many. */
export const FORGET: Script = script(
  'write',
  'forget',
  COMMON,
  SESSIONS,
  USERS,
  INDEXES,
  `
local forgotten = 0
for _, rest in ipairs(request.rests) do
  local session = read_session(rest)
  if session and session.ending and forgettable_at(session) <= now then
    each_index(session, 'c', take_from)
    redis.call('zrem', key('forget'), member_of(session))
    redis.call('zrem', key('salt'), rest)
    redis.call('del', key('s:', rest))
    forgotten = forgotten + 1
  end
end
return forgotten
`,
)
