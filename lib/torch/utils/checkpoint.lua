-- torch.utils.checkpoint: memory for time (Chen et al. 2016, "Training deep nets with
-- sublinear memory cost"). What a part of a model keeps for its backward pass is not kept
-- but computed again.
local library = require "torch.utils.options"
local recomputation = require "torch.utils.recomputation"
local checkpoint = {}

local options_known = {use_reentrant = true, preserve_rng_state = true}

-- The options in the last argument, when it is a table with nothing but these.
local function split_options(...)
  local arguments = table.pack(...)
  local last = arguments[arguments.n]
  if type(last) ~= "table" or getmetatable(last) or next(last) == nil then return arguments, {} end
  for key in pairs(last) do
    if not options_known[key] then return arguments, {} end
  end
  for key, value in pairs(last) do
    if type(value) ~= "boolean" then library.wrong("checkpoint", key, nil, "true or false", value) end
  end
  arguments[arguments.n] = nil
  arguments.n = arguments.n - 1
  return arguments, last
end

-- Runs f again, with gradients, and with the random numbers and the autocast of the first time.
local function again(f, state, under, arguments)
  return table.pack(recomputation.with_random(state, under, torch.enable_grad, f,
    table.unpack(arguments, 1, arguments.n)))
end

-- The gradients of what f gives for `arguments`, from those of its results; those of
-- other leaves, such as parameters, go to their .grad.
local function backward(ctx, ...)
  local arguments, saved = {n = ctx.arguments.n}, ctx.saved_tensors
  for i = 1, arguments.n do
    local x = saved[i]
    if x ~= nil then arguments[i] = x:detach():requires_grad_(x.requires_grad)
    else arguments[i] = ctx.arguments[i] end
  end
  local results = again(ctx.f, ctx.state, ctx.under, arguments)
  local roots, gradients = {}, {}
  for i = 1, results.n do
    if torch.is_tensor(results[i]) and results[i].requires_grad then
      roots[#roots + 1] = results[i]
      gradients[#roots] = (select(i, ...))
    end
  end
  if #roots > 0 then torch.autograd.backward(roots, gradients) end
  local result = {}
  for i = 1, arguments.n do result[i] = saved[i] ~= nil and torch.sparse._dense_grad(arguments[i]) or nil end
  return nil, nil, nil, table.unpack(result, 1, arguments.n)
end

local Checkpoint

-- The operation, made at first use. `wanted` requires a gradient, so that the call is
-- recorded when the arguments themselves require none.
local function operation()
  Checkpoint = Checkpoint or torch.autograd.Function("Checkpoint", {
    forward = function(ctx, _, f, state, ...)
      ctx.f, ctx.state, ctx.arguments, ctx.under = f, state, table.pack(...), recomputation.autocast_now()
      local tensors = {}
      for i = 1, ctx.arguments.n do
        if torch.is_tensor(ctx.arguments[i]) then
          tensors[i], ctx.arguments[i] = ctx.arguments[i], nil
        end
      end
      ctx:save_for_backward(table.unpack(tensors, 1, ctx.arguments.n))
      return f(...)
    end,
    backward = torch.autograd.once_differentiable(backward),
  })
  return Checkpoint
end

--- torch.utils.checkpoint.checkpoint(f, ..., {preserve_rng_state = true, use_reentrant = true}): f(...), without
-- keeping what its backward pass needs: that runs f once more, with the same random numbers
-- (dropout) unless preserve_rng_state is false, and the same autocast. By default gradients of parameters that f uses
-- go to their .grad; there is no second derivative, and torch.autograd.grad finds the
-- gradients of the arguments alone. With use_reentrant = false there are no such limits; f must do the same both times.
function checkpoint.checkpoint(f, ...)
  if not library.is_callable(f) then library.wrong("checkpoint", "f", 1, "a function", f) end
  local arguments, options = split_options(...)
  local state = options.preserve_rng_state ~= false and torch.get_rng_state() or nil
  if options.use_reentrant == false then return recomputation.run("checkpoint", f, state, arguments) end
  local wanted = torch.zeros(0):requires_grad_(true)
  return operation():apply(wanted, f, state, table.unpack(arguments, 1, arguments.n))
end

--- torch.utils.checkpoint.checkpoint_sequential(modules, segments, input): the modules (an
-- nn.Sequential or an array) one after the other, checkpointed in so many segments but for
-- the last.
function checkpoint.checkpoint_sequential(modules, segments, input, options)
  local n = library.length(modules)
  if n == nil then library.wrong("checkpoint_sequential", "modules", 1, "an nn.Sequential or an array", modules) end
  local given = segments
  segments = library.integer(given)
  if segments == nil or segments < 1 or segments > n then
    library.wrong("checkpoint_sequential", "segments", 2, ("a number from 1 to %d"):format(n), given)
  end
  local function run(first, last)
    return function(x)
      for i = first, last do
        local module = modules[i]
        if not library.is_callable(module) then
          library.wrong("checkpoint_sequential", ("modules[%d]"):format(i), nil, "a module or a function", module)
        end
        x = module(x)
      end
      return x
    end
  end
  local size = n // segments
  for k = 1, segments - 1 do
    input = checkpoint.checkpoint(run((k - 1) * size + 1, k * size), input, options)
  end
  return run((segments - 1) * size + 1, n)(input)
end

return checkpoint
