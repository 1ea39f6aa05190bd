-- Checkpoints without an operation of their own (use_reentrant = false): what the graph would keep of a part is only
-- counted, and computed again, all at once, when the backward pass asks for the first of it. So gradients of every kind
-- go through: those of parameters, of torch.autograd.grad, and second ones.
local options = require "torch.utils.options"
local saving = require "torch.autograd.graph.saving"

local recomputation = {}

--- Runs f with the random numbers of `state` (nil: whatever comes), and puts the generator back.
function recomputation.with_random(state, f, ...)
  local now = torch.get_rng_state()
  local _ <close> = setmetatable({}, {__close = function() torch.set_rng_state(now) end})
  if state then torch.set_rng_state(state) end
  return (function(...) return ... end)(f(...))
end

--- A function that runs others under the autocast of this moment: a backward pass runs without.
function recomputation.autocast_now()
  local modes = {}
  for _, device in ipairs {"cpu", "cuda"} do
    if torch.is_autocast_enabled(device) then
      modes[#modes + 1] = {device, {dtype = torch.get_autocast_dtype(device)}}
    end
  end
  return function(f, ...)
    for _, mode in ipairs(modes) do
      local inner = f
      f = function(...) return torch.autocast(mode[1], mode[2], inner, ...) end
    end
    return f(...)
  end
end

-- All that the graph would keep of f(arguments), in order.
local function kept_of(f, state, under, arguments)
  local list = {}
  recomputation.with_random(state, under, function()
    torch.enable_grad(function()
      saving.enter(function(x)
        list[#list + 1] = x:detach()
        return #list
      end, function(i) return list[i] end, f, table.unpack(arguments, 1, arguments.n))
    end)
  end)
  return list
end

--- f(arguments), whose graph keeps nothing but the arguments. state: that of the generator before; nil: any.
function recomputation.run(name, f, state, arguments)
  local under, count, given, kept = recomputation.autocast_now(), 0, 0, nil
  local function pack()
    count = count + 1
    return count
  end
  local function unpack(i)
    if kept == nil then
      kept, given = kept_of(f, state, under, arguments), 0
      if #kept ~= count then
        local n = #kept
        kept = nil
        options.raise(("%s: the function kept %d tensors at first, %d when it ran again: it must do the same"):format(
          name, count, n))
      end
    end
    local x = kept[i]
    given = given + 1
    if given == count then kept = nil end -- the whole part is through: a second pass computes it anew
    return x
  end
  return saving.enter(pack, unpack, f, table.unpack(arguments, 1, arguments.n))
end

return recomputation
