-- torch.autograd.Function: operations with a backward of the script.
local C = torch._C
local raise = C.raise -- an error at the line of the program

-- What the library knows of a context stands under this key, apart from the script's fields.
local PRIVATE = {}

local Context = {}

--- ctx:save_for_backward(...): tensors (or nil) that backward finds in ctx.saved_tensors.
-- Arguments and results of forward are best kept so: a change in place is noticed, and
-- the second derivative works.
function Context:save_for_backward(...)
  local own = self[PRIVATE]
  own.saved = table.pack(...)
  for i = 1, own.saved.n do
    local t = own.saved[i]
    if t ~= nil and not torch.is_tensor(t) then
      raise(("save_for_backward: argument %d: expected a tensor or nil, got a %s"):format(i, type(t)))
    end
  end
end

local function mark(self, what, ...)
  for i = 1, select("#", ...) do
    local t = select(i, ...)
    if not torch.is_tensor(t) then
      raise(("mark_%s: argument %d: expected a tensor, got a %s"):format(what, i, type(t)))
    end
    self[PRIVATE][what][t] = true
  end
end

--- ctx:mark_non_differentiable(...): results that carry no gradient.
function Context:mark_non_differentiable(...) mark(self, "non_differentiable", ...) end

--- ctx:mark_dirty(...): arguments that forward changed in place; it must return them.
function Context:mark_dirty(...) mark(self, "dirty", ...) end

--- ctx:set_materialize_grads(false): backward gets nil, not zeros, for a result to which no
-- gradient came.
function Context:set_materialize_grads(value) self[PRIVATE].materialize = value ~= false end

local function saved_tensors(own)
  local saved = own.saved
  if saved == nil then return {} end
  local list = {n = saved.n}
  for i = 1, saved.n do
    local t = saved[i]
    if t ~= nil and own.versions and own.versions[i] ~= t._version then
      raise(("backward: a tensor (%s) that %s needs was changed after it was used"):format(table.concat(t.shape, "×"),
        own.name))
    end
    local output = own.saved_outputs and own.saved_outputs[i]
    if output and own.callback and torch.is_grad_enabled() then t = C.function_output(own.callback, output, t) end
    list[i] = t
  end
  return list
end

local metatable = {__name = "torch.autograd.Context"}
function metatable:__index(key)
  if key == "saved_tensors" then return saved_tensors(self[PRIVATE]) end
  return Context[key]
end

-- ---- forward -----------------------------------------------------------------------------

-- Kept results go without their history: it would hold the context, and the context them.
local function seal(own, results)
  local saved = own.saved
  if saved == nil then return end
  own.versions, own.saved_outputs = {}, {}
  for i = 1, saved.n do
    for k = 1, results.n do
      if rawequal(saved[i], results[k]) and torch.is_tensor(saved[i]) then
        saved[i], own.saved_outputs[i] = saved[i]:detach(), k
      end
    end
    own.versions[i] = saved[i] and saved[i]._version
  end
end

-- The results that get a history (false for others), and which of them were arguments.
local function differentiable(own, results, arguments)
  local outputs, dirty, returned = {}, {}, {}
  for k = 1, results.n do
    local y = results[k]
    local has_gradient = torch.is_tensor(y) and (y:is_floating_point() or y:is_complex())
    outputs[k] = has_gradient and not own.non_differentiable[y] and y
    dirty[k] = outputs[k] and own.dirty[y] or false
    if dirty[k] then returned[y] = true end
  end
  for x in pairs(own.dirty) do
    if not returned[x] then raise(own.name .. ": mark_dirty: forward must return the tensor that it marked") end
    if x.requires_grad and x.is_leaf then
      raise(own.name .. ": mark_dirty: a leaf that requires a gradient cannot be changed in place")
    end
  end
  return outputs, dirty
end

-- ---- backward ----------------------------------------------------------------------------

-- Whether a gradient of this shape can be summed down to that of its input.
local function fits(shape, of)
  local extra = #shape - #of
  if extra < 0 then return false end
  for d = 1, #of do
    if shape[extra + d] ~= of[d] and of[d] ~= 1 then return false end
  end
  return true
end

local function check_gradient(own, k, g)
  local input = own.inputs[k]
  if g == nil then return end
  local function wrong(...) raise(("%s: backward: gradient %d: "):format(own.name, k) .. string.format(...)) end
  if not input then wrong("argument %d of forward is no tensor, its gradient must be nil", k) end
  if not torch.is_tensor(g) then wrong("expected a tensor or nil, got a %s", type(g)) end
  if not fits(g.shape, input) then
    wrong("expected the shape of argument %d, (%s), got (%s)", k, table.concat(input, "×"),
      table.concat(g.shape, "×"))
  end
end

local function check_count(own, gradients)
  local needed = own.n
  while needed > 0 and not own.needs[needed] do needed = needed - 1 end
  local n = gradients.n
  while n > own.n and gradients[n] == nil do n = n - 1 end
  if n < needed or n > own.n then
    raise(("%s: backward: expected %d gradient%s, one per argument of forward, got %d"):format(own.name, own.n,
      own.n == 1 and "" or "s", n))
  end
end

-- What the node in the graph calls: see vm/function.c.
local function runner(ctx, backward)
  local own = ctx[PRIVATE]
  local function run(gradients)
    if own.materialize then
      for k = 1, own.results.n do
        local result = own.results[k]
        if gradients[k] == nil and result then gradients[k] = torch.zeros(result.shape, {dtype = result.dtype}) end
      end
    end
    local result = table.pack(backward(ctx, table.unpack(gradients, 1, own.results.n)))
    check_count(own, result)
    for k = 1, own.n do check_gradient(own, k, result[k]) end
    return result
  end
  return function(callback, ...)
    own.callback = callback
    local gradients = table.pack(...)
    local done <close> = setmetatable({}, {__close = function() own.callback = nil end})
    return run(gradients)
  end
end

local function describe(results)
  local list = {n = results.n}
  for k = 1, results.n do
    local y = results[k]
    list[k] = torch.is_tensor(y) and {shape = y.shape, dtype = y.dtype}
  end
  return list
end

-- ---- the class ------------------------------------------------------------------------------

local Function = {__name = "torch.autograd.Function"}
Function.__index = Function

--- Fn:apply(...): runs forward(ctx, ...) without recording, and records the whole as one
-- operation whose gradients backward(ctx, ...) gives.
function Function:apply(...)
  local arguments = table.pack(...)
  local own = {name = self.name .. "Backward", n = arguments.n, materialize = true, non_differentiable = {},
    dirty = {}, inputs = {}, needs = {}}
  local needs, any = {}, false
  for k = 1, own.n do
    local x = arguments[k]
    local is_tensor = torch.is_tensor(x)
    own.inputs[k] = is_tensor and x.shape
    needs[k] = is_tensor and x.requires_grad
    own.needs[k] = needs[k]
    any = any or needs[k]
  end
  local ctx = setmetatable({[PRIVATE] = own, needs_input_grad = needs}, metatable)
  local results = table.pack(torch.no_grad(self.forward, ctx, ...))
  if any and torch.is_grad_enabled() then
    local outputs, dirty = differentiable(own, results, arguments)
    own.results = describe(results)
    seal(own, results)
    C.function_attach(own.name, runner(ctx, self.backward), arguments, own.n, outputs, results.n, dirty)
    for k = 1, results.n do results[k] = outputs[k] or results[k] end
  end
  return table.unpack(results, 1, results.n)
end

Function.__call = Function.apply
function Function:__tostring() return ("torch.autograd.Function(%q)"):format(self.name) end

--- torch.autograd.Function(name, {forward = function(ctx, ...) … end, backward =
-- function(ctx, ...) … end}): an operation with a backward of its own; Fn:apply(...) calls it.
-- forward gets the arguments of apply and returns the results. backward gets a gradient for
-- each result and returns one for each argument: nil for what is no tensor or needs
-- none (ctx.needs_input_grad says which). ctx is theirs to share what they like;
-- tensors go through ctx:save_for_backward(...) and ctx.saved_tensors.
return function(name, definition)
  if type(name) ~= "string" or name == "" then
    raise(("autograd.Function: 'name' (argument 1): expected a string, got a %s"):format(type(name)))
  end
  if type(definition) ~= "table" then
    raise(("autograd.Function: 'definition' (argument 2): expected a table, got a %s"):format(type(definition)))
  end
  for key in pairs(definition) do
    if key ~= "forward" and key ~= "backward" then
      raise(("autograd.Function: unknown option '%s' (known: forward, backward)"):format(tostring(key)))
    end
  end
  for _, key in ipairs {"forward", "backward"} do
    if type(definition[key]) ~= "function" then
      raise(("autograd.Function: '%s': expected a function, got a %s"):format(key, type(definition[key])))
    end
  end
  return setmetatable({name = name, forward = definition.forward, backward = definition.backward}, Function)
end
