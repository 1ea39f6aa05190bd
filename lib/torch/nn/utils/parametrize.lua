--- nn.utils.parametrize: Parameters that are functions of others: module.weight is computed of what is learned.
local options = require "torch.utils.options"
local parametrize = {}

-- ---- the list of one tensor --------------------------------------------------------------------

--- nn.utils.parametrize.ParametrizationList: The parametrizations of one tensor of a module, one after the other, and
-- the original tensor; calling it gives the parametrized one. It is made by register_parametrization and lies in
-- module.parametrizations[name].
local List = torch.class("nn.utils.parametrize.ParametrizationList", torch.nn.ModuleList)

local function same_kind(who, what, old, new)
  if new.dtype ~= old.dtype or new.shape ~= old.shape then
    options.raise(("%s: %s has to keep dtype and shape unless unsafe = true: it makes %s of %s"):format(who, what,
      options.describe(new), options.describe(old)))
  end
end

local function store(self, name, value, like_parameter)
  if like_parameter then
    local parameter = torch.nn.Parameter(value:detach(), value:is_floating_point() or value:is_complex())
    self:register_parameter(name, parameter)
  else
    self:register_buffer(name, value)
  end
end

local function is_parameter(module, name)
  local names, kinds = torch._C.parts_of(module)
  for i, part in ipairs(names) do
    if part == name then return kinds[i] == "parameter", kinds[i] == "buffer" end
  end
  return false, false
end

-- What the learned tensors must be for `value` to come out, by the right_inverse of each parametrization.
local function inverted(modules, value, demanded)
  local list = {value}
  for i = #modules, 1, -1 do
    local module = modules[i]
    if module.right_inverse then
      list = table.pack(module:right_inverse(table.unpack(list)))
    elseif demanded then
      options.raise(("%s: it has no right_inverse, so its tensor cannot be assigned"):format(torch.typename(module)))
    end
  end
  return list
end

function List:__init(modules, original, unsafe, parameter)
  if options.length(modules) == nil or type(modules) ~= "table" then
    options.wrong("ParametrizationList", "modules", 1, "an array of modules", modules)
  elseif not torch.is_tensor(original) then
    options.wrong("ParametrizationList", "original", 2, "a tensor", original)
  end
  List.super.__init(self, modules)
  self.unsafe = unsafe
  local list = torch.no_grad(inverted, modules, original, false)
  for i, value in ipairs(list) do
    if not torch.is_tensor(value) then
      options.raise(("register_parametrization: right_inverse returns tensors, got %s"):format(options.describe(value)))
    end
    if list[2] == nil and parameter and value.shape == original.shape and value.dtype == original.dtype then
      torch.no_grad(function() original.data = value end)
      self:register_parameter("original", original)
    else
      store(self, list[2] == nil and "original" or "original" .. i - 1, value, parameter)
    end
  end
  self.ntensors = #list
end

function List:forward()
  local list = {}
  if self.ntensors == 1 then list[1] = self.original
  else
    for i = 1, self.ntensors do list[i] = self["original" .. i - 1] end
  end
  local value
  for i, module in ipairs(self:children()) do
    if i == 1 then value = module(table.unpack(list)) else value = module(value) end
  end
  return value
end

--- nn.utils.parametrize.ParametrizationList:right_inverse(value: Tensor): Sets the original tensors so that value comes
-- out: what an assignment to the parametrized tensor does.
function List:right_inverse(value)
  torch.no_grad(function()
    local list = inverted(self:children(), value, true)
    for i = 1, self.ntensors do
      local original = self.ntensors == 1 and self.original or self["original" .. i - 1]
      if not torch.is_tensor(list[i]) then
        options.raise("ParametrizationList: right_inverse gives fewer tensors than before")
      end
      original.data = list[i]:to(original.dtype):clone()
    end
  end)
end

parametrize.ParametrizationList = List

-- ---- values that are kept for a while ------------------------------------------------------------

local depth, values = 0, {}

local function value_of(module, name)
  if depth == 0 then return module.parametrizations[name]() end
  local kept = values[module] or {}
  values[module] = kept
  if kept[name] == nil then kept[name] = module.parametrizations[name]() end
  return kept[name]
end

--- nn.utils.parametrize.cached(f: function = nil, ...: any) -> any: While f runs (without f: until the result is
-- closed, `local _ <close> = parametrize.cached()`) every parametrized tensor is computed once, at its first use.
-- Example: nn.utils.parametrize.cached(function() return 1 end)
function parametrize.cached(f, ...)
  if f ~= nil and not options.is_callable(f) then
    options.wrong("parametrize.cached", "f", 1, "a function or nothing", f)
  end
  depth = depth + 1
  local open = true
  local entry = setmetatable({}, {__close = function()
    if not open then return end
    open, depth = false, depth - 1
    if depth == 0 then values = {} end
  end})
  if f == nil then return entry end
  local _ <close> = entry
  return (function(...) return ... end)(f(...))
end

-- ---- registration ----------------------------------------------------------------------------------

local function check_names(who, module, name)
  if not torch.isinstance(module, torch.nn.Module) then options.wrong(who, "module", 1, "a module", module) end
  if type(name) ~= "string" then options.wrong(who, "tensor_name", 2, "the name of a tensor", name) end
end

--- nn.utils.parametrize.is_parametrized(module: Module, tensor_name: string = nil) -> bool: Whether any tensor of the
-- module, or that of this name, is parametrized.
-- Example: nn.utils.parametrize.is_parametrized(nn.Linear(2, 1))
function parametrize.is_parametrized(...)
  local given = options.read("is_parametrized", {{"module"}, {"tensor_name", kind = "string"}}, ...)
  local module, tensor_name = given.module, given.tensor_name
  if not torch.isinstance(module, torch.nn.Module) then
    options.wrong("is_parametrized", "module", 1, "a module", module)
  end
  local all = module.parametrizations
  if not torch.isinstance(all, torch.nn.ModuleDict) then return false end
  if tensor_name == nil then return #all > 0 end
  return all:contains(tensor_name)
end

local function add_first(module, name, parametrization, unsafe)
  local original = module[name]
  local list = List({parametrization}, original, unsafe, (is_parameter(module, name)))
  list:train(module.training)
  if not unsafe then
    local value = list()
    if not torch.is_tensor(value) then
      options.raise(("register_parametrization: a parametrization gives a tensor, got %s"):format(
        options.describe(value)))
    end
    same_kind("register_parametrization", "a parametrization", original, value)
  end
  module:unregister(name)
  if not parametrize.is_parametrized(module) then module.parametrizations = torch.nn.ModuleDict() end
  module.parametrizations[name] = list
  torch._C.property(module, name, function(self) return value_of(self, name) end,
    function(self, value)
      if not torch.is_tensor(value) then options.wrong(name, "value", nil, "a tensor", value) end
      self.parametrizations[name]:right_inverse(value)
    end)
end

local function add_next(module, name, parametrization, unsafe)
  local list = module.parametrizations[name]
  if not unsafe then
    local now = torch.no_grad(function() return module[name] end)
    local then_ = torch.no_grad(parametrization, now)
    if not torch.is_tensor(then_) then
      options.raise(("register_parametrization: a parametrization gives a tensor, got %s"):format(
        options.describe(then_)))
    end
    same_kind("register_parametrization", "a parametrization", now, then_)
    if parametrization.right_inverse then
      same_kind("register_parametrization", "right_inverse", now,
        torch.no_grad(function() return parametrization:right_inverse(now) end))
    end
  end
  list:append(parametrization)
end

--- nn.utils.parametrize.register_parametrization(module: Module, tensor_name: string, parametrization: Module,
-- unsafe: bool = false) -> Module: Reading module[tensor_name] gives parametrization(original) from now on, where
-- original is the parameter or buffer that stood there; it is learned as module.parametrizations[tensor_name].original.
-- An assignment goes through parametrization:right_inverse, where there is one. Several come after each other. unsafe:
-- the parametrization may change dtype and shape.
-- Example:
--     local Symmetric = torch.class("Symmetric", nn.Module)
--     function Symmetric:forward(x) return x:triu() + x:triu(1):t() end
--     local net = nn.Linear(2, 2)
--     nn.utils.parametrize.register_parametrization(net, "weight", Symmetric())
--     return torch.equal(net.weight, net.weight:t())
function parametrize.register_parametrization(...)
  local given = options.read("register_parametrization", {{"module", required = true}, {"tensor_name"},
    {"parametrization"}, {"unsafe", kind = "boolean", default = false}}, ...)
  local module, name, parametrization = given.module, given.tensor_name, given.parametrization
  check_names("register_parametrization", module, name)
  if not torch.isinstance(parametrization, torch.nn.Module) then
    options.wrong("register_parametrization", "parametrization", 3, "a module", parametrization)
  end
  parametrization:train(module.training)
  if parametrize.is_parametrized(module, name) then
    add_next(module, name, parametrization, given.unsafe)
    return module
  end
  local parameter, buffer = is_parameter(module, name)
  if not (parameter or buffer) or module[name] == nil then
    options.raise(("register_parametrization: 'tensor_name' (argument 2): %s has no parameter or buffer '%s'"):format(
      torch.typename(module), name))
  end
  add_first(module, name, parametrization, given.unsafe)
  return module
end

--- nn.utils.parametrize.remove_parametrizations(module: Module, tensor_name: string,
-- leave_parametrized: bool = true) -> Module: The tensor is a plain parameter or buffer again: with the value that it
-- has now, or, with leave_parametrized = false, the original one.
function parametrize.remove_parametrizations(module, tensor_name, leave_parametrized)
  check_names("remove_parametrizations", module, tensor_name)
  if type(leave_parametrized) == "table" then leave_parametrized = leave_parametrized.leave_parametrized end
  if not parametrize.is_parametrized(module, tensor_name) then
    options.raise(("remove_parametrizations: 'tensor_name' (argument 2): '%s' is not parametrized"):format(tensor_name))
  end
  local list = module.parametrizations[tensor_name]
  if list.ntensors > 1 and leave_parametrized == false then
    options.raise("remove_parametrizations: leave_parametrized = false is not possible with several originals")
  end
  local parameter = (is_parameter(list, list.ntensors == 1 and "original" or "original0"))
  local value = torch.no_grad(function() return module[tensor_name]:detach():clone() end)
  local original = list.ntensors == 1 and list.original or nil
  torch._C.property(module, tensor_name, nil)
  module.parametrizations:pop(tensor_name)
  if #module.parametrizations == 0 then module:unregister("parametrizations") end
  if original and leave_parametrized ~= false then torch.no_grad(function() original.data = value end) end
  if original == nil then store(module, tensor_name, value, parameter)
  elseif parameter then module:register_parameter(tensor_name, original)
  else module:register_buffer(tensor_name, original) end
  return module
end

local function transfer_one(from_module, to_module, name)
  local list = from_module.parametrizations[name]
  if not parametrize.is_parametrized(to_module, name) then
    for _, parametrization in ipairs(list:children()) do
      parametrize.register_parametrization(to_module, name, parametrization, list.unsafe)
    end
  end
  local target = to_module.parametrizations[name]
  for i = 1, list.ntensors do
    local original = list.ntensors == 1 and "original" or "original" .. i - 1
    target[original] = list[original]
  end
end

--- nn.utils.parametrize.transfer_parametrizations_and_params(from_module: Module, to_module: Module,
-- tensor_name: string = nil) -> Module: Gives to_module the parametrizations of from_module (of all its tensors, or of
-- one) and its original tensors, which both share then. Returns to_module.
function parametrize.transfer_parametrizations_and_params(from_module, to_module, tensor_name)
  local who = "transfer_parametrizations_and_params"
  for i = 1, 2 do
    local module = i == 1 and from_module or to_module
    if not torch.isinstance(module, torch.nn.Module) then
      options.wrong(who, i == 1 and "from_module" or "to_module", i, "a module", module)
    end
  end
  if not parametrize.is_parametrized(from_module, tensor_name) then
    options.raise(who .. ": 'from_module' (argument 1): it is not parametrized")
  end
  local names = {tensor_name}
  if tensor_name == nil then names = from_module.parametrizations:keys() end
  for _, name in ipairs(names) do transfer_one(from_module, to_module, name) end
  return to_module
end

--- nn.utils.parametrize.type_before_parametrizations(module: Module) -> string: The name of the class of a module.
-- Example: nn.utils.parametrize.type_before_parametrizations(nn.Linear(2, 1))
function parametrize.type_before_parametrizations(module) return torch.typename(module) end

return parametrize
