-- One request for each line of CREDENTIALS, made beforehand, taken at random; PAUSE milliseconds apart on each
-- connection, on average, where it is given.
local requests, count = {}, 0
local pause = tonumber(os.getenv("PAUSE") or "0")

function init()
  math.randomseed(tonumber(os.getenv("SEED") or "1"))
  local field, scheme = os.getenv("FIELD"), os.getenv("SCHEME")
  for credential in io.lines(os.getenv("CREDENTIALS")) do
    count = count + 1
    requests[count] = wrk.format("GET", nil, { [field] = scheme .. credential })
  end
end

function request()
  return requests[math.random(count)]
end

if pause > 0 then
  function delay()
    return math.random() * 2 * pause + 0.5
  end
end

function done(summary, latency)
  local errors = summary.errors
  local wrong = errors.status + errors.connect + errors.read + errors.write + errors.timeout
  local rate = summary.requests / (summary.duration / 1e6)
  io.write(string.format("RESULT %f %d %f\n", rate, wrong, latency:percentile(99) / 1e3))
end
