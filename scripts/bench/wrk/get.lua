-- One record from a random place of a filled topic.
local topic, partitions, offsets = os.getenv("TOPIC"), tonumber(os.getenv("PARTITIONS")), tonumber(os.getenv("OFFSETS"))

request = function()
  local partition, offset = math.random(0, partitions - 1), math.random(0, offsets - 1)
  return wrk.format("GET", "/v1/kafka/topics/" .. topic .. "/partitions/" .. partition .. "/records/" .. offset)
end
