-- One request for each line of CREDENTIALS, made beforehand, taken at random.
local requests, count = {}, 0

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

function done(summary, latency)
  io.write(string.format("RESULT %f %d\n", summary.requests / (summary.duration / 1e6), summary.errors.status))
end
