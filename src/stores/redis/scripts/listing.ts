/**
 * Scripts that list what is no session.
 *
 * @module
 */
import { type Script, script } from '../script.ts'
import { COMMON } from './common.ts'
import { INDEXES, SESSIONS, USERS } from './session.ts'

/**
 * Users of a realm by id, behind `after`: at most `count`, of at most `looked` that are looked at; with `kind` those
 * who have a live session of it. Answers the id that was looked at last (nothing if none is left), then ids and texts.
 */
export const LIST_USERS: Script = script(
  'read',
  'list users',
  COMMON,
  SESSIONS,
  USERS,
  INDEXES,
  `
local marks = request.kind and
  string.sub(KINDS_AT_THE_TOP, request.kind + 1, request.kind + 1)
  .. string.sub(KINDS_UNDER_ANOTHER, request.kind + 1, request.kind + 1)

local function holds(id)
  if not marks then return true end
  for _, member in ipairs(redis.call('zrevrange', key('ou:', request.realm, id), 0, -1)) do
    if string.find(marks, mark_of(member), 1, true) and lives(read_session(rest_of(member)), request.epoch) then
      return true
    end
  end
  return false
end

local from = request.after and '(' .. request.after or '-'
local ids = redis.call('zrangebylex', key('us:', request.realm), from, '+', 'limit', 0, request.looked)
local answer = { #ids == request.looked and ids[#ids] or '' }
for _, id in ipairs(ids) do
  if holds(id) then
    if #answer == 2 * request.count + 1 then
      answer[1] = answer[#answer - 1]
      break
    end
    answer[#answer + 1] = id
    answer[#answer + 1] = redis.call('get', key('u:', request.realm, id))
  end
end
return answer
`,
)
