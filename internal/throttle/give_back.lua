-- The same as memory.giveBack. KEYS are the buckets. What is left expires when it would have, or a little later.
for _, key in ipairs(KEYS) do
  local tries = redis.call('HGET', key, 'tries')
  if tries then redis.call('HSET', key, 'tries', string.format('%.17g', math.max(0, tonumber(tries) - 1))) end
end
return 0
