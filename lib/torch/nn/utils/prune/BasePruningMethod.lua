local methods = require "torch.nn.utils.prune.methods"
local options = require "torch.utils.options"

--- nn.utils.prune.BasePruningMethod(): The class of pruning methods of a program: a subclass defines compute_mask(t,
-- default_mask), which gives the mask (1: stays) for the elements t. Class:apply(module, name, ...) prunes
-- module[name] by Class(...). With Class.PRUNING_TYPE = "unstructured" (the default) or "global", t are the elements
-- that are left, as a vector; with "structured" it is the whole tensor, and default_mask the mask before.
-- Example:
--     local EverySecond = torch.class("EverySecond", nn.utils.prune.BasePruningMethod)
--     function EverySecond:compute_mask(t, default_mask)
--       local mask = default_mask:clone()
--       mask[{{1, -1, 2}}] = 0
--       return mask
--     end
--     return EverySecond:apply(nn.Linear(4, 1), "weight").weight_mask
local Base = torch.class("nn.utils.prune.BasePruningMethod")

Base.PRUNING_TYPE = "unstructured"
local TYPES <const> = {unstructured = true, global = true, structured = true}

--- nn.utils.prune.BasePruningMethod:compute_mask(t: Tensor, default_mask: Tensor) -> Tensor: A subclass defines it.
function Base:compute_mask()
  options.raise(("%s: the class has no method 'compute_mask'"):format(torch.typename(self)))
end

local function checked(name, mask, like)
  if not torch.is_tensor(mask) or mask.shape ~= like.shape then
    options.wrong(name, "the result of compute_mask", nil, ("a tensor (%s)"):format(table.concat(like.shape, "×")),
      mask)
  end
  return mask:to(like.dtype)
end

--- nn.utils.prune.BasePruningMethod.apply(class: any, module: Module, name: string, ...: any) -> any: Prunes a
-- parameter by an object class(...); the module.
function Base.apply(class, module, name, ...)
  if type(class) ~= "table" or not options.is_callable(class) then
    options.wrong("apply", "class", 1, "a class of prune.BasePruningMethod", class)
  end
  local method = class(...)
  if not torch.isinstance(method, Base) then
    options.wrong("apply", "class", 1, "a class of prune.BasePruningMethod", class)
  end
  local kind, title = method.PRUNING_TYPE, torch.typename(method)
  if not TYPES[kind] then options.wrong(title, "PRUNING_TYPE", nil, "unstructured, structured or global", kind) end
  return methods.apply(title, module, name, function(t, mask)
    if kind == "structured" then return checked(title, method:compute_mask(t, mask), mask) end
    local left = mask:reshape(-1):gt(0)
    local elements = t:reshape(-1)[left]
    local result = mask:clone():reshape(-1)
    result[left] = checked(title, method:compute_mask(elements, torch.ones_like(elements):to(mask.dtype)), elements)
    return result:reshape(mask.shape)
  end)
end

return Base
