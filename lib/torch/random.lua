-- torch.random: the default generator. Its stream is a function of the seed and of how many
-- numbers were drawn (Philox), so the seed and that number are its whole state.
local options = require "torch.utils.options"
local random = {}

for _, name in ipairs {"manual_seed", "seed", "initial_seed", "get_rng_state", "set_rng_state"} do
  random[name] = torch[name]
end

--- torch.random.fork_rng(f, ...): runs f and puts the default generator back where it
-- was, also when f raises; `local _ <close> = torch.random.fork_rng()` lasts to the end of
-- the block.
function random.fork_rng(f, ...)
  if f ~= nil and not options.is_callable(f) then options.wrong("fork_rng", "f", 1, "a function or nothing", f) end
  local state = torch.get_rng_state()
  local guard = setmetatable({}, {__close = function() torch.set_rng_state(state) end})
  if f == nil then return guard end
  local _ <close> = guard
  return f(...)
end

return random
