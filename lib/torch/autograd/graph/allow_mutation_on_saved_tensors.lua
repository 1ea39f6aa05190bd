local options = require "torch.utils.options"
local saving = require "torch.autograd.graph.saving"

--- torch.autograd.graph.allow_mutation_on_saved_tensors(f: function = nil, ...: any) -> any: While f(...) runs (without
-- f: until the result is closed), graphs keep copies, so tensors may be changed in place after they were used.
-- Example: torch.autograd.graph.allow_mutation_on_saved_tensors(function() return 1 end)
return function(f, ...)
  if f ~= nil and not options.is_callable(f) then
    options.wrong("allow_mutation_on_saved_tensors", "f", 1, "a function or nothing", f)
  end
  return saving.enter(function(x) return x:detach():clone() end, function(x) return x end, f, ...)
end
