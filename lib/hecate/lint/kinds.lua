--- What the variables of a program hold, as far as its text tells: tensors, modules, loaders. Only what is certain is
-- told; of everything else the kind is nil. Nothing is run.
local kinds = {}

local METHODS <const> = getmetatable(torch.empty(0)).__methods or {}

local function set(words)
  local list = {}
  for word in words:gmatch "%S+" do list[word] = true end
  return list
end

--- Functions of torch that make tensors and are no methods.
local MAKERS <const> = set [[zeros ones randn rand randint randperm arange linspace logspace eye full empty tensor
  zeros_like ones_like randn_like rand_like full_like empty_like stack cat hstack vstack range]]
--- Methods of tensors whose result is no tensor, or may be none.
local OTHERS <const> = set [[item tolist size dim ndimension numel nelement stride storage_offset element_size data_ptr
  backward register_hook retain_grad iter split chunk unbind tensor_split type equal allclose get_device nonzero
  storage untyped_storage has_names names apply_ map_ register_post_accumulate_grad_hook share_memory_]]
--- Methods that no other object of a program has, in practice: what they are called on is a tensor.
local OF_TENSORS <const> = set [[gt ge le ne isnan isinf isfinite argmax argmin softmax log_softmax unsqueeze]]
local VIEWS <const> = set "T mT H data grad real imag"
local OF_MODULES <const> = set "to float double half bfloat16 cuda cpu eval train apply requires_grad_"
local FIELDS <const> = {torch = {nn = "nn", optim = "optim"}, nn = {functional = "F"}}
local REQUIRED <const> = {torch = "torch", ["torch.nn"] = "nn", ["torch.nn.functional"] = "F",
  ["torch.optim"] = "optim", gnuplot = "gnuplot"}

--- The libraries that are there already, by name.
kinds.libraries = {torch = "torch", nn = "nn", F = "F", optim = "optim", gnuplot = "gnuplot"}

--- The kind of a value that is there.
function kinds.of(value)
  if torch.is_tensor(value) then return "tensor" end
  local nn = torch._C.loaded["torch.nn"]
  return nn and torch.isinstance(value, nn.Module) and "module" or nil
end

--- Whether a method of tensors gives a new tensor, and changes nothing.
function kinds.gives_tensor(method)
  return METHODS[method] ~= nil and not OTHERS[method] and not method:find "^is_" and not method:find "^_"
end

--- Whether the word is a method of tensors.
function kinds.is_method(name) return type(METHODS[name]) == "function" end

--- The kind of `object.name`, which is not called.
function kinds.field(kind, name)
  if kind == "tensor" then return VIEWS[name] and "tensor" or nil end
  return FIELDS[kind] and FIELDS[kind][name]
end

--- The kind of `object.name(…)`; `words`: the words of the arguments.
function kinds.call_field(kind, name, words)
  if kind == "torch" then
    if name == "class" then return words.Module and "class" or nil end
    return (MAKERS[name] or kinds.gives_tensor(name)) and "tensor" or nil
  end
  if kind == "nn" and name == "Parameter" then return "tensor" end
  if kind == "nn" then return name:find "^%u" and "layer" or nil end
  if kind == "F" then return "tensor" end
  return name == "DataLoader" and "loader" or nil
end

--- The kind of `object:name(…)`.
function kinds.call_method(kind, name)
  if kind == "tensor" or OF_TENSORS[name] and kind == nil then return kinds.gives_tensor(name) and "tensor" or nil end
  if kind == "layer" or kind == "module" then return OF_MODULES[name] and kind or nil end
  if kind == "loader" then return (name == "iter" or name == "enumerate") and name or nil end
end

--- The kind of `object(…)`.
function kinds.call(kind, name, first)
  if kind == "layer" then return "tensor" end
  if kind == "class" then return "module" end
  if name == "require" and first then return REQUIRED[first] end
  return name == "DataLoader" and "loader" or nil
end

return kinds
