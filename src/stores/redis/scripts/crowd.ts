/**
 * Judging many sessions of one user by indexes alone.
 *
 * @module
 */

/** Functions over marked members: what a user's index says of each is enough, and no session is read unless in doubt. */
export const CROWD = `
local function kind_of(member)
  local mark = mark_of(member)
  return (string.find(KINDS_AT_THE_TOP, mark, 1, true) or string.find(KINDS_UNDER_ANOTHER, mark, 1, true)) - 1
end

local function is_child(member)
  return string.find(KINDS_UNDER_ANOTHER, mark_of(member), 1, true) ~= nil
end

-- Plain members of marked ones.
local function plain_of(members)
  local plain = {}
  for index, member in ipairs(members) do plain[index] = string.sub(member, 1, MARK_AT - 1) end
  return plain
end

-- The scores of members in an index, in their order; false where one is not in it.
local function scores_of(members, index)
  local scores = {}
  in_pieces(plain_of(members), function(piece)
    for _, score in ipairs(redis.call('zmscore', index, unpack(piece))) do
      scores[#scores + 1] = score and tonumber(score)
    end
  end)
  return scores
end

-- Those that no epoch of their realm has passed by: all with a later serial than that had; of the others, each is asked.
local function current_of(members, epoch, after)
  if epoch == 0 then return members end
  local current = {}
  for _, member in ipairs(members) do
    local is_current = serial_of(member) > after
    if not is_current then
      local session = read_session(rest_of(member))
      is_current = session and session.realm_epoch >= epoch
    end
    if is_current then current[#current + 1] = member end
  end
  return current
end

-- Those of current ones that are not due. Where nothing at all is due, they need not be asked.
local function undue_of(current)
  local first = redis.call('zrange', DUE, 0, 0, 'withscores')
  if not first[2] or tonumber(first[2]) > now then return current end
  local undue = {}
  for index, moment in ipairs(scores_of(current, DUE)) do
    if moment and moment > now then undue[#undue + 1] = current[index] end
  end
  return undue
end

-- Those that live. They are in a user's index of open sessions, so no epoch of the user has passed them by.
local function living_of(members, epoch, after)
  return undue_of(current_of(members, epoch, after))
end

-- Members in the order of their last activity, the longest silent first; those of one moment as they were.
local function by_activity(members, index)
  local scores, places = scores_of(members, index), {}
  for place in ipairs(members) do places[place] = place end
  table.sort(places, function(a, b)
    local one, other = scores[a] or 0, scores[b] or 0
    if one ~= other then return one < other end
    return a < b
  end)
  local sorted = {}
  for place, from in ipairs(places) do sorted[place] = members[from] end
  return sorted
end
`
