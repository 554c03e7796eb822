-- The same as memory.take. KEYS are the buckets; ARGV are the time in milliseconds, the first and the longest wait, and then of each
-- bucket how many tries are free and in how many milliseconds one is forgiven. Returns the index of the bucket without room, from 0,
-- and how long to wait; or -1.
local now, first, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local before, remaining = {}, {}
for i, key in ipairs(KEYS) do
  local free, forgive = tonumber(ARGV[2 * i + 2]), tonumber(ARGV[2 * i + 3])
  local level = redis.call('HMGET', key, 'tries', 'at')
  before[i] = {level[1] or '0', level[2] or '0'}
  local tries, elapsed = tonumber(level[1] or 0), math.max(0, now - tonumber(level[2] or now))
  local over = math.ceil(tries) - free
  if over >= 0 then
    local wait = math.min(first * 2 ^ over, most) - elapsed
    if wait > 0 then return {i - 1, math.ceil(wait)} end
  end
  remaining[i] = math.max(0, tries - elapsed / forgive)
end
for i, key in ipairs(KEYS) do
  local tries, forgive = remaining[i] + 1, tonumber(ARGV[2 * i + 3])
  redis.call('HSET', key, 'tries', string.format('%.17g', tries), 'at', string.format('%d', now),
    'tries_before', before[i][1], 'at_before', before[i][2])
  redis.call('PEXPIRE', key, math.ceil(tries * forgive))
end
return {-1, 0}
