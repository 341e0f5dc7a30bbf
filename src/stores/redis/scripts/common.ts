/**
 * What every script begins with: its keys, its clock, its journal.
 *
 * @module
 */

/**
 * What scripts that end something begin with: they are let in also where memory is full, and everything else that would
 * grow is refused.
 */
export const EVEN_WITHOUT_MEMORY = '#!lua flags=allow-oom'

/**
 * Names and time. A script is given the base of its partition as its one key, and makes all others from it, so that it
 * cannot leave the slot; a clock, or nothing for the server's own; and its request, as JSON.
 */
export const COMMON = `
local base = KEYS[1]
local partition = string.match(base, '{(.)}:$')
local time = redis.call('time')
local order = time[1] .. string.format('%06d', tonumber(time[2]))
local now = tonumber(ARGV[1]) or tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local request = cjson.decode(ARGV[2])

-- The name of a key: its kind, then what tells it from others of that kind, a line each.
local function key(kind, ...)
  return base .. kind .. table.concat({...}, '\\n')
end

local HEAD = key('h')
local DUE = key('due')

-- Calls back for each piece of a list that is short enough to be the arguments of one command.
local PIECE = 1000
local function in_pieces(list, visit)
  for first = 1, #list, PIECE do
    local piece = {}
    for index = first, math.min(first + PIECE - 1, #list) do piece[#piece + 1] = list[index] end
    visit(piece)
  end
end
`

/** Telling. An entry of the journal, its place, and the news of it are one write with the change. */
export const JOURNAL = `
local NEWS = string.match(base, '^(.*):{.}:$') .. ':news'
local has_told = false

-- Adds an entry and returns its place.
local function append(kind, at, ...)
  local count = redis.call('hincrby', HEAD, 'count', 1)
  redis.call('xadd', key('j'), count .. '-0', 't', kind, 'a', at, 'w', now, 'o', order, ...)
  if not has_told then redis.call('publish', NEWS, '') end
  has_told = true
  return count
end

-- Adds an entry about anything but one session: all of the event besides its moment and type.
local function tell(kind, event)
  return append(kind, now, 'e', cjson.encode(event))
end

-- The place of the latest entry.
local function head()
  return tonumber(redis.call('hget', HEAD, 'count')) or 0
end

-- Writes, whatever else is written: what a repeated call waits for when it waits for replicas.
local function mark_write()
  redis.call('hincrby', HEAD, 'writes', 1)
end
`
