-- One request for each line of TOKENS, made beforehand, taken at random.
local requests, count = {}, 0

function init()
  math.randomseed(tonumber(os.getenv("SEED") or "1"))
  for token in io.lines(os.getenv("TOKENS")) do
    count = count + 1
    requests[count] = wrk.format("GET", "/v1/whoami", { ["Authorization"] = "Bearer " .. token })
  end
end

function request()
  return requests[math.random(count)]
end

function done(summary, latency)
  io.write(string.format("RESULT %f %d\n", summary.requests / (summary.duration / 1e6), summary.errors.status))
end
