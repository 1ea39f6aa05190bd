-- Tensors of a module that a hook computes before every forward: the older weight_norm and spectral_norm, and prune.
local options = require "torch.utils.options"

local recomputed = {}

local records = setmetatable({}, {__mode = "k"}) -- module → name → what stands there

--- The record of a tensor, or nil.
function recomputed.find(module, name) return records[module] and records[module][name] end

--- Takes the parameter `name` away from the module; from then on it is a plain field that compute(module) gives before
--- every forward, and now. `record` (a table) is kept for find.
function recomputed.begin(module, name, record, compute)
  records[module] = records[module] or {}
  records[module][name] = record
  record.compute = compute
  record.handle = module:register_forward_pre_hook(function(m) m[name] = compute(m) end)
  module:unregister(name)
  module[name] = compute(module)
end

--- Ends it: the field is free again.
function recomputed.finish(module, name)
  records[module][name].handle:remove()
  records[module][name] = nil
  if next(records[module]) == nil then records[module] = nil end
  module[name] = nil
end

--- Raises unless `module` is a module with a parameter `name`.
function recomputed.check(who, module, name)
  if not torch.isinstance(module, torch.nn.Module) then options.wrong(who, "module", 1, "a module", module) end
  if type(name) ~= "string" then options.wrong(who, "name", 2, "the name of a parameter", name) end
  local names, kinds = torch._C.parts_of(module)
  for i, part in ipairs(names) do
    if part == name and kinds[i] == "parameter" and module[name] ~= nil then return end
  end
  options.raise(("%s: 'name' (argument 2): %s has no parameter '%s'"):format(who, torch.typename(module), name))
end

return recomputed
