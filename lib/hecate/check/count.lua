-- What training takes: the bytes of parameters, gradients, the state of optimisers and what graphs keep for their
-- backward pass; and which module runs, for the message of an error.
local count = {}

local function size_of(t) return t:numel() * t:element_size() end

--- The bytes of tensors in nested tables, each tensor once.
local function bytes_in(value, seen)
  if torch.is_tensor(value) then
    if seen[value] then return 0 end
    seen[value] = true
    return size_of(value)
  end
  if type(value) ~= "table" or seen[value] then return 0 end
  seen[value] = true
  local n = 0
  for _, item in pairs(value) do n = n + bytes_in(item, seen) end
  return n
end

local function each_parameter(optimisers, visit)
  local seen = {}
  for _, optimiser in ipairs(optimisers) do
    for _, group in ipairs(optimiser.param_groups) do
      for _, p in ipairs(group.params) do
        if not seen[p] then visit(p) end
        seen[p] = true
      end
    end
  end
end

--- The module that runs where an error was raised, by its path below the outermost one: "encoder.2 (nn.Linear)". To
-- be called from a message handler: the modules are the first arguments of the functions on the stack; below a
-- container whose layers run in C it is the layer that failed.
function count.module(torch)
  local nn, innermost, outermost = torch.nn, nil, nil
  for level = 2, 200 do
    if not debug.getinfo(level, "l") then break end
    local _, value = debug.getlocal(level, 1)
    if type(value) == "userdata" and torch.isinstance(value, nn.Module) then
      innermost, outermost = innermost or value, value
    end
  end
  if not outermost then return nil end
  local failed = torch._C.failed_layer and torch._C.failed_layer()
  local address = ("%p"):format(failed or innermost)
  local found
  for name, module in outermost:named_modules() do
    if ("%p"):format(module) == address then found = {name, module} end
    if not found and rawequal(module, innermost) then found = {name, module} end
  end
  if not found then return torch.typename(innermost) end
  if found[1] == "" then return torch.typename(found[2]) end
  return ("%s, %s"):format(found[1], torch.typename(found[2]))
end

--- Begins; returns {module = function, stop = function}.
function count.start(torch)
  local memory = {parameters = 0, gradients = 0, state = 0, activations = 0}
  local optimisers, originals = {}, {}
  local methods = getmetatable(torch.empty(0, {device = "cpu"})).__methods
  local backward = methods.backward

  local function measure()
    local parameters, gradients = 0, 0
    each_parameter(optimisers, function(p)
      parameters = parameters + size_of(p)
      if p.grad then gradients = gradients + size_of(p.grad) end
    end)
    memory.parameters = math.max(memory.parameters, parameters)
    memory.gradients = math.max(memory.gradients, gradients)
  end

  methods.backward = function(loss, ...)
    memory.activations = math.max(memory.activations, torch._C.saved_bytes(loss))
    local result = table.pack(backward(loss, ...))
    measure()
    return table.unpack(result, 1, result.n)
  end

  -- Constructors of optimisers note what they make.
  for name, class in pairs(torch.optim) do
    if type(class) == "table" and tostring(class):find "^class optim%." and name ~= "Optimizer" then
      originals[name] = class
      torch.optim[name] = setmetatable({}, {__index = class, __newindex = class, __tostring = function()
        return tostring(class)
      end, __call = function(_, ...)
        local made = class(...)
        optimisers[#optimisers + 1] = made
        return made
      end})
    end
  end

  return {
    module = function() return count.module(torch) end,
    stop = function()
      measure()
      for _, optimiser in ipairs(optimisers) do memory.state = memory.state + bytes_in(optimiser.state, {}) end
      methods.backward = backward
      for name, class in pairs(originals) do torch.optim[name] = class end
      return memory
    end}
end

return count
