-- A budget of bytes from a random place of a filled topic.
local topic, partitions, offsets = os.getenv("TOPIC"), tonumber(os.getenv("PARTITIONS")), tonumber(os.getenv("OFFSETS"))
local format = '{"topics":[{"topic":"%s","partitions":[{"partition":%d,"fetch_offset":%d,"partition_max_bytes":%s}]}]}'
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"

request = function()
  local partition, offset = math.random(0, partitions - 1), math.random(0, offsets - 1)
  return wrk.format(nil, nil, nil, string.format(format, topic, partition, offset, os.getenv("BYTES")))
end
