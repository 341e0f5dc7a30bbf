/**
 * Scripts about access keys, all in one partition.
 *
 * A key is kept as `[hash, name, realm, scopes, created, withdrawn]`, scopes as JSON, `withdrawn` 0 while it is good.
 *
 * @module
 */
import { type Script, script } from '../script.ts'
import { COMMON, JOURNAL } from './common.ts'

const ACCESS_KEYS = `
local KEPT = key('k')
local HASHES = key('kh')

local function read_key(id)
  local text = id and redis.call('hget', KEPT, id)
  return text and cjson.decode(text)
end

-- Keeps a key and tells so; its hash stays here.
local function keep_key(kind, id, kept)
  redis.call('hset', KEPT, id, cjson.encode(kept))
  local parts = {
    '"id":' .. cjson.encode(id), '"name":' .. cjson.encode(kept[2]), '"realm":' .. cjson.encode(kept[3]),
    '"scopes":' .. kept[4], '"createdAt":' .. cjson.encode(kept[5])
  }
  if kept[6] ~= 0 then parts[#parts + 1] = '"withdrawnAt":' .. cjson.encode(kept[6]) end
  append(kind, now, 'e', '{"realm":' .. cjson.encode(kept[3]) .. ',"key":{' .. table.concat(parts, ',') .. '},"by":'
    .. cjson.encode(request.by) .. '}')
end

local function withdraw(id, kept)
  kept[6] = now
  keep_key('key.withdrawn', id, kept)
end
`

/** Keeps a key; with `supersede`, withdraws others of its name. Answers the id and text of the key there is then. */
export const INSERT_KEY: Script = script(
  'write',
  'insert key',
  COMMON,
  JOURNAL,
  ACCESS_KEYS,
  `
local given = request.key
local same_id = redis.call('hget', HASHES, given.hash)
local same = read_key(same_id)
for _, id in ipairs(request.supersede and redis.call('hkeys', KEPT) or {}) do
  local other = read_key(id)
  if other[2] == given.name and id ~= same_id and other[6] == 0 then withdraw(id, other) end
end
redis.call('hincrby', HEAD, 'writes', 1)
if same and same[6] == 0 then return { same_id, redis.call('hget', KEPT, same_id) } end
if same then redis.call('hdel', KEPT, same_id) end
redis.call('hset', HASHES, given.hash, given.id)
keep_key('key.created', given.id, { given.hash, given.name, given.realm, given.scopes, now, 0 })
return { given.id, redis.call('hget', KEPT, given.id) }
`,
)

/** Withdraws a key; one that is withdrawn already stays as it is. Answers its text; nothing if there is none. */
export const WITHDRAW_KEY: Script = script(
  'write',
  'withdraw key',
  COMMON,
  JOURNAL,
  ACCESS_KEYS,
  `
local kept = read_key(request.id)
redis.call('hincrby', HEAD, 'writes', 1)
if not kept then return false end
if kept[6] == 0 then withdraw(request.id, kept) end
return redis.call('hget', KEPT, request.id)
`,
)

/** Takes in a key whose id and hash are not there yet, as it is. Answers 1 if it was new. */
export const ADOPT_KEY: Script = script(
  'write',
  'adopt key',
  COMMON,
  `
if redis.call('hexists', key('k'), request.id) == 1 or redis.call('hexists', key('kh'), request.hash) == 1 then return 0 end
redis.call('hset', key('k'), request.id, request.text)
redis.call('hset', key('kh'), request.hash, request.id)
return 1
`,
)
