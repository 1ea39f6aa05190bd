local options = require "torch.utils.options"

--- torch.autograd.set_multithreading_enabled(mode: bool, f: function = nil, ...: any) -> any: Changes nothing: a
-- backward pass runs in the thread that called it, and its ops use the threads of the CPU. Runs f(...), where it is
-- given.
-- Example: torch.autograd.set_multithreading_enabled(false)
return function(mode, f, ...)
  if type(mode) ~= "boolean" then
    options.wrong("set_multithreading_enabled", "mode", 1, "true or false", mode)
  end
  if f ~= nil then
    if not options.is_callable(f) then
      options.wrong("set_multithreading_enabled", "f", 2, "a function or nothing", f)
    end
    return f(...)
  end
  return setmetatable({}, {__close = function() end})
end
