/**
 * Scripts about sessions that stand for lines.
 *
 * @module
 */
import { type Script, script } from '../script.ts'
import { COMMON } from './common.ts'
import { INDEXES, SESSIONS, USERS } from './session.ts'

/**
 * Open lines whose members are in one of `gaps`, given as the two bounds of each; at most `count`, behind the member
 * `after`. Answers the moment, then of each its member, its text, and that of its user.
 */
export const LINES_BETWEEN: Script = script(
  'read',
  'find lines',
  COMMON,
  SESSIONS,
  USERS,
  INDEXES,
  `
local answer = { now }
local left = request.count
for place = request.after and request.gap or 1, #request.gaps do
  local gap = request.gaps[place]
  local from = request.after and place == request.gap and '(' .. request.after or gap[1]
  for _, member in ipairs(redis.call('zrangebylex', key('ol'), from, gap[2], 'limit', 0, left)) do
    local text = redis.call('get', key('s:', rest_of_line(member)))
    local session = text and parse_session(rest_of_line(member), text)
    answer[#answer + 1] = place
    answer[#answer + 1] = member
    answer[#answer + 1] = text or ''
    answer[#answer + 1] = session and session.user and redis.call('get', key('u:', session.realm, session.user)) or ''
    left = left - 1
  end
  if left == 0 then break end
end
return answer
`,
)
