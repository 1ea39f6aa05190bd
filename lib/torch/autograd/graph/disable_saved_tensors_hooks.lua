local options = require "torch.utils.options"
local saving = require "torch.autograd.graph.saving"

--- torch.autograd.graph.disable_saved_tensors_hooks(error_message: string, f: function = nil, ...: any) -> any: While
-- f(...) runs (without f: until the result is closed), saved_tensors_hooks raises this message.
-- Example: torch.autograd.graph.disable_saved_tensors_hooks("not here", function() return 1 end)
return function(error_message, f, ...)
  if type(error_message) ~= "string" then
    options.wrong("disable_saved_tensors_hooks", "error_message", 1, "a string", error_message)
  end
  if f ~= nil and not options.is_callable(f) then
    options.wrong("disable_saved_tensors_hooks", "f", 2, "a function or nothing", f)
  end
  return saving.forbid(error_message, f, ...)
end
