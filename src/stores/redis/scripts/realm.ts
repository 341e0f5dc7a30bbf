/**
 * Scripts in the home of a realm: its serials, its epoch, and who is kept out of it.
 *
 * @module
 */
import { type Script, script } from '../script.ts'
import { COMMON, EVEN_WITHOUT_MEMORY, JOURNAL } from './common.ts'

const REALM = `
local realm = key('r:', request.realm)

local function number_of(field)
  return tonumber(redis.call('hget', realm, field)) or 0
end
`

const DENIALS = `
local DENIALS = key('d:', request.realm)
local DENIED = key('dk:', request.realm)
local BY_END = key('du')

-- Numbers and ends of what keeps one value out, in the order in which they were made.
local function denials_of(field)
  local text = redis.call('hget', DENIED, field)
  return text and cjson.decode(text) or {}
end

-- Until when a value is kept out; 0 where it is not.
local function denied_until(field)
  local latest = 0
  for _, denial in ipairs(denials_of(field)) do
    if denial[2] > now then latest = math.max(latest, denial[2]) end
  end
  return latest
end

-- Keeps the denials of a value for which a test holds.
local function keep_denials(field, is_kept)
  local kept = {}
  for _, denial in ipairs(denials_of(field)) do
    if is_kept(denial) then kept[#kept + 1] = denial end
  end
  if #kept == 0 then redis.call('hdel', DENIED, field) else redis.call('hset', DENIED, field, cjson.encode(kept)) end
end

local DIGITS_OF_PARTITIONS = 58

-- The number of a denial: numbers of realms at home in different partitions are never the same.
local function id_of_denial(count)
  return string.format('%.0f', count * DIGITS_OF_PARTITIONS + request.digit)
end

-- Keeps a denial: number, key, value, when it began and until when it holds, and whose it is.
local function keep_denial(denial)
  local id, field, ends_at = denial[1], denial[2] .. '\\n' .. denial[3], denial[5]
  local denials = denials_of(field)
  denials[#denials + 1] = { id, ends_at }
  redis.call('hset', DENIED, field, cjson.encode(denials))
  redis.call('zadd', DENIALS, id, cjson.encode(denial))
  redis.call('zadd', BY_END, ends_at, request.realm .. '\\n' .. id)
end

local function remove_denial(id, field)
  redis.call('zremrangebyscore', DENIALS, id, id)
  redis.call('zrem', BY_END, request.realm .. '\\n' .. id)
  keep_denials(field, function(denial) return denial[1] ~= id end)
end

-- A denial as an event tells of it.
local function told_of(denial)
  return {
    id = denial[1], realm = request.realm, key = denial[2], value = denial[3], at = denial[4],
    ['until'] = denial[5], by = { kind = denial[6], id = denial[7] }
  }
end
`

/**
 * Lets a session in: draws its serial, and says as of one moment what it is to be judged by. Answers serial, epoch,
 * the serial at that epoch, the version of the denials, and until when one of `denied` is kept out.
 *
 * What is `known` elsewhere and not here was lost with a master: it is so again from now on.
 */
export const WELCOME: Script = script(
  'write',
  'welcome',
  COMMON,
  REALM,
  DENIALS,
  `
if request.known.epoch > number_of('epoch') then
  redis.call('hset', realm, 'epoch', request.known.epoch, 'after', number_of('serial'))
end
if request.known.denials > number_of('denials') then redis.call('hset', realm, 'denials', request.known.denials) end
local latest = 0
for _, field in ipairs(request.denied) do latest = math.max(latest, denied_until(field)) end
local serial = redis.call('hincrby', realm, 'serial', 1)
return { serial, number_of('epoch'), number_of('after'), number_of('denials'), latest }
`,
)

/**
 * Says which serials sessions that are taken in may have: their own, unless this realm may have given it to another, and
 * then one that nobody has. Later ones are greater than all of these.
 *
 * The realm remembers which it gave itself, as stretches between one taking in and the next.
 */
export const TAKE_SERIALS: Script = script(
  'write',
  'take serials',
  COMMON,
  REALM,
  `
local MOST_STRETCHES = 32
local serial, taken_up_to = number_of('serial'), number_of('taken')
local text = redis.call('hget', realm, 'given')
local given = text and cjson.decode(text) or {}

local function keep_stretch(first, last)
  if first > last then return end
  if #given == MOST_STRETCHES then given[#given][2] = last else given[#given + 1] = { first, last } end
end

local function is_free(wanted)
  for _, stretch in ipairs(given) do
    if wanted >= stretch[1] and wanted <= stretch[2] then return false end
  end
  return true
end

keep_stretch(taken_up_to + 1, serial)
local answer = {}
for _, wanted in ipairs(request.serials) do serial = math.max(serial, wanted) end
local first_drawn = serial + 1
for index, wanted in ipairs(request.serials) do
  if is_free(wanted) then
    answer[index] = wanted
  else
    serial = serial + 1
    answer[index] = serial
  end
end
keep_stretch(first_drawn, serial)
redis.call('hset', realm, 'serial', serial, 'taken', serial, 'given', cjson.encode(given))
return answer
`,
)

/**
 * Keeps values out from now on, but tells nobody yet. Answers the version of the denials, then the numbers of the new
 * ones: a value that is kept out for as long already stays so.
 */
export const DENY: Script = script(
  'write',
  'deny',
  EVEN_WITHOUT_MEMORY,
  COMMON,
  REALM,
  DENIALS,
  `
local ends_at = now + request.span
local answer = { 0 }
for _, value in ipairs(request.values) do
  local field = value[1] .. '\\n' .. value[2]
  if denied_until(field) < ends_at then
    local id = id_of_denial(redis.call('hincrby', HEAD, 'denials', 1))
    keep_denial({ id, value[1], value[2], now, ends_at, request.by.kind, request.by.id })
    redis.call('zadd', key('dn'), now, request.realm .. '\\n' .. id)
    answer[#answer + 1] = id
  end
end
redis.call('hincrby', HEAD, 'writes', 1)
answer[1] = #answer > 1 and redis.call('hincrby', realm, 'denials', 1) or number_of('denials')
return answer
`,
)

/** Tells of denials that were made and not told yet. Answers the place of the last entry. */
export const TELL_DENIALS: Script = script(
  'write',
  'tell denials',
  EVEN_WITHOUT_MEMORY,
  COMMON,
  JOURNAL,
  REALM,
  DENIALS,
  `
for _, id in ipairs(request.ids) do
  local found = redis.call('zrangebyscore', DENIALS, id, id)[1]
  if redis.call('zrem', key('dn'), request.realm .. '\\n' .. id) == 1 and found then
    local denial = cjson.decode(found)
    append('denial.created', denial[4], 'e', cjson.encode({
      realm = request.realm, denial = told_of(denial), by = { kind = denial[6], id = denial[7] }
    }))
  end
end
mark_write()
return head()
`,
)

/** Lets in again what a denial keeps out. Answers the denial; nothing where there is none, or no longer. */
export const LIFT_DENIAL: Script = script(
  'write',
  'lift denial',
  COMMON,
  JOURNAL,
  REALM,
  DENIALS,
  `
local found = redis.call('zrangebyscore', DENIALS, request.id, request.id)[1]
if not found then return false end
local denial = cjson.decode(found)
if denial[5] <= now then return false end
remove_denial(denial[1], denial[2] .. '\\n' .. denial[3])
redis.call('zrem', key('dn'), request.realm .. '\\n' .. denial[1])
tell('denial.lifted', { realm = request.realm, denial = told_of(denial), by = request.by })
return found
`,
)

/** Forgets denials of a realm that are over, by their numbers. */
export const FORGET_DENIALS: Script = script(
  'write',
  'forget denials',
  COMMON,
  REALM,
  DENIALS,
  `
for _, id in ipairs(request.ids) do
  local found = redis.call('zrangebyscore', DENIALS, id, id)[1]
  local denial = found and cjson.decode(found)
  if denial and denial[5] <= now then remove_denial(denial[1], denial[2] .. '\\n' .. denial[3]) end
  if not denial then redis.call('zrem', BY_END, request.realm .. '\\n' .. id) end
end
return #request.ids
`,
)

/** Takes in a denial, unless its value is kept out for as long already; under its number, if that is free. Answers 1 if it was new. */
export const ADOPT_DENIAL: Script = script(
  'write',
  'adopt denial',
  COMMON,
  REALM,
  DENIALS,
  `
local given = request.denial
local field, ends_at = given[2] .. '\\n' .. given[3], given[5]
if ends_at <= now or denied_until(field) >= ends_at then return 0 end
local is_taken = #redis.call('zrangebyscore', DENIALS, given[1], given[1]) > 0
local last = tonumber(redis.call('hget', HEAD, 'denials')) or 0
local count = math.max(last, math.ceil(tonumber(given[1]) / DIGITS_OF_PARTITIONS))
if is_taken then
  count = count + 1
  given[1] = id_of_denial(count)
end
redis.call('hset', HEAD, 'denials', count)
keep_denial(given)
redis.call('hincrby', realm, 'denials', 1)
return 1
`,
)

/**
 * Ends everything of a realm at once, provided that its epoch is still `before`: raises it to the place of the entry
 * that says so, and past every epoch that sessions were begun under: a master that lost its latest entries counts them
 * again. Answers that place; nothing where the epoch is another.
 */
export const RAISE_EPOCH: Script = script(
  'write',
  'raise epoch',
  EVEN_WITHOUT_MEMORY,
  COMMON,
  JOURNAL,
  REALM,
  `
mark_write()
if number_of('epoch') ~= request.before then return false end
local beyond = math.max(request.beyond, request.before)
if head() < beyond then redis.call('hset', HEAD, 'count', beyond) end
local position = tell('sessions.ended', {
  realm = request.realm, except = request.except, count = request.count, reason = request.reason, by = request.by
})
redis.call('hset', realm, 'epoch', position, 'after', number_of('serial'))
redis.call('zadd', key('m'), position, cjson.encode({
  position, request.realm, 0, now, order, request.reason, request.by.kind, request.by.id,
  request.except or 0, request.before
}))
return position
`,
)

/** Forgets a mass ending of a realm that every partition has tidied. */
export const FORGET_MASS: Script = script(
  'write',
  'forget mass ending',
  COMMON,
  `
return redis.call('zremrangebyscore', key('m'), request.count, request.count)
`,
)
