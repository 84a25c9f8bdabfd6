-- One row a request, each with a key that no other has: runs begin in different seconds.
local key = os.time() * 1000000
local format = '{"sql":"INSERT INTO bench (id, body) VALUES ($1, $2)","params":["%.0f","a body of some length"]}'
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.headers["authorization"] = os.getenv("AUTHORIZATION")

request = function()
  key = key + 1
  return wrk.format(nil, nil, nil, string.format(format, key))
end
