/**
 * Ending sessions in scripts: one, and what lives under it.
 *
 * @module
 */

/** Ending. */
export const ENDING: string = `
-- Ends an open session, tells so, and moves it among the closed.
local function end_one(session, ending, mass)
  unindex_open(session)
  session.ending = ending
  session.revision = session.revision + 1
  write_session(session)
  index_closed(session)
  tell_of('session.ended', ending[1], session, mass)
end

-- Ends what lives under an ended login, dated as that is, and returns it.
local function end_children(parent, realm_epoch)
  local ended = {}
  if parent.kind ~= LOGIN then return ended end
  for _, member in ipairs(redis.call('zrange', key('op:', parent.rest), 0, -1)) do
    local child = read_session(rest_of(member))
    if lives(child, realm_epoch) then
      end_one(child, { parent.ending[1], 'parent-ended', 'system', 'parent' })
      ended[#ended + 1] = child
    end
  end
  return ended
end

local function end_with_children(session, ending, realm_epoch)
  end_one(session, ending)
  end_children(session, realm_epoch)
end

-- Sessions as an answer: what follows the partition in the id of each, and its text.
local function answer_of(sessions)
  local answer = {}
  for _, session in ipairs(sessions) do
    answer[#answer + 1] = session.rest
    answer[#answer + 1] = text_of(session)
  end
  return answer
end
`
