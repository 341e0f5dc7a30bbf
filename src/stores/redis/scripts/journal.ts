/**
 * Scripts that read, trim and mend the journals.
 *
 * @module
 */
import { type Script, script } from '../script.ts'
import { COMMON, JOURNAL } from './common.ts'

/**
 * Reads journals, one for each key: it is given the most entries, then for each key the place to read after (-1 for the
 * head alone) and the place of the entry that was read last (0 for none). Answers the moment, then for each key count,
 * floor, the order of that last entry (nothing where it is gone), and the entries.
 */
export const READ_JOURNALS: Script = script(
  'read',
  'read the journal',
  `
local time = redis.call('time')
local now = tonumber(ARGV[1]) or tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local limit = tonumber(ARGV[2])
local answer = { now }
for index, base in ipairs(KEYS) do
  local after, latest = tonumber(ARGV[2 * index + 1]), tonumber(ARGV[2 * index + 2])
  local head = redis.call('hmget', base .. 'h', 'count', 'floor')
  local count, floor = tonumber(head[1]) or 0, tonumber(head[2]) or 0
  local entries, order = {}, ''
  if after >= floor and after < count then
    entries = redis.call('xrange', base .. 'j', '(' .. after .. '-0', '+', 'count', limit)
  end
  if latest > floor then
    local found = redis.call('xrange', base .. 'j', latest .. '-0', latest .. '-0')[1]
    for place = 1, found and #found[2] or 0, 2 do
      if found[2][place] == 'o' then order = found[2][place + 1] end
    end
  end
  answer[#answer + 1] = { count, floor, order, entries }
end
return answer
`,
)

/** The places and orders of the oldest entries, at most `limit`, as one list; before them, how many there are in all. */
export const OLDEST_ENTRIES: Script = script(
  'read',
  'find the oldest entries',
  COMMON,
  `
local head = redis.call('hmget', HEAD, 'count', 'floor')
local answer = { (tonumber(head[1]) or 0) - (tonumber(head[2]) or 0) }
for _, entry in ipairs(redis.call('xrange', key('j'), '-', '+', 'count', request.limit)) do
  answer[#answer + 1] = string.match(entry[1], '^%d+')
  for place = 1, #entry[2], 2 do
    if entry[2][place] == 'o' then answer[#answer + 1] = entry[2][place + 1] end
  end
end
return answer
`,
)

/**
 * Forgets the oldest entries: all up to the place `through`, and all before the first that was not written before
 * `oldest`. Answers how many, and whether there may be more.
 */
export const TRIM_JOURNAL: Script = script(
  'write',
  'trim the journal',
  COMMON,
  `
local MOST = 2000
local floor = tonumber(redis.call('hget', HEAD, 'floor')) or 0
local after = floor
local entries = redis.call('xrange', key('j'), '-', '+', 'count', MOST)
for _, entry in ipairs(entries) do
  local place, written = tonumber(string.match(entry[1], '^%d+')), 0
  for field = 1, #entry[2], 2 do
    if entry[2][field] == 'w' then written = tonumber(entry[2][field + 1]) end
  end
  if place > request.through and written >= request.oldest then break end
  after = place
end
if after > floor then
  redis.call('xtrim', key('j'), 'minid', after + 1 .. '-0')
  if redis.call('xlen', key('j')) == 0 then redis.call('del', key('j')) end
  redis.call('hset', HEAD, 'floor', after)
end
return { after - floor, after - floor == MOST and 1 or 0 }
`,
)

/**
 * Begins a journal anew behind `past`: entries that were read there are gone, and whoever stands at them must be told
 * that their position is forgotten. Done already where the floor is there.
 */
export const MEND_JOURNAL: Script = script(
  'write',
  'mend the journal',
  COMMON,
  JOURNAL,
  `
local floor = tonumber(redis.call('hget', HEAD, 'floor')) or 0
mark_write()
if floor >= request.past then return floor end
local after = math.max(head(), request.past) + 1
redis.call('hset', HEAD, 'count', after, 'floor', after)
redis.call('del', key('j'))
redis.call('publish', NEWS, '')
return after
`,
)
