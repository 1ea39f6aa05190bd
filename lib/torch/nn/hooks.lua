-- The call of a module that has hooks:
--   module:register_forward_pre_hook(function(module, input) … end)
--   module:register_forward_hook(function(module, input, output) … end)
--   module:register_full_backward_pre_hook(function(module, grad_output) … end)
--   module:register_full_backward_hook(function(module, grad_input, grad_output) … end)
-- `input`, `grad_input` and `grad_output` are arrays (with n, for there may be nil in them);
-- `output` is the result of forward, or an array of them when it has several. What a
-- hook returns, if not nil, takes the place of the input, the output, grad_output, grad_input.
-- The hooks of all modules (all_hooks.lua) run before those of a module.
local all = require "torch.nn.all_hooks"

local raise = torch._C.raise -- an error at the line of the program
local function packed(value)
  if torch.is_tensor(value) or type(value) ~= "table" then return {value, n = 1} end
  value.n = value.n or #value
  return value
end

-- Calls every hook of all modules and of the list of one (or nil), which may change while they run.
local function each(of_all, list, call)
  local hooks = table.move(of_all, 1, #of_all, 1, {})
  if list then table.move(list, 1, #list, #hooks + 1, hooks) end
  for _, hook in ipairs(hooks) do call(hook[1], hook[2]) end
end

local function has_any(of_all, list) return #of_all > 0 or list ~= nil and #list > 0 end

-- ---- backward hooks ------------------------------------------------------------------------

local Identity

-- Tensors as they are; their gradients pass through ctx.see, which may return others.
local function pass(see, values)
  Identity = Identity or torch.autograd.Function("BackwardHook", {
    forward = function(ctx, f, ...)
      ctx.see = f
      ctx:set_materialize_grads(false)
      return ...
    end,
    backward = function(ctx, ...)
      local gradients = ctx.see(table.pack(...))
      return nil, table.unpack(gradients, 1, gradients.n)
    end,
  })
  return table.pack(Identity:apply(see, table.unpack(values, 1, values.n)))
end

local function any_requires(values)
  for i = 1, values.n do
    if torch.is_tensor(values[i]) and values[i].requires_grad then return true end
  end
  return false
end

local function describe(v)
  if not torch.is_tensor(v) then return v == nil and "nil" or "a " .. type(v) end
  return ("%s (%s)"):format(tostring(v.dtype):gsub("^torch%.", ""), table.concat(v.shape, "×"))
end

-- What a hook returned for `expected`, the gradients of the inputs, looks like them; nil is no gradient.
local function check_returned(name, result, expected)
  if result.n ~= expected.n then
    raise(("%s: a hook returned %d gradients for %d %s"):format(name, result.n, expected.n,
      name:find "pre" and "outputs" or "inputs"))
  end
  for i = 1, result.n do
    local given, want = result[i], expected[i]
    if given ~= nil and want ~= nil and describe(given) ~= describe(want) then
      raise(("%s: a hook returned %s as gradient %d, expected %s"):format(name, describe(given), i, describe(want)))
    end
  end
end

-- Watches one call: the gradients of its outputs come first, then those of its inputs, and
-- then the hooks run. Without an input that wants a gradient they run with the first.
local function watcher(module, list, before, n_in, inputs_wanted)
  local grad_output
  local watch = {}
  local function run(grad_input)
    each(all.backward, list, function(hook)
      local result = hook(module, grad_input, grad_output)
      if result ~= nil then
        result = packed(result)
        check_returned("register_full_backward_hook", result, grad_input)
        grad_input = result
      end
    end)
    return grad_input
  end
  function watch.outputs(gradients)
    each(all.backward_pre, before, function(hook)
      local result = hook(module, gradients)
      if result ~= nil then
        result = packed(result)
        check_returned("register_full_backward_pre_hook", result, gradients)
        gradients = result
      end
    end)
    grad_output = gradients
    if not inputs_wanted then run({n = n_in}) end
    return gradients
  end
  function watch.inputs(gradients) return run(gradients) end
  return watch
end

-- ---- the call ----------------------------------------------------------------------------------

-- Runs the forward. A hook with always_call runs also where that fails.
local function run(post, module, input, forward)
  local always = false
  each(all.forward, post, function(_, always_call) always = always or always_call end)
  if not always then return table.pack(forward(module, table.unpack(input, 1, input.n))) end
  local done = table.pack(pcall(forward, module, table.unpack(input, 1, input.n)))
  if done[1] then return table.pack(table.unpack(done, 2, done.n)) end
  each(all.forward, post, function(hook, always_call)
    if always_call then pcall(hook, module, input, nil) end
  end)
  error(done[2], 0)
end

return function(pre, post, backward, backward_pre, forward, module, ...)
  local input = table.pack(...)
  each(all.forward_pre, pre, function(hook)
    local result = hook(module, input)
    if result ~= nil then input = packed(result) end
  end)
  local watch
  if torch.is_grad_enabled() and (has_any(all.backward, backward) or has_any(all.backward_pre, backward_pre)) then
    local wanted = any_requires(input)
    watch = watcher(module, backward, backward_pre, input.n, wanted)
    if wanted and has_any(all.backward, backward) then input = pass(watch.inputs, input) end
  end
  local output = run(post, module, input, forward)
  each(all.forward, post, function(hook)
    local one = output.n == 1 and output[1]
    local result = hook(module, input, one or output)
    if result ~= nil then output = packed(result) end
  end)
  if watch and any_requires(output) then output = pass(watch.outputs, output) end
  return table.unpack(output, 1, output.n)
end
