-- The same as memory.giveBack. KEYS are the buckets, ARGV is when the try was made, in milliseconds. What is left expires when it would
-- have, or a little later.
for _, key in ipairs(KEYS) do
  local level = redis.call('HMGET', key, 'tries', 'at', 'tries_before', 'at_before')
  if level[2] == ARGV[1] and level[3] and level[3] ~= '' then
    redis.call('HSET', key, 'tries', level[3], 'at', level[4], 'tries_before', '')
  elseif level[1] then
    redis.call('HSET', key, 'tries', string.format('%.17g', math.max(0, tonumber(level[1]) - 1)), 'tries_before', '')
  end
end
return 0
