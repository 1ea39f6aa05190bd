-- Tensors of PyTorch in pickles: what rebuilds them from storages, for the zip format and the legacy one.
local internal = torch._C
local options = require "torch.utils.options"
local python = require "torch.serialize.python"
local dtypes = require "torch.serialize.dtypes"

local tensors = {}

local function is_shape(m, value)
  if type(value) ~= "table" or m.lengths[value] == nil then return false end
  for i = 1, m.lengths[value] do
    if math.type(value[i]) ~= "integer" or value[i] < 0 then return false end
  end
  return true
end

-- The storage that a persistent id stands for, seen in this dtype: an untyped one gets the dtype of its tensor.
local function as_dtype(m, storage, dtype)
  local tensor = storage.tensor
  if tensor.dtype == torch[dtype] then return tensor end
  local ok, other = options.try(internal.reinterpret, tensor, dtype)
  return ok and other or m.stream:bad(("a storage whose bytes do not fit %s"):format(dtype))
end

local function strided(m, arguments, dtype)
  local storage, offset, size, stride = m.items[arguments][1], arguments[2], arguments[3], arguments[4]
  if type(storage) ~= "table" or not storage.tensor then m.stream:bad "a tensor without a storage" end
  local whole = is_shape(m, size) and is_shape(m, stride) and #size == #stride and math.type(offset) == "integer"
    and offset >= 0
  if not whole then m.stream:bad "a tensor with a bad size, stride or offset" end
  local all = as_dtype(m, storage, dtype or storage.dtype)
  local at = all:storage_offset() + storage.offset + offset
  local ok, tensor = options.try(all.as_strided, all, size, stride, at)
  return ok and tensor:detach() or m.stream:bad "a tensor that reaches outside of its storage"
end

local function with_gradient(m, tensor, wanted)
  if wanted == true then
    if not (tensor:is_floating_point() or tensor:is_complex()) then
      m.stream:bad "a gradient of a tensor that cannot have one"
    end
    tensor:requires_grad_()
  end
  return tensor
end

-- (storage, offset, size, stride [, requires_grad, hooks [, metadata]])
local function rebuild(m, arguments)
  local dtype = m.items[arguments][1]
  dtype = type(dtype) == "table" and dtype.dtype
  if not dtype then m.stream:bad "a tensor on a storage without a dtype" end
  return with_gradient(m, strided(m, arguments), arguments[5])
end

-- The same with the dtype behind: of element types that have no class of storages.
local function rebuild_v3(m, arguments)
  local dtype = torch.typename(arguments[7]) == "torch.dtype" and tostring(arguments[7]):gsub("^torch%.", "")
  if not dtype then m.stream:bad "a tensor without its dtype" end
  return with_gradient(m, strided(m, arguments, dtype), arguments[5])
end

-- (tensor, requires_grad, hooks [, state])
local function rebuild_parameter(m, arguments)
  local tensor, wanted = arguments[1], arguments[2]
  if not torch.is_tensor(tensor) or type(wanted) ~= "boolean" then m.stream:bad "a parameter without its tensor" end
  if wanted and not (tensor:is_floating_point() or tensor:is_complex()) then
    m.stream:bad "a gradient of a tensor that cannot have one"
  end
  return torch.nn.Parameter(tensor:detach(), wanted)
end

-- (function, class, arguments, state): a tensor with attributes of Python, which are left behind.
local function rebuild_from_type(m, arguments)
  local items = m.items[arguments]
  local f, class = items[1], items[2]
  if not (m.is_global(f) and m.is_global(class)) then m.stream:bad "a tensor of no class" end
  if class.name ~= "torch.Tensor" and class.name ~= "torch.nn.parameter.Parameter" then
    m.stream:bad("refused: a tensor of the class " .. class.name)
  end
  if type(items[3]) ~= "table" or not m.items[items[3]] then m.stream:bad "a tensor without its arguments" end
  local state = items[4]
  if type(state) == "table" and next(state) ~= nil then
    options.warn(("torch.load: %s: attributes of Python that tensors have are not read"):format(m.stream.file:path()))
  end
  return f.build(m, items[3], m.lengths[items[3]])
end

local function make_size(m, arguments)
  local size = arguments[1]
  if not is_shape(m, size) then m.stream:bad "a torch.Size of no sizes" end
  return m.new_list(m, size, m.lengths[size])
end

local function make_device(m, arguments)
  if type(arguments[1]) ~= "string" then m.stream:bad "a device without a name" end
  return arguments[1] .. (arguments[2] and (":%d"):format(arguments[2]) or "")
end

-- A class as a value: whoever calls it builds what is not plain data.
local function class(name) return function(m) m.stream:bad("refused: an object of the class " .. name) end end

local NAMES <const> = {["torch._utils._rebuild_tensor_v2"] = rebuild, ["torch._utils._rebuild_tensor"] = rebuild,
  ["torch._utils._rebuild_tensor_v3"] = rebuild_v3, ["torch._utils._rebuild_parameter"] = rebuild_parameter,
  ["torch._utils._rebuild_parameter_with_state"] = rebuild_parameter,
  ["torch._tensor._rebuild_from_type_v2"] = rebuild_from_type, ["torch.Size"] = make_size,
  ["torch.device"] = make_device, ["torch.Tensor"] = class "torch.Tensor",
  ["torch.nn.parameter.Parameter"] = class "torch.nn.parameter.Parameter"}

--- What `module.name` is in a pickle of PyTorch.
function tensors.globals(module, name)
  if module == "torch" or module == "torch.storage" then
    local storage = dtypes.of_storage(name)
    if storage or name == "UntypedStorage" then
      return function(m) m.stream:bad("refused: an object of the class torch." .. name) end
    end
    if module == "torch" and dtypes.size(name) then return torch[name] end
  end
  return NAMES[module .. "." .. name] or python.globals(module, name)
end

--- The parts of a persistent id: the dtype (nil: untyped), the key, the elements, the view.
function tensors.read_id(m, id)
  local items = type(id) == "table" and m.items[id]
  if not items or items[1] ~= "storage" then m.stream:bad "refused: a persistent id that is no storage" end
  local name = m.is_global(items[2]) and items[2].name:match "^torch%.(%w+)$" or m.is_global(items[2])
    and items[2].name:match "^torch%.storage%.(%w+)$"
  local dtype = name and dtypes.of_storage(name)
  if not dtype and name ~= "UntypedStorage" then
    m.stream:bad(("refused: a storage of the class %s"):format(m.is_global(items[2]) and items[2].name or "of no name"))
  end
  local key, n, view = items[3], items[5], items[6]
  if type(key) ~= "string" or math.type(n) ~= "integer" or n < 0 then m.stream:bad "a storage without its size" end
  if view == m.none then view = nil end
  return dtype, key, n, view
end

return tensors
