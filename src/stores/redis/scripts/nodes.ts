/**
 * Scripts about the nodes that share the store, all in one partition.
 *
 * A node is kept as a JSON object: its report, `joinedAt` and `renewedAt`.
 *
 * @module
 */
import { ALL_REALMS } from '../../../core/access-key.ts'
import { MEMBERSHIP } from '../../../core/node.ts'
import { type Script, script } from '../script.ts'
import { COMMON, JOURNAL } from './common.ts'

const NODES = `
local NODES = key('no')

local function read_node(id)
  local text = redis.call('hget', NODES, id)
  return text and cjson.decode(text)
end

local function is_member(node)
  return node and node.renewedAt + ${MEMBERSHIP} > now
end

local function tell_node(kind, node, lost)
  tell(kind, {
    realm = '${ALL_REALMS}', node = { id = node.id, address = node.address, version = node.version }, lost = lost
  })
end

local function drop(node, lost)
  redis.call('hdel', NODES, node.id)
  tell_node('node.left', node, lost)
end
`

/** Renews the lease of the node that `report` is about. It joins, where it is not there (any more). */
export const RENEW: Script = script(
  'note',
  'renew a lease',
  COMMON,
  JOURNAL,
  NODES,
  `
-- The first position that has passed both.
local function join(one, other)
  local counts, partitions, parts = {}, {}, {}
  for place, count in string.gmatch(one .. '.' .. other, '(%w)%-(%d+)') do
    if not counts[place] then partitions[#partitions + 1] = place end
    counts[place] = math.max(counts[place] or 0, tonumber(count))
  end
  table.sort(partitions, function(a, b) return string.byte(a) < string.byte(b) end)
  for index, place in ipairs(partitions) do parts[index] = place .. '-' .. string.format('%.0f', counts[place]) end
  return #parts == 0 and '0' or table.concat(parts, '.')
end

local node = request.report
local known = read_node(node.id)
if is_member(known) then
  node.joinedAt = known.joinedAt
  node.renewedAt = math.max(known.renewedAt, now)
  node.position = join(known.position, node.position)
else
  node.joinedAt = now
  node.renewedAt = now
  node.position = join('0', node.position)
  tell_node('node.joined', node)
end
redis.call('hset', NODES, node.id, cjson.encode(node))
return 1
`,
)

/** The moment, then the nodes that are members. */
export const LIST_NODES: Script = script(
  'read',
  'list nodes',
  COMMON,
  NODES,
  `
local answer = { now }
for _, text in ipairs(redis.call('hvals', NODES)) do
  if is_member(cjson.decode(text)) then answer[#answer + 1] = text end
end
return answer
`,
)

/** Takes a node out, if it is there. */
export const LEAVE: Script = script(
  'write',
  'let a node leave',
  COMMON,
  JOURNAL,
  NODES,
  `
local node = read_node(request.id)
if node then drop(node, false) end
mark_write()
return 1
`,
)

/** Takes out the nodes whose membership is over. Answers their ids. */
export const DROP_LOST: Script = script(
  'note',
  'drop lost nodes',
  COMMON,
  JOURNAL,
  NODES,
  `
local lost = {}
for _, id in ipairs(redis.call('hkeys', NODES)) do
  local node = read_node(id)
  if not is_member(node) then
    drop(node, true)
    lost[#lost + 1] = id
  end
end
return lost
`,
)
